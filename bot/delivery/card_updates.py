"""Posted cards stay up to date for two weeks: votes, stars, code, new versions and withdrawals show in what was posted.

A card is edited only when what it shows differs. Votes made here show within seconds; outside counts move all day, so
they alone change a card every few hours at most. What can't be edited now is tried again later. Each tenant is worked
on by a task of its own: a slow one holds up no other.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.chat.adapter import CanEdit, CanPost
from bot.chat.event import Ref
from bot.chat.fit import fit
from bot.chat.message import Card, Message
from bot.clock import Clock
from bot.delivery.planning_cache import Summarizes
from bot.delivery.retry import retry_when_free
from bot.errors import Busy, PaperboyError, PostError, Refused, Unsure
from bot.languages import speaking
from bot.metrics import EDITS
from bot.papers.model import PaperId
from bot.store.protocol import Store
from bot.store.records import Delivery, Tally
from bot.tasks import Supervisor
from bot.views.card import without_counts
from bot.views.digest import Entry, entry

log = logging.getLogger(__name__)

CARD_LIFETIME = timedelta(days=14)  # older cards are left as they are
CALM_S = 1.0  # between a vote and the edit: a flurry of votes is one edit
COUNTS_INTERVAL = timedelta(hours=6)  # between edits that only outside counts call for
MAX_COMPOSING = 16  # cards composed at the same time: the store's readers are few
MAX_BUSY_WAIT_S = 60.0  # that a platform may ask us to wait before the edit is left for later
RETRY_AFTER = timedelta(minutes=5)  # after an edit that failed
RECENT_VOTES = timedelta(days=1)  # votes so young may have been made just before a kill, and not show
ATTEMPT_S = 30.0  # that a platform has to answer


class CardUpdater:
    """Keeps the posts that show one paper up to date."""

    def __init__(
        self,
        store: Store,
        lines: Summarizes,
        adapters: Mapping[str, CanPost],
        clock: Clock,
        tasks: Supervisor | None = None,
        *,
        attempt_s: float = ATTEMPT_S,
    ) -> None:
        self._store = store
        self._lines = lines
        self._adapters = adapters
        self._clock = clock
        self._tasks = tasks or Supervisor(clock)
        self._attempt_s = attempt_s
        self._changed: defaultdict[str, dict[PaperId, None]] = defaultdict(dict)  # by tenant, in order, each once
        self._later: dict[tuple[str, PaperId], datetime] = {}  # by tenant and paper: when to try again
        self._news = asyncio.Event()
        self._composing = asyncio.Semaphore(MAX_COMPOSING)

    async def note_vote(self, tenant: str, paper: PaperId) -> None:
        """Note that the votes on a paper changed in a tenant; returns immediately."""
        self._changed[tenant][paper] = None
        self._news.set()

    async def note_papers(self, papers: Collection[PaperId]) -> None:
        """Note that these papers changed, for all posts that show them."""
        for tenant, paper in await self._store.outbox.tenants_shown(papers, self._clock.now() - CARD_LIFETIME):
            await self.note_vote(tenant, paper)

    async def note_recent_votes(self) -> None:
        """A process that was killed may have left votes of the last day that do not show yet."""
        for tenant, paper in await self._store.votes.voted_in_tenants_since(self._clock.now() - RECENT_VOTES):
            await self.note_vote(tenant, paper)

    async def run(self) -> None:
        """Edit what changed, each tenant in a task of its own, until cancelled."""
        working: dict[str, asyncio.Task[int]] = {}
        try:
            while True:
                self._news.clear()
                self._take_up_later()
                working = {tenant: task for tenant, task in working.items() if not task.done()}
                for tenant in self._changed.keys() - working.keys():
                    working[tenant] = asyncio.create_task(self._edit_calmly(tenant))
                    working[tenant].add_done_callback(lambda _: self._news.set())
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), self._until_later_s())
        finally:
            for task in working.values():
                task.cancel()
            await asyncio.gather(*working.values(), return_exceptions=True)

    async def edit_changed(self) -> int:
        """Edit all that changed until now; returns how many messages were edited."""
        self._take_up_later()
        return sum(await asyncio.gather(*map(self._edit_tenant, list(self._changed))))

    def _take_up_later(self) -> None:
        for tenant, paper in [which for which, at in self._later.items() if at <= self._clock.now()]:
            del self._later[tenant, paper]
            self._changed[tenant][paper] = None

    def _until_later_s(self) -> float | None:
        """Seconds until an edit is to be tried again; None: there is none."""
        at = min(self._later.values(), default=None)
        return max(0.0, (at - self._clock.now()).total_seconds()) if at else None

    def _try_later(self, tenant: str, paper: PaperId, at: datetime) -> None:
        self._later[tenant, paper] = min(at, self._later.get((tenant, paper), at))

    async def _edit_calmly(self, tenant: str) -> int:
        await asyncio.sleep(CALM_S)
        return await self._edit_tenant(tenant)

    async def _edit_tenant(self, tenant: str) -> int:
        """Edit what changed in a tenant, one message after the other. What fails is tried again later."""
        edited = 0
        for paper in self._changed.pop(tenant, {}):
            try:
                for delivery in await self._store.outbox.sent_showing(tenant, paper, self._clock.now() - CARD_LIFETIME):
                    edited += await self._refresh(delivery, paper)
            except Exception as error:
                trace = None if isinstance(error, PaperboyError) else error
                log.warning("cards of %s in %s could not be updated: %s", paper, tenant, error, exc_info=trace)
                self._try_later(tenant, paper, self._clock.now() + RETRY_AFTER)
        return edited

    async def _refresh(self, delivery: Delivery, paper: PaperId) -> bool:
        """Edit one post; only single cards are kept up to date: a compact list would flicker with every vote."""
        adapter = self._adapters.get(delivery.post.place.platform)
        gone = delivery.reason  # of a post that was sent
        if delivery.post.part != paper or gone or delivery.ref is None:
            return False
        if adapter is None or not isinstance(adapter, CanEdit):
            return False
        shown = delivery.post.message
        async with self._composing:
            message = await self._message(delivery, paper, adapter)
        if message is None or message == shown:
            return False
        calm = (delivery.edited or delivery.sent or self._clock.now()) + COUNTS_INTERVAL
        if self._clock.now() < calm and _only_counts(shown, message):
            self._try_later(delivery.post.place.tenant, paper, calm)
            return False
        ref = delivery.ref
        try:
            await retry_when_free(self._clock, lambda: self._edit(adapter, ref, message), max_wait_s=MAX_BUSY_WAIT_S)
        except PostError as error:
            await self._failed(delivery, error)
            return False
        EDITS.labels(delivery.post.place.platform, "edited").inc()
        await self._store.outbox.record_edit(delivery.post.key, message, self._clock.now())
        return True

    async def _edit(self, adapter: CanEdit, ref: Ref, message: Message) -> None:
        """One attempt. Raises `PostError`, whatever goes wrong in the adapter."""
        name = f"{ref.place.platform} edit"
        try:
            async with asyncio.timeout(self._attempt_s):
                await adapter.edit_post(ref, message)
        except PostError:
            raise
        except TimeoutError as error:
            raise Unsure("The platform did not answer in time.") from error
        except Exception as error:
            self._tasks.note_failure(name, error)
            raise Unsure(f"{type(error).__name__} in the adapter") from error
        self._tasks.note_success(name)

    async def _failed(self, delivery: Delivery, error: PostError) -> None:
        """A message that is gone is left alone from now on; one that could not be edited is tried again."""
        log.warning("%s could not be edited: %s", delivery.post.key, error)
        EDITS.labels(delivery.post.place.platform, type(error).__name__.lower()).inc()
        if isinstance(error, Refused):
            if error.gone:
                await self._store.outbox.mark_gone(delivery.post.key, str(error))
            return
        wait = timedelta(seconds=error.retry_after) if isinstance(error, Busy) else RETRY_AFTER
        at = self._clock.now() + max(wait, RETRY_AFTER)
        self._try_later(delivery.post.place.tenant, delivery.post.part, at)

    async def _message(self, delivery: Delivery, paper: PaperId, adapter: CanPost) -> Message | None:
        """The post's message as it would be composed now."""
        found = (await self._store.papers.get_papers([paper])).get(paper)
        subscription = await self._store.subscriptions.get_subscription(delivery.post.subscription)
        if found is None:
            return None
        tallies = await self._store.votes.tallies_for(delivery.post.place.tenant, [paper])
        language = subscription.language if subscription else "en"
        lines = await self._lines.of([found], language)
        line = lines[paper].text if paper in lines else ""
        item = Entry(paper=found, summary=line, tally=tallies.get(paper, Tally()), reasons=delivery.post.reasons)
        with speaking(language):
            return fit(entry(item), adapter.limits, adapter.text_width)[0]


def _only_counts(shown: Message, message: Message) -> bool:
    """Whether two messages differ by nothing but numbers from outside."""
    return _without_counts(shown) == _without_counts(message)


def _without_counts(message: Message) -> Message:
    return replace(message, blocks=tuple(without_counts(b) if isinstance(b, Card) else b for b in message.blocks))
