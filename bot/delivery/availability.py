"""Tracks where Paperboy may post: elsewhere schedules are held and their makers told, and the data of tenants that
removed it is deleted after a while."""

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
from bot.languages import speaking, tr
from bot.store.protocol import Store
from bot.store.records import Post, Subscription

log = logging.getLogger(__name__)

DEPARTED_DATA_KEPT = timedelta(days=30)  # after Paperboy was removed, which may have been a mistake


class Availability:
    """Holds schedules where the platform does not let us post, and releases them when it does."""

    def __init__(self, store: Store, adapters: Mapping[str, CanPost], clock: Clock) -> None:
        self._store = store
        self._adapters = adapters
        self._clock = clock

    async def hold_place(self, place: Place, why: str) -> None:
        """Hold the schedules of a channel that can't be posted to (`*`: of a tenant), and tell their makers once."""
        held = await self._store.subscriptions.hold_place(place, why)
        for subscription in held:
            log.error("schedule %s in %s is held: %s", subscription.id, subscription.place, why)
        if place.channel == "*":
            await self._store.ownership.mark_departed(place.tenant, self._clock.now())
            return
        for maker in {s.created_by: s for s in held if s.created_by}.values():
            await self._notify(maker, why)

    async def release_place(self, place: Place) -> None:
        """Release the schedules of a channel, or tenant, that can be posted to again."""
        await self._store.ownership.mark_returned(place.tenant)
        for subscription in await self._store.subscriptions.release_place(place, self._clock.now()):
            log.info("schedule %s in %s is running again", subscription.id, subscription.place)

    async def release_open_places(self) -> int:
        """Ask the platforms about held places, and release those that are open again; returns how many."""
        held = dict.fromkeys(subscription.place for subscription in await self._store.subscriptions.held())
        return sum([await self._release_if_open(place) for place in held])

    async def _release_if_open(self, place: Place) -> bool:
        adapter = self._adapters.get(place.platform)
        if adapter is None or not isinstance(adapter, CanTellAccess):
            return False
        try:
            is_open = await adapter.may_post(place)
        except PostError as error:
            log.info("access to %s could not be checked: %s", place, error)
            return False
        except Exception:
            log.exception("adapter %s failed to check access to %s", adapter.name, place)
            return False
        if is_open:
            await self.release_place(place)
        return is_open

    async def forget_departed(self) -> int:
        """Delete the data of tenants that removed Paperboy long ago; returns how many."""
        gone = await self._store.ownership.departed_before(self._clock.now() - DEPARTED_DATA_KEPT)
        for tenant in gone:
            rows = await self._store.ownership.forget(tenant)
            log.info("deleted %s (%d records): Paperboy was removed %d days ago", tenant, rows, DEPARTED_DATA_KEPT.days)
        return len(gone)

    async def _notify(self, subscription: Subscription, why: str) -> None:
        """Plan one private notice to the maker: which schedule is held, why, and what happens next."""
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
        with speaking(subscription.maker_language):
            message = _notice(subscription, why)
        await self._store.outbox.add_posts([Post(key=key, place=place, message=message, part="notice", due=now)])


def _notice(subscription: Subscription, why: str) -> Message:
    reason = tr("I can't post in the channel of schedule {id}: {reason}", id=subscription.id, reason=tr(why))
    next_step = tr("It resumes as soon as I can post there again. To try now: /papers resume")
    return Message(plain=f"{reason} {next_step}", blocks=(Paragraph(text(reason)), Paragraph(text(next_step))))
