"""After downtime: count the reactions that were added or removed while Paperboy was not listening."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from bot.chat.adapter import CanCountReactions, CanPost
from bot.clock import Clock
from bot.delivery.retry import retry_when_free
from bot.errors import PaperboyError, Refused
from bot.papers.model import PaperId
from bot.store.protocol import Store
from bot.store.records import Delivery
from bot.votes import ballot
from bot.votes.emoji import VoteEmojis

log = logging.getLogger(__name__)

RECOUNT_PERIOD = timedelta(days=14)  # votes on older posts are not recounted
MAX_TENANTS_AT_ONCE = 16  # tenants that are recounted at the same time

Changed = Callable[[str, PaperId], Awaitable[None]]
"""Called with the tenant and the paper whose votes changed."""


async def recount(
    store: Store, adapters: Mapping[str, CanPost], clock: Clock, changed: Changed, emojis: VoteEmojis = VoteEmojis()
) -> int:
    """Ask each platform for the reactions on recent posts, newest first; returns how many posts had changes."""
    return await _Recount(store, adapters, clock, changed, emojis).all()


class _Recount:
    """One recount of recent posts."""

    def __init__(
        self, store: Store, adapters: Mapping[str, CanPost], clock: Clock, changed: Changed, emojis: VoteEmojis
    ) -> None:
        self._store = store
        self._adapters = adapters
        self._clock = clock
        self._changed = changed
        self._emojis = emojis
        self._turns = asyncio.Semaphore(MAX_TENANTS_AT_ONCE)

    async def all(self) -> int:
        """Recount all tenants, concurrently: a slow one holds up no other."""
        tenants = defaultdict[str, list[Delivery]](list)
        for delivery in reversed(await self._store.outbox.sent_since(self._clock.now() - RECOUNT_PERIOD)):
            if len(delivery.post.papers) == 1:
                tenants[delivery.post.place.tenant].append(delivery)
        return sum(await asyncio.gather(*map(self._tenant, tenants.values())))

    async def _tenant(self, deliveries: Sequence[Delivery]) -> int:
        async with self._turns:
            return sum([await self._post(delivery) for delivery in deliveries])

    async def _post(self, delivery: Delivery) -> bool:
        """Recount one post; True when its votes changed. A post that can't be read keeps its votes."""
        adapter = self._adapters.get(delivery.post.place.platform)
        gone = delivery.reason  # of a post that was sent
        if gone or delivery.ref is None or adapter is None or not isinstance(adapter, CanCountReactions):
            return False
        try:
            reactions = await retry_when_free(self._clock, partial(adapter.count_reactions, delivery.ref))
            if not await ballot.replace_reactions(self._store, delivery, reactions, self._emojis):
                return False
        except Refused as error:
            if error.gone:
                await self._store.outbox.mark_gone(delivery.post.key, str(error))
            log.warning("reactions on %s can't be read: %s", delivery.post.key, error)
            return False
        except Exception as error:
            trace = None if isinstance(error, PaperboyError) else error
            log.warning("reactions on %s can't be read: %s", delivery.post.key, error, exc_info=trace)
            return False
        await self._changed(delivery.post.place.tenant, delivery.post.papers[0])
        return True
