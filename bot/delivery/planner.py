"""Planning: for each occurrence of each schedule, decide once what it brings and write it into the outbox."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from msgspec import Struct

from bot.chat.adapter import CanPost
from bot.chat.event import Place
from bot.clock import Clock
from bot.delivery.channel_taste import ChannelTaste, HasVectors, ballots, by_saved
from bot.delivery.composer import Composer
from bot.delivery.edition import Edition, Span
from bot.delivery.followed_topics import Finds
from bot.delivery.planning_cache import PlanningCache, Summarizes
from bot.delivery.planning_pass import Known, PlanningPass
from bot.delivery.selection import Choice
from bot.papers.model import PaperId
from bot.schedule import first_reach, next_times
from bot.store.protocol import Store
from bot.store.records import Subscription, SubscriptionStatus
from bot.votes.taste import Leaning

AT_ONCE = 16  # channels planned at the same time


class Searches(Finds, HasVectors, Protocol):
    """What planning needs of search."""


class Preview(Struct, frozen=True, kw_only=True):
    """What a subscription would bring now."""

    edition: Edition | None
    choice: Choice
    times: tuple[datetime, ...]  # the next occurrences, UTC
    ballots: int | None = None  # votes that teach its order, or will; None: none do


class Planner:
    """Turns what is due into posts; carries nothing out."""

    def __init__(
        self,
        store: Store,
        search: Searches,
        lines: Summarizes,
        adapters: Mapping[str, CanPost],
        clock: Clock,
        *,
        spread: timedelta = timedelta(0),
        taste: bool = True,
    ) -> None:
        self._taste = taste
        self._spread = spread
        self._store = store
        self._search = search
        self._lines = lines
        self._adapters = adapters
        self._clock = clock
        self._complete: dict[str, Known] = {}

    async def ballots(self, place: Place) -> int | None:
        """How many votes teach a channel's order, or will when there are enough; None: no votes do here."""
        return await ballots(self._store, place, self._clock.now()) if self._taste else None

    async def by_saved(self, person: str, ids: Collection[PaperId]) -> dict[PaperId, Leaning]:
        """How near papers are to what somebody saved who wants them in that order."""
        return await by_saved(self._store, self._search, person, ids) if self._taste else {}

    async def plan_due(self) -> int:
        """Plan everything that is due, channel by channel; returns how many posts are new. One bad subscription
        stops no other. Digests come last: they leave out what a channel is brought."""
        standing, planning = await self._store.subscriptions.running_with_runs(), self._round()
        channels = await self._plan(planning, [one for one in standing if not one.subscription.follows])
        return channels + await self._plan(planning, [one for one in standing if one.subscription.follows])

    @staticmethod
    async def _plan(planning: PlanningPass, standing: Sequence[SubscriptionStatus]) -> int:
        channels = defaultdict[str, list[SubscriptionStatus]](list)
        for one in standing:
            channels[str(one.subscription.place)].append(one)
        turns = asyncio.Semaphore(AT_ONCE)

        async def channel(of: Sequence[SubscriptionStatus]) -> int:
            async with turns:  # one after the other: the second must see what the first brings
                return sum([await planning.subscription(standing) for standing in of])

        return sum(await asyncio.gather(*map(channel, channels.values())))

    async def plan_now(self, subscription: Subscription) -> int:
        """Bring the newest edition at once, whatever the schedule says: a channel's first."""
        now = self._clock.now()
        return await self._round().run(subscription, now, now.date())

    async def preview(self, subscription: Subscription, day: date | None = None) -> Preview:
        """What `subscription` would bring of `day`, by default of the newest list; writes nothing."""
        now = self._clock.now()
        schedule = subscription.schedule
        lookups = self._lookups()
        span = Span(day, exact=True) if day else Span(now.date(), first_reach(schedule, now))
        edition = await lookups.edition(subscription, span)
        choice = await self._editor(lookups).choose(subscription, edition.listed, now) if edition else Choice()
        votes = None if subscription.follows else await self.ballots(subscription.place)
        return Preview(edition=edition, choice=choice, times=tuple(next_times(schedule, now, 3)), ballots=votes)

    def _round(self) -> PlanningPass:
        lookups = self._lookups()
        return PlanningPass(
            self._store,
            lookups=lookups,
            editor=self._editor(lookups),
            now=self._clock.now(),
            complete=self._complete,
            spread=self._spread,
        )

    def _lookups(self) -> PlanningCache:
        return PlanningCache(self._store, self._lines, self._clock.now().date())

    def _editor(self, lookups: PlanningCache) -> Composer:
        taught = ChannelTaste(self._store, self._search) if self._taste else None
        return Composer(self._store, self._search, lookups, self._adapters, taught)
