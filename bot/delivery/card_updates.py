"""Posted cards live for two weeks: votes, stars, code, new versions and withdrawals show in what was posted.

A card is edited only when what it shows differs. Votes made here show at once; counts from outside move all day, so
they alone change a card every few hours at most. What can't be shown now is looked at again later. Each tenant has its
own turn: one that is slow holds up no other.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import partial

from msgspec.structs import replace

from bot.chat.adapter import CanEdit, CanPost
from bot.chat.fit import fit
from bot.chat.message import Card, Message
from bot.clock import Clock
from bot.delivery.planning_cache import Summarizes
from bot.delivery.retry import patiently
from bot.errors import Busy, PaperboyError, PostError, Refused
from bot.metrics import EDITS
from bot.papers.model import PaperId
from bot.store.protocol import Store
from bot.store.records import Delivery, Tally
from bot.views.card import without_counts
from bot.views.digest import Entry, entry

log = logging.getLogger(__name__)

LIVING = timedelta(days=14)  # older cards are left as they are
CALM = 1.0  # seconds between a vote and the edit: a flurry of votes is one edit
SLOW = timedelta(hours=6)  # between edits that only outside counts call for
AT_ONCE = 16  # tenants whose cards are edited at the same time
LONGEST_WAIT = 60.0  # seconds a platform may ask us to wait before the edit is left for later
AGAIN = timedelta(minutes=5)  # until an edit that failed is tried again
LATELY = timedelta(days=1)  # votes so young may have been made just before a kill, and not show


class CardUpdater:
    """Keeps the posts that show one paper up to date."""

    def __init__(self, store: Store, lines: Summarizes, adapters: Mapping[str, CanPost], clock: Clock) -> None:
        self._store = store
        self._lines = lines
        self._adapters = adapters
        self._clock = clock
        self._changed: defaultdict[str, dict[PaperId, None]] = defaultdict(dict)  # by tenant, in order, each once
        self._later: dict[tuple[str, PaperId], datetime] = {}  # by tenant and paper: when to look again
        self._news = asyncio.Event()
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def changed(self, tenant: str, paper: PaperId) -> None:
        """Note that the votes on a paper changed in a tenant; returns at once."""
        self._changed[tenant][paper] = None
        self._news.set()

    async def listed_anew(self, papers: Collection[PaperId]) -> None:
        """Note that what is known of papers changed, wherever they are shown."""
        for tenant, paper in await self._store.outbox.tenants_shown(papers, self._clock.now() - LIVING):
            await self.changed(tenant, paper)

    async def catch_up(self) -> None:
        """Note what a process that was killed may have left undone."""
        for tenant, paper in await self._store.votes.voted_in_tenants_since(self._clock.now() - LATELY):
            await self.changed(tenant, paper)

    async def run(self, stop: asyncio.Event) -> None:
        """Edit what changed, until `stop`."""
        while not stop.is_set():
            waits = [asyncio.create_task(self._news.wait()), asyncio.create_task(stop.wait())]
            await asyncio.wait(waits, timeout=self._until_later(), return_when=asyncio.FIRST_COMPLETED)
            for task in waits:
                task.cancel()
            if not stop.is_set():
                await asyncio.sleep(CALM)
                await self.settle()

    async def settle(self) -> int:
        """Edit all that changed until now; returns how many messages were edited."""
        self._news.clear()
        for tenant, paper in [which for which, at in self._later.items() if at <= self._clock.now()]:
            del self._later[tenant, paper]
            self._changed[tenant][paper] = None
        changed, self._changed = self._changed, defaultdict(dict)
        return sum(await asyncio.gather(*(self._tenant(tenant, papers) for tenant, papers in changed.items())))

    def _until_later(self) -> float | None:
        """Seconds until something is to be looked at again."""
        at = min(self._later.values(), default=None)
        return max(0.0, (at - self._clock.now()).total_seconds()) if at else None

    def _look_again(self, delivery: Delivery, at: datetime) -> None:
        which = (delivery.post.place.tenant, delivery.post.part)
        self._later[which] = min(at, self._later.get(which, at))

    async def _tenant(self, tenant: str, papers: Collection[PaperId]) -> int:
        edited = 0
        async with self._turns:
            for paper in papers:
                try:
                    for delivery in await self._store.outbox.sent_showing(tenant, paper, self._clock.now() - LIVING):
                        edited += await self._refresh(delivery, paper)
                except PaperboyError as error:
                    log.warning("cards of %s in %s could not be refreshed: %s", paper, tenant, error)
        return edited

    async def _refresh(self, delivery: Delivery, paper: PaperId) -> bool:
        """Edit one post; only single cards follow, a compact list would flicker with every vote."""
        adapter = self._adapters.get(delivery.post.place.platform)
        gone = delivery.reason  # of a post that was sent
        if delivery.post.part != paper or gone or delivery.ref is None:
            return False
        if adapter is None or not isinstance(adapter, CanEdit):
            return False
        shown = delivery.post.message
        message = await self._message(delivery, paper, adapter)
        if message is None or message == shown:
            return False
        calm = (delivery.edited or delivery.sent or self._clock.now()) + SLOW
        if self._clock.now() < calm and _only_counts(shown, message):
            self._look_again(delivery, calm)
            return False
        try:
            await patiently(self._clock, partial(adapter.edit_post, delivery.ref, message), most=LONGEST_WAIT)
        except PostError as error:
            await self._failed(delivery, error)
            return False
        EDITS.labels(delivery.post.place.platform, "edited").inc()
        await self._store.outbox.record_edit(delivery.post.key, message, self._clock.now())
        return True

    async def _failed(self, delivery: Delivery, error: PostError) -> None:
        """A message that is gone is left alone from now on; one that could not be reached is tried again."""
        log.warning("%s could not be edited: %s", delivery.post.key, error)
        EDITS.labels(delivery.post.place.platform, type(error).__name__.lower()).inc()
        if isinstance(error, Refused):
            if error.gone:
                await self._store.outbox.mark_gone(delivery.post.key, str(error))
            return
        wait = timedelta(seconds=error.retry_after) if isinstance(error, Busy) else AGAIN
        self._look_again(delivery, self._clock.now() + max(wait, AGAIN))

    async def _message(self, delivery: Delivery, paper: PaperId, adapter: CanPost) -> Message | None:
        """What the post would say if it were made now."""
        found = (await self._store.papers.get_papers([paper])).get(paper)
        subscription = await self._store.subscriptions.get_subscription(delivery.post.subscription)
        if found is None:
            return None
        tallies = await self._store.votes.tallies_for(delivery.post.place.tenant, [paper])
        lines = await self._lines.of([found], subscription.language if subscription else "en")
        line = lines[paper].text if paper in lines else ""
        item = Entry(paper=found, line=line, tally=tallies.get(paper, Tally()), reasons=delivery.post.reasons)
        return fit(entry(item), adapter.limits, adapter.text_width)[0]


def _only_counts(shown: Message, message: Message) -> bool:
    """Whether two messages differ by nothing but numbers from outside."""
    return _without_counts(shown) == _without_counts(message)


def _without_counts(message: Message) -> Message:
    return replace(message, blocks=tuple(without_counts(b) if isinstance(b, Card) else b for b in message.blocks))
