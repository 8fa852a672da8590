"""`/papers schedule WHEN [QUERY] [top N] …`, `schedules`, `pause`, `resume`, `unschedule`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.chat.message import Action, Button, Span, Text, clean, text
from bot.commands import buttons as presses
from bot.commands import subscription_form as wish
from bot.commands.context import Command, Request
from bot.delivery.planner import Preview
from bot.delivery.schedule import WhenComplete, describe
from bot.delivery.schedule_parser import EXAMPLES, parse_schedule
from bot.errors import AskError
from bot.store.records import Subscription
from bot.views.formatting import days, listing, moment, plural, source_name
from bot.views.results import note, sheet
from bot.views.why import taste
from bot.votes.taste import ENOUGH

MOST = 20  # schedules a channel
MOST_BUTTONS = 4
SHOWN = 5  # titles in a preview

NEW = Button(label="Add a schedule", action=Action("schedule"), style="primary")


async def schedule(ask: Request, rest: str) -> Answer:
    """Make a schedule for this channel and show what it will bring; without words, offer the form."""
    if not rest:
        return Answer(message=note(EXAMPLES), form=wish.form())
    await _room(ask)
    subscription = wish.read(ask, rest)
    lines = await _promise(ask, subscription)
    await ask.desk.store.subscriptions.add_subscription(subscription, cause=ask.cause)
    name = subscription.id
    foot = f"Its name is {name}: /papers pause {name}, /papers unschedule {name}."
    return Answer(
        message=sheet(f"Scheduled: {describe(parse_schedule(subscription.schedule, 'UTC'))}", lines, foot=foot)
    )


async def change(ask: Request, rest: str) -> Answer:
    """Let a schedule follow another wish; what it brought before counts as seen."""
    name, _, text = rest.strip().partition(" ")
    old = await _mine(ask, name)
    if not text:
        return Answer(message=note(f"Say it anew: /papers change {old.id} weekdays 09:00"), form=wish.form(old))
    new = replace(wish.read(ask, text, language=old.language), id=old.id, created_by=old.created_by)
    lines = await _promise(ask, new)
    await ask.desk.store.subscriptions.replace_subscription(new, cause=ask.cause)
    return Answer(message=sheet(f"Changed: {_when(new)}", lines, foot=f"Its name is still {new.id}."))


async def fill(ask: Request, values: Mapping[str, str], args: tuple[str, ...]) -> Answer:
    """What the form asks for, shown before it is kept."""
    said = wish.typed(values, ask.desk.time_zone)
    subscription = wish.read(ask, said)
    command = f"change {args[0]} {said}" if args else f"schedule {said}"
    keep = await presses.doing(ask, "Change it" if args else "Schedule it", command)
    lines = await _promise(ask, subscription)
    shown = sheet(_when(subscription), lines, foot="Nothing is kept until you press the button.", controls=(keep,))
    return Answer(message=shown)


async def schedules(ask: Request, rest: str) -> Answer:
    """What is scheduled in this channel."""
    found = await ask.desk.store.subscriptions.in_place(ask.place)
    controls = (NEW,) if ask.who.admin else ()
    if not found:
        hint = "Nothing is scheduled here. For instance: /papers schedule weekdays 09:00"
        return Answer(message=note(hint, controls=controls))
    lines = [text(Span(s.id, code=True), " ", summary(s)) for s in found]
    if ask.who.admin:
        edits = (Button(label=f"Change {s.id}", action=Action("schedule", (s.id,))) for s in found[:MOST_BUTTONS])
        controls = (*edits, *controls)
    foot = "/papers why tells when each comes next."
    return Answer(message=sheet("Schedules of this channel", lines, foot=foot, controls=controls))


async def pause(ask: Request, rest: str) -> Answer:
    """Stop a schedule for a while."""
    subscription = await _mine(ask, rest)
    await ask.desk.store.subscriptions.replace_subscription(
        replace(subscription, paused="paused by an admin"), cause=ask.cause
    )
    return Answer(message=note(f"{subscription.id} is paused. /papers resume {subscription.id} lets it run again."))


async def resume(ask: Request, rest: str) -> Answer:
    """Let a schedule run again, from now on: what was missed meanwhile is not made up."""
    subscription = await _mine(ask, rest)
    running = replace(subscription, paused="", held="", created=ask.now)
    await ask.desk.store.subscriptions.replace_subscription(running, cause=ask.cause)
    wanted = parse_schedule(subscription.schedule, ask.desk.time_zone)
    return Answer(message=note(f"{subscription.id} runs again: {describe(wanted)}."))


async def unschedule(ask: Request, rest: str) -> Answer:
    """Remove a schedule; what it posted stays."""
    subscription = await _mine(ask, rest)
    await ask.desk.store.subscriptions.remove_subscription(subscription.id, cause=ask.cause)
    return Answer(message=note(f"{subscription.id} is removed: {summary(subscription)}."))


async def _room(ask: Request) -> None:
    if len(await ask.desk.store.subscriptions.in_place(ask.place)) >= MOST:
        raise AskError(f"This channel has {MOST} schedules already.", "Remove one with /papers unschedule ID.")


async def _promise(ask: Request, subscription: Subscription) -> list[Text]:
    """What a schedule brings and when, and what it would bring now."""
    zone = parse_schedule(subscription.schedule, "UTC").zone
    preview = await ask.desk.planner.preview(subscription)
    return [*_told(subscription), *_next(zone, preview), *_now(preview), *_taught(preview)]


def _when(subscription: Subscription) -> str:
    said = describe(parse_schedule(subscription.schedule, "UTC"))
    return said[:1].upper() + said[1:]


async def _mine(ask: Request, rest: str) -> Subscription:
    """The schedule that is meant: by its name, or the only one of the channel."""
    found = await ask.desk.store.subscriptions.in_place(ask.place)
    wanted = rest.strip().casefold()
    chosen = [s for s in found if s.id == wanted] if wanted else found
    if len(chosen) == 1:
        return chosen[0]
    if not found:
        raise AskError("Nothing is scheduled here.", "/papers schedule weekdays 09:00 makes a schedule.")
    said = f"There is no schedule {wanted[:20]!r} here." if wanted else "Which schedule?"
    raise AskError(said, f"This channel has {listing([s.id for s in found])}.")


def _told(subscription: Subscription) -> list[Text]:
    about = f" on “{subscription.query}”" if subscription.query else ""
    votes = f" with at least {plural(subscription.min_votes, 'vote')}" if subscription.min_votes else ""
    how = "in one message" if subscription.layout == "compact" else "as a thread"
    from_ = listing([source_name(s) for s in subscription.sources])
    tongue = "" if subscription.language == "en" else f" Claude's lines are in “{subscription.language}”."
    return [text(f"Up to {plural(subscription.count, 'paper')}{about}{votes}, {how}, from {from_}.{tongue}")]


def _next(zone: str, preview: Preview) -> list[Text]:
    if not preview.times:
        return [text("Next: as soon as the next list is complete.")]
    return [text("Next: ", _times(preview.times, zone), ".")]


def _times(times: tuple[datetime, ...], zone: str) -> str:
    return "; ".join(moment(at, zone) for at in times)


def _now(preview: Preview) -> list[Text]:
    if preview.edition is None:
        return [text("No list has come in yet to try it on.")]
    day = days(preview.edition.first, preview.edition.day)
    chosen = preview.choice.chosen
    if not chosen:
        return [text(f"Of {day} it would bring nothing new.")]
    shown = chosen[:SHOWN]
    first = ", first" if len(chosen) > len(shown) else ""
    titles = [text("“", clean(item.paper.title, 100), "”") for item in shown]
    return [text(f"Of {day} it would bring {plural(len(chosen), 'paper')}{first}:"), *titles]


def _taught(preview: Preview) -> list[Text]:
    said = taste(preview.ballots, ENOUGH) if preview.ballots else ""
    return [text(said)] if said else []


def summary(subscription: Subscription) -> str:
    wanted = parse_schedule(subscription.schedule, "UTC")
    about = f" on “{subscription.query}”" if subscription.query else ""
    state = f" ({subscription.inactive_reason})" if subscription.inactive_reason else ""
    when = "when the list is complete" if isinstance(wanted, WhenComplete) else describe(wanted)
    return f"{when}: up to {plural(subscription.count, 'paper')}{about}{state}"


SCHEDULE = Command(
    help=CommandHelp(
        name="schedule",
        usage="schedule WHEN [QUERY] [top N] [votes N] [compact] [from SOURCE] [lang:CODE]",
        summary="Bring papers to this channel regularly.",
        admin=True,
        fields=wish.FIELDS,
    ),
    run=schedule,
    options=("weekdays 09:00", "mon 08:30", "daily 18:00", "when complete"),
    form=fill,
    again=wish.again,
)
CHANGE = Command(
    help=CommandHelp(name="change", usage="change ID WHEN [QUERY] …", summary="Change a schedule.", admin=True),
    run=change,
)
SCHEDULES = Command(
    help=CommandHelp(name="schedules", usage="schedules", summary="What is scheduled in this channel."), run=schedules
)
PAUSE = Command(help=CommandHelp(name="pause", usage="pause [ID]", summary="Stop a schedule.", admin=True), run=pause)
RESUME = Command(
    help=CommandHelp(name="resume", usage="resume [ID]", summary="Let it run again.", admin=True), run=resume
)
UNSCHEDULE = Command(
    help=CommandHelp(name="unschedule", usage="unschedule [ID]", summary="Remove a schedule.", admin=True),
    run=unschedule,
)
