"""`/papers why`: why a channel gets posts, or none."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.chat.event import Answer, Place
from bot.chat.message import Message, text
from bot.commands.context import Effect, Request, as_command
from bot.delivery.planner import Planner
from bot.languages import mark, tr
from bot.schedule import describe, next_times
from bot.store.records import DeliveryState, Fetch, Run, Subscription
from bot.store.sql import Store
from bot.views import why as view
from bot.views.formatting import ago, moment
from bot.views.results import sheet
from bot.votes.taste import MIN_VOTES_FOR_TASTE


@as_command("why", mark("Explain why this channel gets posts, or none."), Effect.READS)
async def why(request: Request, rest: str) -> Answer:
    """When this channel got its last post, when it gets the next, and what is in the way."""
    context = request.context
    return Answer(message=await explanation(context.store, request.place, request.now, context.planner))


async def explanation(store: Store, place: Place, now: datetime, planner: Planner) -> Message:
    """The explanation for a channel: its last and next posts, what they leave out, and how its sources are."""
    subscriptions = await store.subscriptions.in_place(place)
    runs = await store.subscriptions.last_runs([s.id for s in subscriptions])
    states = await store.outbox.count_by_state(place)
    sources = {source for s in subscriptions for source in s.sources}
    fetches = [f for f in await store.papers.last_fetches() if f.source in sources or not subscriptions]
    lines = [await _last_post(store, place, now)]
    for subscription in subscriptions:
        lines.append(_next_post(subscription, now))
        if run := runs.get(subscription.id):
            lines.append(await _last_run(store, run, now))
    if any(not subscription.follows for subscription in subscriptions):
        lines.append(view.taste(await planner.count_votes(place), MIN_VOTES_FOR_TASTE))
    lines += [view.given_up(reason, count) for reason, count in await store.outbox.reasons_given_up(place)]
    if waiting := view.waiting({state.value: n for state, n in states.items() if state is not DeliveryState.SENT}):
        lines.append(f"{waiting}.")
    lines += [view.source_state(fetch, now) for fetch in fetches]
    advice = _advice(subscriptions, runs, states, fetches)
    return sheet(tr("Why is it quiet?"), [text(line) for line in lines if line], foot=advice)


async def _last_post(store: Store, place: Place, now: datetime) -> str:
    last = await store.outbox.last_sent_in(place)
    if last is None or last.sent is None:
        return tr("Nothing has been posted in this channel yet.")
    return tr("The last post was {ago}.", ago=ago(last.sent, now))


def _next_post(subscription: Subscription, now: datetime) -> str:
    schedule = subscription.schedule
    name = f"{subscription.id} ({describe(schedule)})"
    name += f" “{subscription.query}”" if subscription.query else ""
    if subscription.inactive_reason:
        return tr("Schedule {name} is paused: {reason}.", name=name, reason=tr(subscription.inactive_reason))
    if times := next_times(schedule, now, 1):
        return tr("Schedule {name} posts next {time}.", name=name, time=moment(times[0], schedule.zone))
    return tr("Schedule {name} posts as soon as the next list is complete.", name=name)


async def _last_run(store: Store, run: Run, now: datetime) -> str:
    posts = await store.outbox.in_edition(run.subscription, run.edition) if run.edition else []
    is_waiting = bool(posts) and all(post.state is not DeliveryState.SENT for post in posts)
    left_out = view.left_out(Counter(item.reason for item in run.left_out))
    return " ".join(filter(None, (view.outcome(run, now, is_waiting=is_waiting), left_out)))


def _advice(
    subscriptions: Sequence[Subscription],
    runs: Mapping[str, Run],
    states: Collection[DeliveryState],
    fetches: Sequence[Fetch],
) -> str:
    if not subscriptions:
        return tr("Nothing is scheduled here. To schedule papers: /papers schedule weekdays 09:00")
    if any(subscription.inactive_reason for subscription in subscriptions):
        return tr("To resume a schedule: /papers resume ID")
    if DeliveryState.DEAD in states:
        return tr("An admin can retry the posts that were given up: paperboy retry --all")
    if any(fetch.error for fetch in fetches):
        return tr("Sources that don't answer are tried again automatically.")
    reasons = {item.reason for run in runs.values() for item in run.left_out}
    if reasons & {"no match", "too few votes"}:
        return tr("To get more papers, change the schedule to a wider query or fewer votes: /papers change ID …")
    return tr("Everything is working.")
