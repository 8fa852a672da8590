"""After a gap in listening: count the reactions that were added or removed meanwhile.

Slow on purpose: a recount is one request for each post at least, and what people do now is heard anyway. The newest
posts come first, because they get most votes.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from attrs import define, field

from bot.chat.adapter import CanCountReactions, CanPost
from bot.clock import Clock
from bot.delivery.retry import retry_when_free
from bot.errors import PaperboyError, Refused
from bot.papers.model import PaperId
from bot.store.records import Delivery
from bot.store.sql import Store
from bot.votes import ballot
from bot.votes.emoji import VoteEmojis

log = logging.getLogger(__name__)

RECOUNT_PERIOD = timedelta(days=14)  # votes on older posts are not recounted
MAX_POSTS_PER_TENANT = 500  # that are recounted after one gap
POST_INTERVAL_S = 2.0  # between two posts of a tenant: Slack allows 50 `reactions.get` a minute
MAX_TENANTS_AT_ONCE = 16  # with a request under way or made within the last second
TURN_S = 1.0  # that a request takes up at least: Discord allows 50 a second for everything
RETRY_AFTER_S = 60.0  # after a recount that failed as a whole

Changed = Callable[[str, PaperId], Awaitable[None]]
"""Called with a tenant and a paper whose votes changed there, so that its posted cards are updated."""


@define(eq=False, slots=False)
class Recounter:
    """Recounts the reactions on recent posts of a platform after each gap in listening to it."""

    _store: Store
    _adapters: Mapping[str, CanPost]
    _clock: Clock
    _changed: Changed
    _emojis: VoteEmojis = VoteEmojis()
    _turns: asyncio.Semaphore = field(init=False, factory=lambda: asyncio.Semaphore(MAX_TENANTS_AT_ONCE))
    _gaps: set[str] = field(init=False, factory=set)  # platforms to recount
    _news: asyncio.Event = field(init=False, factory=asyncio.Event)

    def note_gap(self, platform: str) -> None:
        """Note that events of a platform may have been missed until now; returns immediately."""
        self._gaps.add(platform)
        self._news.set()

    async def run(self) -> None:
        """Recount after each gap, until cancelled. Another gap on the platform starts again at the newest post."""
        under_way = dict[str, asyncio.Task[None]]()
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                while self._gaps:
                    platform = self._gaps.pop()
                    if platform in under_way:
                        under_way[platform].cancel()
                    under_way[platform] = asyncio.create_task(self._recount_until_done(platform))
        finally:
            for platform, task in under_way.items():
                if not task.done():
                    self.note_gap(platform)
                task.cancel()
            await asyncio.gather(*under_way.values(), return_exceptions=True)

    async def _recount_until_done(self, platform: str) -> None:
        while True:
            try:
                await self.recount(platform)
            except PaperboyError as error:
                log.warning("reactions on %s can't be recounted now: %s", platform, error)
                await self._clock.sleep(RETRY_AFTER_S)
            else:
                return

    async def recount(self, platform: str) -> int:
        """Recount a platform's recent posts, all tenants concurrently; returns how many posts had changes."""
        tenants = defaultdict[str, list[Delivery]](list)
        for delivery in reversed(await self._store.outbox.sent_since(self._clock.now() - RECOUNT_PERIOD)):
            if delivery.post.place.platform == platform and len(delivery.post.papers) == 1:
                tenants[delivery.post.place.tenant].append(delivery)
        return sum(await asyncio.gather(*(self._recount_tenant(posts) for posts in tenants.values())))

    async def _recount_tenant(self, newest_first: Sequence[Delivery]) -> int:
        changed = 0
        for n, delivery in enumerate(newest_first[:MAX_POSTS_PER_TENANT]):
            if n:
                await self._clock.sleep(POST_INTERVAL_S - TURN_S)
            async with self._turns:
                changed += await self._recount_post(delivery)
                await self._clock.sleep(TURN_S)
        return changed

    async def _recount_post(self, delivery: Delivery) -> bool:
        """Recount one post; True when its votes changed. A post that can't be read keeps its votes."""
        adapter = self._adapters.get(delivery.post.place.platform)
        gone = delivery.reason  # of a post that was sent
        if gone or delivery.ref is None or adapter is None or not isinstance(adapter, CanCountReactions):
            return False
        try:
            heard = await self._store.votes.last_heard()
            reactions = await retry_when_free(self._clock, partial(adapter.count_reactions, delivery.ref))
            if not await ballot.replace_reactions(self._store, delivery, reactions, self._emojis, heard=heard):
                return False
        except Exception as error:
            if isinstance(error, Refused) and error.gone:
                await self._store.outbox.mark_gone(delivery.post.key, str(error))
            trace = None if isinstance(error, PaperboyError) else error
            log.warning("reactions on %s can't be read: %s", delivery.post.key, error, exc_info=trace)
            return False
        await self._changed(delivery.post.place.tenant, delivery.post.papers[0])
        return True
