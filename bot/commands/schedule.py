"""`/papers schedule WHEN [QUERY] [top N] …`, `schedules`, `change`, `pause`, `resume`, `unschedule`."""

from collections.abc import Mapping

from msgspec.structs import replace

from bot.chat.event import Answer
from bot.chat.message import Action, Button, Span, text
from bot.commands import buttons, subscription_form
from bot.commands.context import Effect, Request, as_command, check_admin
from bot.commands.schedule_preview import has_roles, ping_note, preview_blocks, summary, title
from bot.commands.subscription_form import TypedSubscription
from bot.delivery.availability import revive_young_posts
from bot.delivery.schedule_parser import EXAMPLES
from bot.errors import AskError
from bot.languages import mark, tr
from bot.schedule import describe
from bot.store.records import Subscription
from bot.views.formatting import listing
from bot.views.results import described, note, sheet
from bot.views.why import posts_of_today

MAX_SCHEDULES_PER_CHANNEL = 20
MAX_CHANGE_BUTTONS = 4

NEW = Button(label=mark("Add a schedule"), action=Action("schedule"), style="primary")


async def submit_form(request: Request, values: Mapping[str, str], args: tuple[str, ...]) -> Answer:
    """Show what the schedule of a submitted form would post, before it is saved."""
    if args:  # what the dialog had no room for stays as it was
        values = {**subscription_form.values_of(await _find(request, args[0])), **values}
    typed = subscription_form.read(request, subscription_form.text_of_form(values, request.time_zone))
    subscription = subscription_form.subscription(request, typed)
    if args:
        return await _proposal(request, subscription, typed, f"change {args[0]}", tr("Change it"))
    await request.context.check_access(request.place.in_thread(""))
    return await _proposal(request, subscription, typed, "schedule", tr("Schedule it"))


@as_command(
    "schedule WHEN [QUERY] [top N] [votes N] [layout:cards] [pictures:figures] [from SOURCE] [by:us] [lang:CODE]",
    mark("Post papers in this channel regularly."),
    Effect.CHANGES,
    admin=True,
    fields=subscription_form.FIELDS_WITH_ROLE,
    options=("weekdays 09:00", "mon 08:30", "daily 18:00", "when complete"),
    submit=submit_form,
    refill=subscription_form.refilled,
)
async def schedule(request: Request, rest: str) -> Answer:
    """Make a schedule for this channel and show what it will post; without words, offer the form."""
    if not rest:
        return Answer(message=note(tr(EXAMPLES)), form=subscription_form.form(has_roles=has_roles(request)))
    await _check_count(request)
    await request.context.check_access(request.place.in_thread(""))
    try:
        typed = subscription_form.read(request, rest)
    except subscription_form.UnclearSchedule as unclear:
        return await buttons.question(request, unclear, "schedule")
    subscription = subscription_form.subscription(request, typed)
    if typed.is_topic_guessed:
        return await _proposal(request, subscription, typed, "schedule", tr("Schedule it"))
    blocks = await preview_blocks(request, subscription, typed)
    id = (await subscription_form.add_subscription(request, subscription)).id
    foot = tr("ID {id}. To pause it: /papers pause {id}. To remove it: /papers unschedule {id}", id=id)
    return Answer(message=described(tr("Scheduled: {when}", when=describe(subscription.schedule)), blocks, foot=foot))


@as_command("change ID WHEN [QUERY] …", mark("Change a schedule."), Effect.CHANGES, admin=True, checks_maker=True)
async def change(request: Request, rest: str) -> Answer:
    """Change a schedule; papers it posted before are not posted again."""
    id, _, text = rest.strip().partition(" ")
    old = await _find(request, id)
    if not text:
        hint = tr("To change it, type: /papers change {id} weekdays 09:00", id=old.id)
        form = subscription_form.form(old, has_roles=has_roles(request)) if request.who.admin else None
        return Answer(message=note(hint), form=form)
    try:
        typed = subscription_form.read(request, text)
    except subscription_form.UnclearSchedule as unclear:
        return await buttons.question(request, unclear, f"change {old.id}")
    new = subscription_form.changed(old, typed, request.now)
    if typed.is_topic_guessed:
        return await _proposal(request, new, typed, f"change {old.id}", tr("Change it"))
    blocks = await preview_blocks(request, new, typed)
    await request.store.subscriptions.replace_subscription(new, cause=request.cause)
    foot = tr("ID {id}, as before.", id=new.id)
    if new.paused:
        foot = tr("ID {id}, as before. It is still paused. To resume it: /papers resume {id}", id=new.id)
    return Answer(message=described(tr("Changed: {when}", when=title(new)), blocks, foot=foot))


async def _proposal(
    request: Request, subscription: Subscription, typed: TypedSubscription, command: str, label: str
) -> Answer:
    """A preview of a schedule, with the button that saves it."""
    text = subscription_form.as_text(subscription, request.context.sources)
    save = await buttons.confirm_button(request, label, f"{command} {text}")
    blocks = await preview_blocks(request, subscription, typed)
    foot = tr("Nothing is saved until you press the button.")
    return Answer(message=described(title(subscription), blocks, foot=foot, controls=(save,)))


@as_command("schedules", mark("List the schedules of this channel."), Effect.READS)
async def schedules(request: Request, rest: str) -> Answer:
    """List the schedules of this channel."""
    found = await _within_reach(request)
    may_edit = request.who.admin and not request.shared
    controls = (replace(NEW, label=tr(NEW.label)),) if may_edit else ()
    if not found:
        hint = tr("Nothing is scheduled here. For example: /papers schedule weekdays 09:00")
        return Answer(message=note(hint, controls=controls))
    lines = [text(Span(s.id, code=True), " ", summary(s), ". " if s.ping else "", *ping_note(s)) for s in found]
    if may_edit:
        edits = (
            Button(label=tr("Change {id}", id=s.id), action=Action("schedule", (s.id,)))
            for s in found[:MAX_CHANGE_BUTTONS]
        )
        controls = (*edits, *controls)
    foot = tr("To see when each posts next: /papers why")
    return Answer(message=sheet(tr("Schedules of this channel"), lines, foot=foot, controls=controls))


@as_command("pause [ID]", mark("Pause a schedule."), Effect.CHANGES, admin=True, checks_maker=True)
async def pause(request: Request, rest: str) -> Answer:
    """Pause a schedule."""
    old = await _find(request, rest)
    await request.store.subscriptions.replace_subscription(
        replace(old, paused=mark("paused by an admin")), cause=request.cause
    )
    return Answer(message=note(tr("Schedule {id} is paused. To resume it: /papers resume {id}", id=old.id)))


@as_command("resume [ID]", mark("Resume a paused schedule."), Effect.CHANGES, admin=True, checks_maker=True)
async def resume(request: Request, rest: str) -> Answer:
    """Resume a schedule from now on; missed runs are not posted later."""
    old = await _find(request, rest)
    await request.context.check_access(old.place)
    running = replace(old, paused="", held="", created=request.now)
    await request.store.subscriptions.replace_subscription(running, cause=request.cause)
    lines = [tr("Schedule {id} is running again: {when}.", id=old.id, when=describe(old.schedule))]
    if old.held and (posts := await revive_young_posts(request.store.outbox, old, request.now)):
        lines.append(posts_of_today(posts))
    return Answer(message=note(" ".join(lines)))


@as_command("unschedule [ID]", mark("Remove a schedule."), Effect.CHANGES, admin=True, checks_maker=True)
async def unschedule(request: Request, rest: str) -> Answer:
    """Remove a schedule; its posts stay."""
    old = await _find(request, rest)
    await request.store.subscriptions.remove_subscription(old.id, cause=request.cause)
    undo = f"/papers schedule {subscription_form.as_text(old, request.context.sources)}"
    removed = mark("Removed schedule {id}: {schedule}. To bring it back: {command}")
    return Answer(message=note(tr(removed, id=old.id, schedule=summary(old), command=undo)))


async def _check_count(request: Request) -> None:
    if len(await request.store.subscriptions.in_place(request.place)) >= MAX_SCHEDULES_PER_CHANNEL:
        raise AskError(
            tr("This channel has {limit} schedules, which is the limit.", limit=MAX_SCHEDULES_PER_CHANNEL),
            tr("To remove one: /papers unschedule ID"),
        )


async def _find(request: Request, rest: str) -> Subscription:
    """The schedule with this id, or without one the only schedule of the channel. Raises `AskError`."""
    found = await _within_reach(request)
    if not request.who.admin:
        found = [s for s in found if s.place.tenant != request.place.tenant]
        check_admin(request.question.partition(" ")[0], request.who, or_maker=bool(found))
    id = rest.strip().casefold()
    chosen = [s for s in found if s.id == id] if id else found
    if len(chosen) == 1:
        return chosen[0]
    if not found:
        raise AskError(tr("Nothing is scheduled here."), tr("To schedule papers: /papers schedule weekdays 09:00"))
    problem = tr("There is no schedule “{id}” here.", id=id[:20]) if id else tr("Which schedule?")
    raise AskError(problem, tr("The schedules here are {ids}.", ids=listing([s.id for s in found])))


async def _within_reach(request: Request) -> list[Subscription]:
    """The schedules of this channel, and those that the asker made in this direct message before it belonged to another
    tenant: a server that writes to someone takes over their direct messages."""
    return [
        *await request.store.subscriptions.in_place(request.place),
        *await request.store.subscriptions.made_elsewhere(request.place, request.who.id),
    ]
