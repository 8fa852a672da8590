"""Posted cards stay up to date for two weeks: votes, stars, code, new versions and withdrawals show in what was posted.
Digests follow the votes for a day, and link to each card once it is there (`bot.delivery.digest_refresh`).

A card is edited only when what it shows differs. Votes made here show within seconds; outside counts move all day, so
they alone change a card every few hours at most. What can't be edited now is tried again later. Each tenant is worked
on by a task of its own: a slow one holds up no other.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection, Coroutine, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeAlias

from attrs import Factory, define, field
from msgspec.structs import replace

from bot.chat.adapter import CanEdit, CanPost
from bot.chat.event import Ref
from bot.chat.message import Message
from bot.clock import Clock
from bot.delivery.digest_refresh import (
    DIGEST_LIFETIME,
    DigestKey,
    compose_card,
    compose_digests,
    digests_among,
    is_open,
    next_edit_at,
)
from bot.delivery.retry import call_fenced, retry_when_free
from bot.errors import Busy, PaperboyError, PostError, Refused
from bot.metrics import EDITS
from bot.papers.model import PaperId
from bot.store.records import Delivery, Post
from bot.store.sql import Store
from bot.summaries import SummaryService
from bot.tasks import Supervisor
from bot.views.card import without_counts

log = logging.getLogger(__name__)

CARD_LIFETIME = timedelta(days=14)  # older cards are left as they are
CALM_S = 1.0  # between a vote and the edit: a flurry of votes is one edit
COUNTS_INTERVAL = timedelta(hours=6)  # between edits that only outside counts call for
MAX_COMPOSING = 16  # cards composed at the same time: the store's readers are few
MAX_BUSY_WAIT_S = 60.0  # that a platform may ask us to wait before the edit is left for later
RETRY_AFTER = timedelta(minutes=5)  # after an edit that failed
RECENT_VOTES = timedelta(days=1)  # votes so young may have been made just before a kill, and not show
ATTEMPT_S = 30.0  # that a platform has to answer

Changed: TypeAlias = PaperId | DigestKey
"""A paper whose cards may differ from what was posted, or the digests of an edition."""


@define(eq=False, slots=False)
class CardUpdater:
    """Keeps cards and digests up to date."""

    _store: Store
    _lines: SummaryService
    _adapters: Mapping[str, CanPost]
    _clock: Clock
    _tasks: Supervisor = Factory(lambda self: Supervisor(self._clock), takes_self=True)
    _attempt_s: float = ATTEMPT_S
    _changed: defaultdict[str, dict[Changed, None]] = field(init=False, factory=lambda: defaultdict(dict))
    """By tenant, in order, each once."""
    _later: dict[tuple[str, Changed], datetime] = field(init=False, factory=dict)  # by tenant: when to try again
    _news: asyncio.Event = field(init=False, factory=asyncio.Event)
    _composing: asyncio.Semaphore = field(init=False, factory=lambda: asyncio.Semaphore(MAX_COMPOSING))

    async def note_vote(self, tenant: str, paper: PaperId) -> None:
        """Note that the votes on a paper changed in a tenant; returns immediately."""
        self._changed[tenant][paper] = None
        self._news.set()

    async def note_papers(self, papers: Collection[PaperId]) -> None:
        """Note that these papers changed, for all posts that show them."""
        for tenant, paper in await self._store.outbox.tenants_shown(papers, self._clock.now() - CARD_LIFETIME):
            await self.note_vote(tenant, paper)

    async def note_sent(self, post: Post) -> None:
        """Note that a card was posted: its digest can link to it."""
        if post.parent and post.edition:
            self._changed[post.place.tenant][DigestKey(post.subscription, post.edition)] = None
            self._news.set()

    async def note_recent_votes(self) -> None:
        """A process that was killed may have left votes of the last day that do not show yet, and digests without
        links."""
        for delivery in await self._store.outbox.sent_since(self._clock.now() - DIGEST_LIFETIME):
            await self.note_sent(delivery.post)
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
                    working[tenant] = asyncio.create_task(self._edit_tenant(tenant, CALM_S))
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
        for tenant, changed in [which for which, at in self._later.items() if at <= self._clock.now()]:
            del self._later[tenant, changed]
            self._changed[tenant][changed] = None

    def _until_later_s(self) -> float | None:
        """Seconds until an edit is to be tried again; None: there is none."""
        at = min(self._later.values(), default=None)
        return max(0.0, (at - self._clock.now()).total_seconds()) if at else None

    def _try_later(self, tenant: str, changed: Changed, at: datetime) -> None:
        self._later[tenant, changed] = min(at, self._later.get((tenant, changed), at))

    async def _edit_tenant(self, tenant: str, calm_s: float = 0.0) -> int:
        """Edit what changed in a tenant, one message after the other. What fails is tried again later."""
        await asyncio.sleep(calm_s)
        edited = 0
        digests = dict[DigestKey, None]()
        for changed in self._changed.pop(tenant, {}):
            if isinstance(changed, DigestKey):
                digests[changed] = None
            else:
                edited += await self._or_later(tenant, changed, self._edit_cards(tenant, changed, digests))
        for key in digests:
            edited += await self._or_later(tenant, key, self._edit_digests(tenant, key))
        return edited

    async def _or_later(self, tenant: str, changed: Changed, work: Coroutine[object, object, int]) -> int:
        try:
            return await work
        except Exception as error:
            trace = None if isinstance(error, PaperboyError) else error
            log.warning("posts with %s in %s could not be updated: %s", changed, tenant, error, exc_info=trace)
            self._try_later(tenant, changed, self._clock.now() + RETRY_AFTER)
            return 0

    async def _edit_cards(self, tenant: str, paper: PaperId, digests: dict[DigestKey, None]) -> int:
        """Edit the cards of a paper; notes the digests that show it too."""
        edited = 0
        for delivery in await self._store.outbox.sent_showing(tenant, paper, self._clock.now() - CARD_LIFETIME):
            edited += await self._refresh(delivery, paper)
            if delivery.post.edition and delivery.sent and self._clock.now() - delivery.sent < DIGEST_LIFETIME:
                digests[DigestKey(delivery.post.subscription, delivery.post.edition)] = None
        return edited

    async def _edit_digests(self, tenant: str, key: DigestKey) -> int:
        """Edit the digests of an edition, as often as their age allows."""
        posts = await self._store.outbox.in_edition(key.subscription, key.edition)
        digests = digests_among(posts, self._clock.now())
        adapter = self._adapters.get(digests[0].post.place.platform) if digests else None
        if adapter is None or not isinstance(adapter, CanEdit):
            return 0
        if is_open(posts) and self._clock.now() < (at := next_edit_at(digests, posts, ())):
            self._try_later(tenant, key, at)  # the rest of its thread comes within seconds
            return 0
        async with self._composing:
            messages = await compose_digests(self._store, self._lines, adapter, posts, digests)
        differing = [(old, new) for old, new in zip(digests, messages, strict=False) if old.post.message != new]
        if not differing:
            return 0
        at = next_edit_at(digests, posts, messages)
        if all(_only_counts(old.post.message, new) for old, new in differing):
            at = max(at, _calm_until(digests[0], self._clock.now()))
        if self._clock.now() < at:
            self._try_later(tenant, key, at)
            return 0
        return sum([await self._show(delivery, adapter, message, key) for delivery, message in differing])

    async def _refresh(self, delivery: Delivery, paper: PaperId) -> bool:
        """Edit one card."""
        adapter = self._adapters.get(delivery.post.place.platform)
        gone = delivery.reason  # of a post that was sent
        if delivery.post.part != paper or gone or delivery.ref is None:
            return False
        if adapter is None or not isinstance(adapter, CanEdit):
            return False
        shown = delivery.post.message
        async with self._composing:
            message = await compose_card(self._store, self._lines, adapter, delivery, paper)
        if message is None or message == shown:
            return False
        calm = _calm_until(delivery, self._clock.now())
        if self._clock.now() < calm and _only_counts(shown, message):
            self._try_later(delivery.post.place.tenant, paper, calm)
            return False
        return await self._show(delivery, adapter, message, paper)

    async def _show(self, delivery: Delivery, adapter: CanEdit, message: Message, changed: Changed) -> bool:
        """Edit a post so that it shows `message`."""
        ref = delivery.ref
        if ref is None:
            return False
        try:
            quiet = replace(message, pings=())  # an edit notifies no one again
            await retry_when_free(self._clock, lambda: self._edit(adapter, ref, quiet), max_wait_s=MAX_BUSY_WAIT_S)
        except PostError as error:
            await self._failed(delivery, error, changed)
            return False
        EDITS.labels(delivery.post.place.platform, "edited").inc()
        await self._store.outbox.record_edit(delivery.post.key, message, self._clock.now())
        return True

    async def _edit(self, adapter: CanEdit, ref: Ref, message: Message) -> None:
        name = f"{ref.place.platform} edit"
        await call_fenced(self._tasks, name, adapter.edit_post(ref, message), self._attempt_s)
        self._tasks.note_success(name)

    async def _failed(self, delivery: Delivery, error: PostError, changed: Changed) -> None:
        """A message that is gone is left alone from now on; one that could not be edited is tried again."""
        log.warning("%s could not be edited: %s", delivery.post.key, error)
        EDITS.labels(delivery.post.place.platform, type(error).__name__.lower()).inc()
        if isinstance(error, Refused):
            if error.gone:
                await self._store.outbox.mark_gone(delivery.post.key, str(error))
            return
        wait = timedelta(seconds=error.retry_after) if isinstance(error, Busy) else RETRY_AFTER
        at = self._clock.now() + max(wait, RETRY_AFTER)
        self._try_later(delivery.post.place.tenant, changed, at)


def _only_counts(shown: Message, message: Message) -> bool:
    """Whether two messages differ by nothing but numbers from outside."""
    bare, newer = (replace(one, blocks=tuple(map(without_counts, one.blocks))) for one in (shown, message))
    return bare == newer


def _calm_until(delivery: Delivery, now: datetime) -> datetime:
    """Until when outside counts alone don't change a post."""
    return (delivery.edited or delivery.sent or now) + COUNTS_INTERVAL
