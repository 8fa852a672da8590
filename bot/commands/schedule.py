"""`/papers schedule WHEN [QUERY] [top N] …`, `schedules`, `pause`, `resume`, `unschedule`."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from msgspec.structs import replace

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.chat.message import Span, Text, clean, text
from bot.commands.command import Ask, Command
from bot.delivery.planner import Preview
from bot.delivery.schedule import WhenComplete, describe
from bot.delivery.wording import parse_schedule, split_schedule
from bot.errors import AskError
from bot.store.records import Subscription
from bot.views.results import note, sheet
from bot.views.wording import listing, long_day, moment, plural, source_name

MOST = 20  # schedules a channel
MOST_PAPERS = 30
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another

_TOP = re.compile(r"\btop\s+(\d{1,3})\b", re.I)
_VOTES = re.compile(r"\b(?:votes|upvotes|min)\s+(\d{1,5})\b|\b(\d{1,5})\s*\+?\s*(?:votes|upvotes)\b", re.I)
_LAYOUT = re.compile(r"\b(compact|thread)\b(?!\S)", re.I)
_FROM = re.compile(r"\bfrom\s+([\w.:-]+(?:\s*,\s*[\w.:-]+)*)", re.I)
_ABOUT = re.compile(r"^\s*(?:about|on|for)\s+", re.I)


async def schedule(ask: Ask, rest: str) -> Answer:
    """Make a schedule for this channel and show what it will bring."""
    wanted, more = split_schedule(rest, ask.desk.time_zone)
    if len(await ask.desk.store.subscriptions.of(ask.place)) >= MOST:
        raise AskError(f"This channel has {MOST} schedules already.", "Remove one with /papers unschedule ID.")
    subscription = _read(ask, str(wanted), more)
    preview = await ask.desk.planner.preview(subscription)
    await ask.desk.store.subscriptions.add(subscription, cause=ask.cause)
    name = subscription.id
    return Answer(
        message=sheet(
            f"Scheduled: {describe(wanted)}",
            [*_told(subscription), *_next(wanted.zone, preview), _now(preview)],
            foot=f"Its name is {name}: /papers pause {name}, /papers unschedule {name}.",
        )
    )


async def schedules(ask: Ask, rest: str) -> Answer:
    """What is scheduled in this channel."""
    found = await ask.desk.store.subscriptions.of(ask.place)
    if not found:
        return Answer(message=note("Nothing is scheduled here. For instance: /papers schedule weekdays 09:00"))
    lines = [text(Span(s.id, code=True), " ", _summary(s)) for s in found]
    return Answer(message=sheet("Schedules of this channel", lines, foot="/papers why tells when each comes next."))


async def pause(ask: Ask, rest: str) -> Answer:
    """Stop a schedule for a while."""
    subscription = await _mine(ask, rest)
    await ask.desk.store.subscriptions.replace(replace(subscription, paused="paused by an admin"), cause=ask.cause)
    return Answer(message=note(f"{subscription.id} is paused. /papers resume {subscription.id} lets it run again."))


async def resume(ask: Ask, rest: str) -> Answer:
    """Let a schedule run again, from now on: what was missed meanwhile is not made up."""
    subscription = await _mine(ask, rest)
    running = replace(subscription, paused="", created=ask.now)
    await ask.desk.store.subscriptions.replace(running, cause=ask.cause)
    wanted = parse_schedule(subscription.schedule, ask.desk.time_zone)
    return Answer(message=note(f"{subscription.id} runs again: {describe(wanted)}."))


async def unschedule(ask: Ask, rest: str) -> Answer:
    """Remove a schedule; what it posted stays."""
    subscription = await _mine(ask, rest)
    await ask.desk.store.subscriptions.remove(subscription.id, cause=ask.cause)
    return Answer(message=note(f"{subscription.id} is removed: {_summary(subscription)}."))


def _read(ask: Ask, canonical: str, more: str) -> Subscription:
    """The options in what follows the schedule; what is left is the query."""
    top, votes, layout, sources = _TOP.search(more), _VOTES.search(more), _LAYOUT.search(more), _FROM.search(more)
    for option in (_TOP, _VOTES, _LAYOUT, _FROM):
        more = option.sub(" ", more, count=1)
    count = int(top[1]) if top else 10
    if not 1 <= count <= MOST_PAPERS:
        raise AskError(f"Top {count}?", f"A post takes 1 to {MOST_PAPERS} papers.")
    return Subscription(
        id="".join(secrets.choice(LETTERS) for _ in range(4)),
        place=replace(ask.place, thread=""),
        schedule=canonical,
        query=clean(_ABOUT.sub("", more), 200),
        sources=_sources(ask, sources[1]) if sources else ask.desk.sources,
        count=count,
        layout="compact" if layout and layout[1].casefold() == "compact" else "thread",
        min_votes=int(votes[1] or votes[2]) if votes else 0,
        created=ask.now,
        created_by=ask.who.key,
    )


def _sources(ask: Ask, named: str) -> tuple[str, ...]:
    wanted = tuple(name.strip().casefold() for name in named.split(","))
    if unknown := [name for name in wanted if name not in ask.desk.sources]:
        raise AskError(f"No source {unknown[0][:40]!r} is set up here.", f"There is {listing(ask.desk.sources)}.")
    return wanted


async def _mine(ask: Ask, rest: str) -> Subscription:
    """The schedule that is meant: by its name, or the only one of the channel."""
    found = await ask.desk.store.subscriptions.of(ask.place)
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
    return [text(f"Up to {plural(subscription.count, 'paper')}{about}{votes}, {how}, from {from_}.")]


def _next(zone: str, preview: Preview) -> list[Text]:
    if not preview.times:
        return [text("Next: as soon as the next list is complete.")]
    return [text("Next: ", _times(preview.times, zone), ".")]


def _times(times: tuple[datetime, ...], zone: str) -> str:
    return "; ".join(moment(at, zone) for at in times)


def _now(preview: Preview) -> Text:
    if preview.edition is None:
        return text("No list has come in yet to try it on.")
    count = plural(len(preview.choice.chosen), "paper")
    if not preview.choice.chosen:
        return text(f"Of {long_day(preview.edition.day)} it would bring nothing new.")
    first = clean(preview.choice.chosen[0].paper.title, 100)
    return text(f"Of {long_day(preview.edition.day)} it would bring {count}, first “{first}”.")


def _summary(subscription: Subscription) -> str:
    wanted = parse_schedule(subscription.schedule, "UTC")
    about = f" on “{subscription.query}”" if subscription.query else ""
    state = f" ({subscription.paused})" if subscription.paused else ""
    when = "when the list is complete" if isinstance(wanted, WhenComplete) else describe(wanted)
    return f"{when}: up to {plural(subscription.count, 'paper')}{about}{state}"


SCHEDULE = Command(
    help=CommandHelp(
        name="schedule",
        usage="schedule WHEN [QUERY] [top N] [votes N] [compact] [from SOURCE]",
        summary="Bring papers to this channel regularly.",
        admin=True,
    ),
    run=schedule,
    options=("weekdays 09:00", "mon 08:30", "daily 18:00", "when complete"),
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
