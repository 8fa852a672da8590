"""Sends planned posts: each is claimed, sent and settled, once.

A claim is a lease: a process that dies with one leaves the post to be claimed again as doubtful, and a doubtful post is
searched for on the platform before it is sent. Where the platform can't be asked, the post is given up rather than
repeated, and the admin sees it.
"""

import asyncio
import logging
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from attrs import Factory, define, field

from bot.chat.adapter import CanFind, CanPost
from bot.chat.event import Place, Ref
from bot.clock import Clock
from bot.delivery.post_lookup import PostLookup
from bot.delivery.retry import call_fenced
from bot.errors import Busy, PostError, Refused, StoreError, Unsure
from bot.logs import delivery as logged_delivery
from bot.metrics import DELIVERY, SENDS
from bot.store.records import Delivery, Post
from bot.store.sql.outbox import Outbox
from bot.tasks import Supervisor

log = logging.getLogger(__name__)

ATTEMPT_S = 30.0  # that a platform has to answer
ATTEMPTS_PER_LEASE = 4  # a lease lasts this many attempts: a slow process must not be taken for a dead one
MAX_UNDER_WAY = 64  # deliveries, over all tenants
GIVE_UP_AFTER = timedelta(hours=24)  # after the due time: a post survives an outage of some hours
MIN_ATTEMPTS = 8  # also for a post that was given up long ago and is tried again
MAX_BACK_OFF_S = 600.0  # between attempts
BACK_OFF_S = 5.0  # after the first failure, doubled each time
MAX_PAUSE_S = 1.0  # between claims: another process may have planned posts
MIN_PAUSE_S = 0.02  # between claims
NEVER = float("inf")
GRACE_S = 10.0  # what a stop leaves to what is under way


@define(eq=False, slots=False)
class Dispatcher:
    """Sends due posts from the outbox to the platforms."""

    _outbox: Outbox
    _adapters: Mapping[str, CanPost]
    _clock: Clock
    _on_broken: Callable[[Place, str], Awaitable[None]]  # gets a place that can't be posted to any more, and why
    _on_sent: Callable[[Post], Awaitable[None]] | None = None  # gets a post that the platform has
    _on_given_up: Callable[[Post, PostError], Awaitable[None]] | None = None  # gets a post, and why
    _attempt_s: float = ATTEMPT_S
    _back_off_s: float = BACK_OFF_S
    _max_back_off_s: float = MAX_BACK_OFF_S
    _grace_s: float = GRACE_S
    _lookup: PostLookup = Factory(lambda self: PostLookup(self._clock, attempt_s=self._attempt_s), takes_self=True)
    _tasks: Supervisor = Factory(lambda self: Supervisor(self._clock), takes_self=True)
    _claims: int = field(init=False, default=0)
    _under_way: set[asyncio.Task[bool]] = field(init=False, factory=set)
    _holding: set[str] = field(init=False, factory=set)  # keys under way in this process

    async def deliver_due(self) -> int:
        """Deliver until nothing is due except what waits for a retry; returns how many posts were sent."""
        sent, longest_rest_s = 0, max((a.limits.min_interval_s for a in self._adapters.values()), default=0.0)
        while True:
            if claimed := await self._claim():
                sent += sum(await asyncio.gather(*map(self._deliver, claimed)))
            elif 0 < (wait := await self._until_due()) <= longest_rest_s:
                await self._clock.sleep(wait)
            else:
                return sent

    async def _until_due(self) -> float:
        """Seconds until the next post may be claimed."""
        due = await self._outbox.next_due(tuple(self._adapters))
        return (due - self._clock.now()).total_seconds() if due else NEVER

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop`; then finish what is under way, within the grace. What is still under way after that is
        marked as unsure: it may have arrived. It can be called again after it failed: deliveries under way go on."""
        while not stop.is_set():
            pause = MAX_PAUSE_S
            try:
                claimed = await self._claim(MAX_UNDER_WAY - len(self._under_way))
                self._under_way |= {asyncio.create_task(self._deliver(delivery)) for delivery in claimed}
                pause = min(max(await self._until_due(), MIN_PAUSE_S), MAX_PAUSE_S)
            except StoreError as error:
                log.error("no posts can be claimed now: %s", error)
            self._under_way = await _wait(self._under_way, stop, pause)
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=self._grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _claim(self, room: int = MAX_UNDER_WAY) -> Sequence[Delivery]:
        """Claim due posts, at most `room`; groups of platforms take turns to be first."""
        claimed: list[Delivery] = []
        self._claims += 1
        for (per_tenant, extra_s), platforms in self._shares():
            if room > len(claimed):
                claimed += await self._outbox.claim_posts(
                    self._clock.now(),
                    token=uuid.uuid4().hex,  # of this claim alone: a lease that ended may be claimed by another
                    lease=timedelta(seconds=ATTEMPTS_PER_LEASE * self._attempt_s + extra_s),
                    limit=room - len(claimed),
                    platforms=platforms,
                    per_tenant=per_tenant,
                )
        return claimed

    def _shares(self) -> Sequence[tuple[tuple[int, float], Sequence[str]]]:
        """Platforms grouped by how many posts of one tenant may be under way, and by the seconds that an attempt may
        take beyond the usual; another group is first at each claim."""
        groups = defaultdict[tuple[int, float], list[str]](list)
        for name, adapter in self._adapters.items():
            groups[adapter.limits.max_concurrent_posts, adapter.limits.extra_attempt_s].append(name)
        first = self._claims % max(len(groups), 1)
        shares = sorted(groups.items())
        return shares[first:] + shares[:first]

    async def _deliver(self, delivery: Delivery) -> bool:
        """Make one attempt and settle it, whatever happens; True when the platform has the post."""
        if delivery.post.key in self._holding:  # the clock jumped past our own lease: the first attempt goes on
            return False
        self._holding.add(delivery.post.key)
        try:
            with logged_delivery(delivery.post.key):
                return await self._once(delivery)
        finally:
            self._holding.discard(delivery.post.key)

    async def _once(self, delivery: Delivery) -> bool:
        began = self._clock.now()
        try:
            ref = await self._attempt(delivery)
        except PostError as error:
            await self._settle(delivery, error)
            return False
        except asyncio.CancelledError:
            await self._settle(delivery, Unsure("Paperboy was stopped before the platform answered."))
            raise
        post, at = delivery.post, self._clock.now()
        log.info("sent %s to %s", post.key, post.place)
        SENDS.labels(post.place.platform, "sent").inc()
        DELIVERY.labels(post.place.platform).observe(max(0.0, (at - post.due).total_seconds()))
        pace = timedelta(seconds=self._adapters[post.place.platform].limits.min_interval_s)
        # The platform took it about half-way between request and answer.
        rest = max(pace - (at - began) / 2, timedelta(0))
        is_ours = await self._outbox.settle_sent(post.key, token=delivery.token, ref=ref, at=at, rest=rest)
        if self._on_sent:
            await self._on_sent(post)
        return is_ours

    async def _attempt(self, delivery: Delivery) -> Ref:
        """The message on the platform: found there, or posted now. Raises `PostError`, whatever goes wrong there."""
        post, adapter = delivery.post, self._adapters[delivery.post.place.platform]
        place = post.place.in_thread(delivery.parent_ref.id) if delivery.parent_ref else post.place
        name = f"{adapter.name} post"
        if delivery.doubtful:
            try:
                if found := await call_fenced(self._tasks, name, self._find(delivery, adapter, place)):
                    return found
            except Unsure as error:  # of the look-up: nothing was sent
                raise Busy(str(error), retry_after=self._back_off(delivery)) from error
            if not await self._outbox.note_attempt(post.key, token=delivery.token, at=self._clock.now()):
                raise Busy("Another process has taken this post over.", retry_after=0.0)
        limit_s = self._attempt_s + adapter.limits.extra_attempt_s
        ref = await call_fenced(self._tasks, name, adapter.post(place, post.message, key=post.key), limit_s)
        self._tasks.note_success(name)
        return ref

    async def _find(self, delivery: Delivery, adapter: CanPost, place: Place) -> Ref | None:
        if isinstance(adapter, CanFind):
            return await self._lookup.find_post(delivery, adapter, place)
        if delivery.attempts > 1:  # `paperboy retry KEY` allows one more attempt
            reason = "An attempt had no answer, and this platform can't tell whether the post arrived."
            raise Refused(reason, f"If it isn't there: paperboy retry {delivery.post.key}")
        return None

    def _back_off(self, delivery: Delivery) -> float:
        """Seconds until the next attempt."""
        return min(self._back_off_s * 2.0 ** min(delivery.attempts - 1, 12), self._max_back_off_s)

    async def _settle(self, delivery: Delivery, error: PostError) -> None:
        key, token, now = delivery.post.key, delivery.token, self._clock.now()
        reason = str(error)
        SENDS.labels(delivery.post.place.platform, type(error).__name__.lower()).inc()
        log.warning("attempt %d of %s in %s: %s", delivery.attempts, key, delivery.post.place, reason)
        if isinstance(error, Refused):
            await self._outbox.settle_dead(key, token=token, reason=reason)
            if error.broken:
                await self._on_broken(delivery.post.place, reason)
            elif self._on_given_up:
                await self._on_given_up(delivery.post, error)
        elif now - delivery.post.due > GIVE_UP_AFTER and delivery.attempts >= MIN_ATTEMPTS:
            await self._outbox.settle_dead(key, token=token, reason=f"{reason} (tried {delivery.attempts} times)")
            if self._on_given_up:
                await self._on_given_up(delivery.post, error)
        elif isinstance(error, Busy):
            again = now + timedelta(seconds=error.retry_after)
            await self._outbox.settle_retry(key, token=token, reason=reason, again=again, tenant_wide=error.tenant_wide)
        else:
            # It is looked for once, after the platform had as long again: some carry out a request after its time-out.
            again = now + timedelta(seconds=max(self._back_off(delivery), self._attempt_s))
            await self._outbox.settle_unsure(key, token=token, reason=reason, again=again)


async def _wait(under_way: set[asyncio.Task[bool]], stop: asyncio.Event, seconds: float) -> set[asyncio.Task[bool]]:
    """Wait for a delivery to end, the stop, or the next claim; returns what is still under way."""
    with suppress(TimeoutError):  # what ends meanwhile makes room for one claim instead of several
        await asyncio.wait_for(stop.wait(), MIN_PAUSE_S if under_way else seconds)
    if not under_way:
        return set()
    done, left = await asyncio.wait(under_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        if error := task.exception():  # its lease runs out, and the post is claimed again as doubtful
            log.error("the result of a delivery could not be stored", exc_info=error)
    return left
