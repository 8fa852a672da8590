"""Why a channel is quiet, or not: what happened last, what comes next, what was left out, and what to do."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from msgspec import Struct

from bot.chat.event import Place
from bot.schedule import WhenComplete, describe, next_times
from bot.store.protocol import Store
from bot.store.records import Delivery, DeliveryState, Fetch, Run, Subscription


class Wish(Struct, frozen=True, kw_only=True):
    """One subscription and how it stands."""

    subscription: Subscription
    told: str  # its schedule in words
    zone: str
    next: datetime | None  # None: paused, or when the list is complete
    last: Run | None
    left_out: dict[str, int]  # by reason, of the last run


class Why(Struct, frozen=True, kw_only=True):
    """All that explains a channel."""

    wishes: tuple[Wish, ...]
    last: Delivery | None  # the newest post it got
    states: dict[str, int]  # its outbox
    fetches: tuple[Fetch, ...]  # the last look at each source it reads


async def explain(store: Store, place: Place, now: datetime) -> Why:
    """What is known of a channel."""
    subscriptions = await store.subscriptions.in_place(place)
    runs = await store.subscriptions.last_runs([s.id for s in subscriptions])
    sources = {source for s in subscriptions for source in s.sources}
    states = await store.outbox.count_by_state(place)
    return Why(
        wishes=tuple(_wish(s, runs.get(s.id), now) for s in subscriptions),
        last=await store.outbox.last_sent_in(place),
        states={state.value: count for state, count in states.items() if state is not DeliveryState.SENT},
        fetches=tuple(f for f in await store.papers.last_fetches() if f.source in sources or not subscriptions),
    )


def _wish(subscription: Subscription, last: Run | None, now: datetime) -> Wish:
    schedule = subscription.schedule
    waits = bool(subscription.inactive_reason) or isinstance(schedule, WhenComplete)
    times = [] if waits else next_times(schedule, now, 1)
    return Wish(
        subscription=subscription,
        told=describe(schedule),
        zone=schedule.zone,
        next=times[0] if times else None,
        last=last,
        left_out=dict(Counter(item.reason for item in last.left_out)) if last else {},
    )
