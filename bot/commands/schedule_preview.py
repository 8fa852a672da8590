"""The lines that describe a schedule, shown before it is saved and after: papers, times, a preview."""

from __future__ import annotations

from bot.chat.message import Text, clean, text
from bot.commands.context import Request
from bot.commands.subscription_form import TypedSubscription
from bot.delivery.planner import Preview
from bot.languages import tr
from bot.schedule import WhenComplete, describe, zone_label
from bot.store.records import Subscription
from bot.views.formatting import days, listing, moment, on_topic, papers, source_name, with_votes
from bot.views.why import taste
from bot.votes.taste import MIN_VOTES_FOR_TASTE

MAX_PREVIEW_TITLES = 5


async def preview_lines(request: Request, subscription: Subscription, typed: TypedSubscription) -> list[Text]:
    """The topic, what a schedule posts and when, what it would post now, and where its time zone is from."""
    preview = await request.context.planner.preview(subscription)
    topic = [text(tr("Topic: “{topic}”.", topic=subscription.query))] if subscription.query else []
    next_times = _next(subscription.schedule.zone, preview)
    lines = [*topic, _contents(subscription), next_times, *_now(preview), *_taste(preview)]
    return [*lines, *_zone(request, typed)]


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
    return [
        text(
            tr(
                "{zone} is the default time zone here. To use another, add it: weekdays 09:00 Europe/Berlin",
                zone=zone,
            )
        )
    ]


def _contents(subscription: Subscription) -> Text:
    shown = with_votes(on_topic(papers(subscription.count), subscription.query), subscription.min_votes)
    sources = listing([source_name(source) for source in subscription.sources])
    if subscription.layout == "compact":
        contents = tr("Up to {papers}, in one message, from {sources}.", papers=shown, sources=sources)
    else:
        contents = tr("Up to {papers}, as a thread, from {sources}.", papers=shown, sources=sources)
    language = tr("Posts and summaries are in “{language}”.", language=subscription.language)
    return text(contents if subscription.language == "en" else f"{contents} {language}")


def _next(zone: str, preview: Preview) -> Text:
    if not preview.times:
        return text(tr("Next: as soon as the next list is complete."))
    times = "; ".join(moment(at, zone) for at in preview.times)
    return text(tr("Next: {times}.", times=times))


def _now(preview: Preview) -> list[Text]:
    if preview.edition is None:
        return [text(tr("No preview yet: no list has arrived."))]
    day = days(preview.edition.first, preview.edition.day)
    chosen = preview.choice.chosen
    if not chosen:
        return [text(tr("Preview for {day}: nothing new.", day=day))]
    shown = chosen[:MAX_PREVIEW_TITLES]
    titles = [text("“", clean(item.paper.title, 100), "”") for item in shown]
    if len(chosen) == len(shown):
        return [text(tr("Preview for {day}: {papers}.", day=day, papers=papers(len(chosen)))), *titles]
    few = tr(
        "Preview for {day}: {papers}, starting with these {count}.",
        day=day,
        papers=papers(len(chosen)),
        count=len(shown),
    )
    return [text(few), *titles]


def _taste(preview: Preview) -> list[Text]:
    return [text(taste(preview.votes, MIN_VOTES_FOR_TASTE))] if preview.votes else []
