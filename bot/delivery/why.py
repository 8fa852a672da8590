"""Explains why a channel is quiet, or not: last and next run, papers left out, and the state of its sources."""

from collections import Counter
from datetime import datetime

from msgspec import Struct

from bot.chat.event import Place
from bot.schedule import WhenComplete, describe, next_times
from bot.store.protocol import Store
from bot.store.records import Delivery, DeliveryState, Fetch, Run, Subscription


class ScheduleStatus(Struct, frozen=True, kw_only=True):
    """One subscription, its last run and its next."""

    subscription: Subscription
    when: str  # the schedule in words
    zone: str
    next: datetime | None  # None: paused, or when the list is complete
    last: Run | None
    left_out: dict[str, int]  # by reason, of the last run
    is_waiting: bool  # no post of the last run was sent yet


class Explanation(Struct, frozen=True, kw_only=True):
    """Everything that explains why a channel gets posts, or none."""

    schedules: tuple[ScheduleStatus, ...]
    last: Delivery | None  # its newest post
    states: dict[str, int]  # of its posts, by state; without those sent
    given_up: tuple[tuple[str, int], ...]  # why the latest dead posts were given up, and how many
    fetches: tuple[Fetch, ...]  # the last of each source it reads


async def explain(store: Store, place: Place, now: datetime) -> Explanation:
    """Gather the explanation for a channel."""
    subscriptions = await store.subscriptions.in_place(place)
    runs = await store.subscriptions.last_runs([s.id for s in subscriptions])
    sources = {source for s in subscriptions for source in s.sources}
    states = await store.outbox.count_by_state(place)
    return Explanation(
        schedules=tuple([await _status(store, s, runs.get(s.id), now) for s in subscriptions]),
        last=await store.outbox.last_sent_in(place),
        states={state.value: count for state, count in states.items() if state is not DeliveryState.SENT},
        given_up=tuple(await store.outbox.reasons_given_up(place)),
        fetches=tuple(f for f in await store.papers.last_fetches() if f.source in sources or not subscriptions),
    )


async def _status(store: Store, subscription: Subscription, last: Run | None, now: datetime) -> ScheduleStatus:
    schedule = subscription.schedule
    waits = bool(subscription.inactive_reason) or isinstance(schedule, WhenComplete)
    posts = await store.outbox.in_edition(subscription.id, last.edition) if last and last.edition else []
    times = [] if waits else next_times(schedule, now, 1)
    return ScheduleStatus(
        subscription=subscription,
        when=describe(schedule),
        zone=schedule.zone,
        next=times[0] if times else None,
        last=last,
        left_out=dict(Counter(item.reason for item in last.left_out)) if last else {},
        is_waiting=bool(posts) and all(post.state is not DeliveryState.SENT for post in posts),
    )
