"""After downtime: count the reactions that were made, or taken back, while nobody listened."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from bot.chat.adapter import Counts, Posts
from bot.chat.event import Ref
from bot.clock import Clock
from bot.errors import Busy, PaperboyError
from bot.papers.model import PaperId
from bot.store.protocol import Store
from bot.store.records import Delivery
from bot.votes import ballot

log = logging.getLogger(__name__)

BACK = timedelta(days=14)  # votes on older posts are not looked for
AT_ONCE = 16  # tenants asked about at the same time

Changed = Callable[[str, PaperId], Awaitable[None]]
"""Told when the votes on a paper turned out to be others, in a tenant."""


async def recount(store: Store, adapters: Mapping[str, Posts], clock: Clock, changed: Changed) -> int:
    """Ask each platform for the reactions on recent posts, newest first; returns how many had changed."""
    tenants = defaultdict[str, list[Delivery]](list)
    for delivery in reversed(await store.outbox.sent_since(clock.now() - BACK)):
        if len(delivery.post.papers) == 1:
            tenants[delivery.post.place.tenant].append(delivery)
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(tenant: str, deliveries: Sequence[Delivery]) -> int:
        async with turns:
            return sum([await _recount(store, adapters, clock, changed, delivery) for delivery in deliveries])

    return sum(await asyncio.gather(*(one(*found) for found in tenants.items())))


async def _recount(
    store: Store, adapters: Mapping[str, Posts], clock: Clock, changed: Changed, delivery: Delivery
) -> bool:
    """One post; what can't be read keeps its votes."""
    adapter = adapters.get(delivery.post.place.platform)
    if delivery.ref is None or not isinstance(adapter, Counts):
        return False
    try:
        reactions = await _reactions(adapter, delivery.ref, clock)
        if not await ballot.recount(store, delivery, reactions):
            return False
    except PaperboyError as error:
        log.warning("reactions on %s can't be read: %s", delivery.post.key, error)
        return False
    await changed(delivery.post.place.tenant, delivery.post.papers[0])
    return True


async def _reactions(adapter: Counts, ref: Ref, clock: Clock) -> Mapping[str, frozenset[str]]:
    """Asked once more where the platform wants us to wait."""
    try:
        return await adapter.reactions(ref)
    except Busy as error:
        await clock.sleep(error.retry_after)
        return await adapter.reactions(ref)
