"""The lines that describe a schedule, shown before it is saved and after: papers, times, a preview."""

from __future__ import annotations

from bot.chat.message import Text, clean, text
from bot.commands.context import Request
from bot.commands.subscription_form import TypedSubscription
from bot.delivery.planner import Preview
from bot.schedule import WhenComplete, describe, zone_label
from bot.store.records import Subscription
from bot.views.formatting import days, listing, moment, plural, source_name
from bot.views.why import taste
from bot.votes.taste import MIN_VOTES_FOR_TASTE

MAX_PREVIEW_TITLES = 5


async def preview_lines(request: Request, subscription: Subscription, typed: TypedSubscription) -> list[Text]:
    """The topic, what a schedule posts and when, what it would post now, and where its time zone is from."""
    preview = await request.context.planner.preview(subscription)
    topic = [text(f"Topic: “{subscription.query}”.")] if subscription.query else []
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
    about = f" on “{subscription.query}”" if subscription.query else ""
    state = f" ({subscription.inactive_reason})" if subscription.inactive_reason else ""
    when = "when the list is complete" if isinstance(schedule, WhenComplete) else describe(schedule)
    return f"{when}: up to {plural(subscription.count, 'paper')}{about}{state}"


def _zone(request: Request, typed: TypedSubscription) -> list[Text]:
    """Where the time zone is from, when none was typed."""
    zone = zone_label(typed.schedule.zone)
    if typed.names_zone:
        return []
    if request.who.time_zone:
        return [text(f"{zone} is your time zone.")]
    return [text(f"{zone} is the default time zone here. To use another, add it: weekdays 09:00 Europe/Berlin")]


def _contents(subscription: Subscription) -> Text:
    about = f" on “{subscription.query}”" if subscription.query else ""
    votes = f" with at least {plural(subscription.min_votes, 'vote')}" if subscription.min_votes else ""
    how = "in one message" if subscription.layout == "compact" else "as a thread"
    from_ = listing([source_name(s) for s in subscription.sources])
    language = "" if subscription.language == "en" else f" Claude writes the summaries in “{subscription.language}”."
    return text(f"Up to {plural(subscription.count, 'paper')}{about}{votes}, {how}, from {from_}.{language}")


def _next(zone: str, preview: Preview) -> Text:
    if not preview.times:
        return text("Next: as soon as the next list is complete.")
    times = "; ".join(moment(at, zone) for at in preview.times)
    return text(f"Next: {times}.")


def _now(preview: Preview) -> list[Text]:
    if preview.edition is None:
        return [text("No preview yet: no list has arrived.")]
    day = days(preview.edition.first, preview.edition.day)
    chosen = preview.choice.chosen
    if not chosen:
        return [text(f"Preview for {day}: nothing new.")]
    shown = chosen[:MAX_PREVIEW_TITLES]
    first = f", starting with these {len(shown)}" if len(chosen) > len(shown) else ""
    titles = [text("“", clean(item.paper.title, 100), "”") for item in shown]
    return [text(f"Preview for {day}: {plural(len(chosen), 'paper')}{first}."), *titles]


def _taste(preview: Preview) -> list[Text]:
    return [text(taste(preview.votes, MIN_VOTES_FOR_TASTE))] if preview.votes else []
