"""After downtime: count the reactions that were made, or taken back, while nobody listened."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from bot.chat.adapter import Counts, Posts
from bot.clock import Clock
from bot.errors import PostError
from bot.papers.model import PaperId
from bot.store.protocol import Store
from bot.votes import ballot

log = logging.getLogger(__name__)

BACK = timedelta(days=14)  # votes on older posts are not looked for


async def recount(store: Store, adapters: Mapping[str, Posts], clock: Clock) -> set[tuple[str, PaperId]]:
    """Ask each platform for the reactions on recent posts; returns the papers whose votes changed, by tenant."""
    changed: set[tuple[str, PaperId]] = set()
    for delivery in await store.outbox.sent_since(clock.now() - BACK):
        adapter = adapters.get(delivery.post.place.platform)
        if delivery.ref is None or len(delivery.post.papers) != 1 or not isinstance(adapter, Counts):
            continue
        try:
            reactions = await adapter.reactions(delivery.ref)
        except PostError as error:
            log.warning("reactions on %s can't be read: %s", delivery.post.key, error)
            continue
        if await ballot.recount(store, delivery, reactions):
            changed.add((delivery.post.place.tenant, delivery.post.papers[0]))
    return changed
