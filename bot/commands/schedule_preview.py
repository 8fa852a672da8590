"""The lines that describe a schedule, shown before it is saved and after: papers, times, a preview."""

from collections import Counter

from msgspec.structs import replace

from bot.chat.message import Block, Bullets, Footnote, Papers, Span, Text, text
from bot.commands.context import Request
from bot.commands.subscription_form import TypedSubscription
from bot.delivery.planner import Preview
from bot.errors import AskError
from bot.languages import mark, tr, tr_parts
from bot.schedule import WhenComplete, describe, zone_label
from bot.store.records import Layout, Subscription
from bot.views.card import row
from bot.views.digest import entry
from bot.views.formatting import days, listing, moment, on_topic, papers, source_name, with_votes
from bot.views.why import left_out, taste
from bot.votes.taste import MIN_VOTES_FOR_TASTE

MAX_PREVIEW_ROWS = 5
MAX_PREVIEW_CARDS = 2
LAYOUT_CONTENTS: dict[Layout, str] = {
    "thread": mark("Up to {papers}, as a digest with a thread, from {sources}."),
    "compact": mark("Up to {papers}, as a digest, from {sources}."),
    "cards": mark("Up to {papers}, as cards, from {sources}."),
}
PREVIEW_OF_ALL = mark("Preview for {day}: {papers}.")
PREVIEW_OF_FIRST = mark("Preview for {day}: {papers}, starting with these {count}.")


def has_roles(request: Request) -> bool:
    """Whether the place has roles that a post can notify."""
    platform = request.context.pingers.get(request.place.platform)
    return platform is not None and platform.has_roles(request.place)


async def check_ping(request: Request, role: str) -> None:
    """Raises `AskError` when the person may not have this role (an id) notified."""
    if not role:
        return
    if not has_roles(request):
        raise AskError(tr("There are no roles to notify here."), tr("Leave out “ping:”."))
    await request.context.pingers[request.place.platform].check_ping(request.who, request.place.in_thread(""), role)


def ping_note(subscription: Subscription) -> Text:
    """A sentence that names the role; empty without one."""
    role = Span(subscription.ping, role=True)
    return text(*tr_parts("The day's post notifies {role}.", role=role)) if subscription.ping else ()


async def preview_blocks(request: Request, subscription: Subscription, typed: TypedSubscription) -> list[Block]:
    """The topic, what a schedule posts and when, and where its time zone is from; then what it would post now, in its
    layout. Raises `AskError` for a role that the person may not have notified."""
    await check_ping(request, subscription.ping)
    preview = await request.context.planner.preview(subscription)
    topic = [text(tr("Topic: “{topic}”.", topic=subscription.query))] if subscription.query else []
    topic += [text(tr("Only papers by people of this community."))] if subscription.is_by_us else []
    next_times = _next(subscription.schedule.zone, preview)
    notes = [text(taste(preview.votes, MIN_VOTES_FOR_TASTE))] if preview.votes else []
    ping = filter(None, [ping_note(subscription)])
    lines = [*topic, _contents(subscription), next_times, *ping, *notes, *_zone(request, typed)]
    omitted = left_out(Counter(item.reason for item in preview.choice.left_out))
    counted = [Footnote(text(omitted))] if omitted else []
    return [Bullets(tuple(lines)), *await _now(request, subscription, preview), *counted]


def title(subscription: Subscription) -> str:
    """`Weekdays at 09:00 (UTC)`."""
    when = describe(subscription.schedule)
    return when[:1].upper() + when[1:]


def summary(subscription: Subscription) -> str:
    """`weekdays at 09:00 (UTC): up to 10 papers on “diffusion”`."""
    schedule = subscription.schedule
    state = f" ({tr(subscription.inactive_reason)})" if subscription.inactive_reason else ""
    when = tr("when the list is complete") if isinstance(schedule, WhenComplete) else describe(schedule)
    return (
        tr("{when}: up to {papers}", when=when, papers=on_topic(papers(subscription.count), subscription.query)) + state
    )


def _zone(request: Request, typed: TypedSubscription) -> list[Text]:
    """Where the time zone is from, when none was typed."""
    zone = zone_label(typed.schedule.zone)
    if typed.names_zone:
        return []
    if request.who.time_zone:
        return [text(tr("{zone} is your time zone.", zone=zone))]
    default = mark("{zone} is the default time zone here. To use another, add it: weekdays 09:00 Europe/Berlin")
    return [text(tr(default, zone=zone))]


def _contents(subscription: Subscription) -> Text:
    shown = with_votes(on_topic(papers(subscription.count), subscription.query), subscription.min_votes)
    sources = listing([source_name(source) for source in subscription.sources])
    contents = tr(LAYOUT_CONTENTS[subscription.layout], papers=shown, sources=sources)
    language = tr("Posts and summaries are in “{language}”.", language=subscription.language)
    return text(contents if subscription.language == "en" else f"{contents} {language}")


def _next(zone: str, preview: Preview) -> Text:
    if not preview.times:
        return text(tr("Next: as soon as the next list is complete."))
    times = "; ".join(moment(at, zone) for at in preview.times)
    return text(tr("Next: {times}.", times=times))


async def _now(request: Request, subscription: Subscription, preview: Preview) -> list[Block]:
    if preview.edition is None:
        return [Footnote(text(tr("No preview yet: no list has arrived.")))]
    day = days(preview.edition.first, preview.edition.day)
    chosen = preview.choice.chosen
    if not chosen:
        return [Footnote(text(tr("Preview for {day}: nothing new.", day=day)))]
    shown = chosen[: MAX_PREVIEW_CARDS if subscription.layout == "cards" else MAX_PREVIEW_ROWS]
    found = await request.context.summaries.of([item.paper for item in shown], subscription.language)
    entries = [replace(e, summary=found[e.paper.id].text if e.paper.id in found else "") for e in shown]
    is_all = len(chosen) == len(shown)
    contents = PREVIEW_OF_ALL if is_all else PREVIEW_OF_FIRST
    heading = Footnote(text(tr(contents, day=day, papers=papers(len(chosen)), count=len(shown))))
    if subscription.layout == "cards":
        return [heading, *(block for item in entries for block in entry(item).blocks)]
    return [
        heading,
        Papers(tuple(row(item.paper, item.summary, item.tally, ties=item.people("author")) for item in entries)),
    ]
