"""Posted cards follow the votes: an edit, only when what is shown changes, at most one a paper at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta

from bot.chat.adapter import Edits, Posts
from bot.chat.fit import fit
from bot.clock import Clock
from bot.delivery.planner import Summarizes
from bot.errors import PostError
from bot.papers.model import PaperId
from bot.store.protocol import Store
from bot.store.records import Delivery, Tally
from bot.views.digest import Entry, entry

log = logging.getLogger(__name__)

LIVING = timedelta(days=14)  # older cards are left as they are
CALM = 1.0  # seconds between a vote and the edit: a flurry of votes is one edit


class Refresher:
    """Keeps the posts that show one paper up to date."""

    def __init__(self, store: Store, lines: Summarizes, adapters: Mapping[str, Posts], clock: Clock) -> None:
        self._store = store
        self._lines = lines
        self._adapters = adapters
        self._clock = clock
        self._changed: dict[tuple[str, PaperId], None] = {}  # in order, each once
        self._news = asyncio.Event()

    async def changed(self, tenant: str, paper: PaperId) -> None:
        """Note that the votes on a paper changed in a tenant; returns at once."""
        self._changed[tenant, paper] = None
        self._news.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Edit what changed, until `stop`."""
        while not stop.is_set():
            waits = [asyncio.create_task(self._news.wait()), asyncio.create_task(stop.wait())]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for task in waits:
                task.cancel()
            await asyncio.sleep(CALM if not stop.is_set() else 0)
            await self.settle()

    async def settle(self) -> int:
        """Edit all that changed until now; returns how many messages were edited."""
        self._news.clear()
        edited = 0
        while self._changed:
            tenant, paper = next(iter(self._changed))
            del self._changed[tenant, paper]
            since = self._clock.now() - LIVING
            for delivery in await self._store.outbox.showing(tenant, paper, since):
                edited += await self._refresh(delivery, tenant)
        return edited

    async def _refresh(self, delivery: Delivery, tenant: str) -> bool:
        """Edit one post; only single cards follow, a compact list would flicker with every vote."""
        post, adapter = delivery.post, self._adapters.get(delivery.post.place.platform)
        if len(post.papers) != 1 or delivery.ref is None or not isinstance(adapter, Edits):
            return False
        papers = await self._store.papers.get(post.papers)
        tallies = await self._store.votes.tallies(tenant, post.papers)
        lines = await self._lines.of(list(papers.values()))
        for id, paper in papers.items():
            line = lines[id].text if id in lines else ""
            item = Entry(paper=paper, line=line, tally=tallies.get(id, Tally()), reasons=post.reasons)
            message = fit(entry(item), adapter.limits, adapter.width)[0]
            try:
                await adapter.edit(delivery.ref, message)
            except PostError as error:
                log.warning("%s could not be edited: %s", post.key, error)
                return False
        return True
