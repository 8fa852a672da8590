"""Planning: for each occurrence of each schedule, decide once what is posted, and write it into the outbox."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from attrs import define, field
from msgspec import Struct

from bot.chat.adapter import CanPost
from bot.chat.event import Place
from bot.clock import Clock
from bot.delivery.channel_taste import ChannelTaste, by_saved, count_votes_on_posted
from bot.delivery.composer import Composer, ShowPicture
from bot.delivery.edition import Edition, Span
from bot.delivery.planning_cache import PlanningCache
from bot.delivery.planning_pass import PlanningPass, SeenEdition
from bot.delivery.selection import Choice
from bot.languages import speaking
from bot.papers.model import PaperId
from bot.schedule import first_reach, next_times
from bot.search import Search
from bot.store.records import Subscription, SubscriptionStatus
from bot.store.sql import Store
from bot.summaries import SummaryService
from bot.views.card import NO_PICTURE
from bot.votes.taste import Affinity

MAX_CHANNELS_AT_ONCE = 16  # channels planned at the same time


class Preview(Struct, frozen=True, kw_only=True):
    """The posts that a subscription would make now."""

    edition: Edition | None
    choice: Choice
    times: tuple[datetime, ...]  # the next occurrences, UTC
    votes: int | None = None  # that its taste is learned from; None: taste is off or has no say here


@define(eq=False, slots=False)
class Planner:
    """Turns what is due into posts in the outbox; sends nothing."""

    _store: Store
    _search: Search
    _lines: SummaryService
    _adapters: Mapping[str, CanPost]
    _clock: Clock
    _spread: timedelta = timedelta(0)
    _taste: bool = True
    _show_picture: ShowPicture = lambda *_: NO_PICTURE
    _seen_editions: dict[str, SeenEdition] = field(init=False, factory=dict)

    async def count_votes(self, place: Place) -> int | None:
        """The number of votes that a channel's taste is learned from; None: taste is off."""
        return await count_votes_on_posted(self._store, place, self._clock.now()) if self._taste else None

    async def by_saved(self, person: str, ids: Collection[PaperId]) -> dict[PaperId, Affinity]:
        """The similarity of papers to those a person saved; empty unless they turned that on."""
        return await by_saved(self._store, self._search, person, ids) if self._taste else {}

    async def plan_due(self) -> int:
        """Plan everything that is due, channel by channel; returns how many posts are new. A subscription that fails
        stops no other. Digests come last: they leave out what was posted to the reader's channel."""
        standing, planning = await self._store.subscriptions.running_with_runs(), self._planning_pass()
        channels = await self._plan(planning, [one for one in standing if not one.subscription.follows])
        return channels + await self._plan(planning, [one for one in standing if one.subscription.follows])

    @staticmethod
    async def _plan(planning: PlanningPass, standing: Sequence[SubscriptionStatus]) -> int:
        channels = defaultdict[str, list[SubscriptionStatus]](list)
        for one in standing:
            channels[str(one.subscription.place)].append(one)
        turns = asyncio.Semaphore(MAX_CHANNELS_AT_ONCE)

        async def channel(of: Sequence[SubscriptionStatus]) -> int:
            async with turns:  # one after the other: the second must see what the first posts
                return sum([await planning.plan_subscription(standing) for standing in of])

        return sum(await asyncio.gather(*map(channel, channels.values())))

    async def plan_now(self, subscription: Subscription) -> int:
        """Plan the newest edition at once, whatever the schedule says. Returns how many posts are new."""
        now = self._clock.now()
        with speaking(subscription.language):
            return await self._planning_pass().plan_run(subscription, now, now.date())

    async def preview(self, subscription: Subscription, day: date | None = None) -> Preview:
        """The posts that `subscription` would make for `day`, by default for the newest list; stores nothing."""
        now = self._clock.now()
        schedule = subscription.schedule
        planning_cache = self._planning_cache()
        span = Span(day, exact=True) if day else Span(now.date(), first_reach(schedule, now))
        edition = await planning_cache.edition(subscription, span)
        choice = await self._composer(planning_cache).choose(subscription, edition.listed, now) if edition else Choice()
        votes = None if subscription.follows else await self.count_votes(subscription.place)
        return Preview(edition=edition, choice=choice, times=tuple(next_times(schedule, now, 3)), votes=votes)

    def _planning_pass(self) -> PlanningPass:
        planning_cache = self._planning_cache()
        return PlanningPass(
            self._store,
            planning_cache=planning_cache,
            composer=self._composer(planning_cache),
            now=self._clock.now(),
            seen_editions=self._seen_editions,
            spread=self._spread,
        )

    def _planning_cache(self) -> PlanningCache:
        return PlanningCache(self._store, self._lines, self._clock.now().date())

    def _composer(self, planning_cache: PlanningCache) -> Composer:
        channel_taste = ChannelTaste(self._store, self._search) if self._taste else None
        return Composer(
            self._store, self._search, planning_cache, self._adapters, channel_taste, show_picture=self._show_picture
        )
