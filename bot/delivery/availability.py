"""Where Paperboy may post: what stands still because it may not, who is told, and what is kept after it left."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from bot.chat.adapter import CanMessageUser, CanPost, CanTellAccess
from bot.chat.event import Place
from bot.chat.message import Message, Paragraph, text
from bot.clock import Clock
from bot.delivery.delivery_key import delivery_key
from bot.errors import PostError
from bot.store.protocol import Store
from bot.store.records import Post, Subscription

log = logging.getLogger(__name__)

KEEP = timedelta(days=30)  # a tenant's data after Paperboy was removed: somebody may have erred


class Availability:
    """Holds and releases schedules as platforms let us in and out."""

    def __init__(self, store: Store, adapters: Mapping[str, CanPost], clock: Clock) -> None:
        self._store = store
        self._adapters = adapters
        self._clock = clock

    async def absent(self, place: Place, why: str) -> None:
        """Nothing can be posted in a channel (`*`: the whole tenant): hold its schedules, tell their makers once."""
        held = await self._store.subscriptions.hold_place(place, why)
        for subscription in held:
            log.error("schedule %s in %s is held: %s", subscription.id, subscription.place, why)
        if place.channel == "*":
            await self._store.ownership.mark_departed(place.tenant, self._clock.now())
            return
        for maker in {s.created_by: s for s in held if s.created_by}.values():
            await self._tell(maker, why)

    async def present(self, place: Place) -> None:
        """It can be posted to again."""
        await self._store.ownership.mark_returned(place.tenant)
        for subscription in await self._store.subscriptions.release_place(place, self._clock.now()):
            log.info("schedule %s in %s runs again", subscription.id, subscription.place)

    async def look_again(self) -> int:
        """Release what may be posted to again, whether or not the platform told us; returns how many places."""
        held = dict.fromkeys(subscription.place for subscription in await self._store.subscriptions.held())
        return sum([await self._is_back(place) for place in held])

    async def _is_back(self, place: Place) -> bool:
        adapter = self._adapters.get(place.platform)
        if adapter is None or not isinstance(adapter, CanTellAccess):
            return False
        try:
            back = await adapter.may_post(place)
        except PostError as error:
            log.info("whether %s may be posted to is not known: %s", place, error)
            return False
        except Exception:
            log.exception("adapter %s could not tell whether %s may be posted to", adapter.name, place)
            return False
        if back:
            await self.present(place)
        return back

    async def tidy(self) -> int:
        """Forget tenants that left long ago; returns how many."""
        gone = await self._store.ownership.departed_before(self._clock.now() - KEEP)
        for tenant in gone:
            rows = await self._store.ownership.forget(tenant)
            log.info("forgot %s (%d records): Paperboy was removed %d days ago", tenant, rows, KEEP.days)
        return len(gone)

    async def _tell(self, subscription: Subscription, why: str) -> None:
        """One private notice through the outbox: what stands still, why, and what happens next."""
        tenant, _, person = subscription.created_by.rpartition("/")
        platform, _, space = tenant.partition(":")
        adapter = self._adapters.get(platform)
        if adapter is None or not isinstance(adapter, CanMessageUser):
            return
        try:
            place = await adapter.open_direct_message(person, space)
        except PostError as error:
            log.warning("%s can't be told about %s: %s", subscription.created_by, subscription.place, error)
            return
        now = self._clock.now()
        key = delivery_key(place, subscription.id, now.date().isoformat(), "held")
        message = _notice(subscription, why)
        await self._store.outbox.add_posts([Post(key=key, place=place, message=message, part="notice", due=now)])


def _notice(subscription: Subscription, why: str) -> Message:
    said = f"I can't post in the channel of schedule {subscription.id} any more: {why}"
    then = "The schedule stands still, and goes on by itself when I may post there again; /papers resume tries at once."
    return Message(plain=f"{said} {then}", blocks=(Paragraph(text(said)), Paragraph(text(then))))
