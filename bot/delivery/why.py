"""Explains why a channel is quiet, or not: last and next run, papers left out, and the state of its sources."""

from __future__ import annotations

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


class Explanation(Struct, frozen=True, kw_only=True):
    """Everything that explains why a channel gets posts, or none."""

    schedules: tuple[ScheduleStatus, ...]
    last: Delivery | None  # its newest post
    states: dict[str, int]  # of its posts, by state; without those sent
    fetches: tuple[Fetch, ...]  # the last of each source it reads


async def explain(store: Store, place: Place, now: datetime) -> Explanation:
    """Gather the explanation for a channel."""
    subscriptions = await store.subscriptions.in_place(place)
    runs = await store.subscriptions.last_runs([s.id for s in subscriptions])
    sources = {source for s in subscriptions for source in s.sources}
    states = await store.outbox.count_by_state(place)
    return Explanation(
        schedules=tuple(_status(s, runs.get(s.id), now) for s in subscriptions),
        last=await store.outbox.last_sent_in(place),
        states={state.value: count for state, count in states.items() if state is not DeliveryState.SENT},
        fetches=tuple(f for f in await store.papers.last_fetches() if f.source in sources or not subscriptions),
    )


def _status(subscription: Subscription, last: Run | None, now: datetime) -> ScheduleStatus:
    schedule = subscription.schedule
    waits = bool(subscription.inactive_reason) or isinstance(schedule, WhenComplete)
    times = [] if waits else next_times(schedule, now, 1)
    return ScheduleStatus(
        subscription=subscription,
        when=describe(schedule),
        zone=schedule.zone,
        next=times[0] if times else None,
        last=last,
        left_out=dict(Counter(item.reason for item in last.left_out)) if last else {},
    )
