"""Tracks where Paperboy may post: elsewhere schedules are held and their makers told, and the data of tenants that
removed it is deleted after a while."""

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from attrs import define, field
from msgspec import Struct

from bot.chat.adapter import CanMessageUser, CanPost, CanTellAccess
from bot.chat.event import Place
from bot.chat.message import Message, Paragraph, text
from bot.clock import Clock
from bot.delivery.posts import delivery_key
from bot.errors import PostError
from bot.languages import speaking, tr
from bot.store.records import Post, Subscription
from bot.store.sql import Store
from bot.store.sql.outbox import Outbox

log = logging.getLogger(__name__)

DEPARTED_DATA_KEPT = timedelta(days=30)  # after Paperboy was removed, which may have been a mistake


class Released(Struct, frozen=True, kw_only=True):
    """What goes on where Paperboy can post again."""

    schedules: int
    posts: int  # that were given up today and are sent now


async def revive_young_posts(outbox: Outbox, subscription: Subscription, now: datetime) -> int:
    """Plan the posts of a schedule again that were given up and aren't too old to post; returns how many."""
    return await outbox.revive_since(subscription.id, now - timedelta(hours=subscription.catch_up_hours), now)


@define(eq=False, slots=False)
class Availability:
    """Holds schedules where the platform does not let us post, and releases them when it does."""

    _store: Store
    _adapters: Mapping[str, CanPost]
    _clock: Clock
    _asked_about: set[str] = field(init=False, factory=set)  # departed tenants
    _told: set[tuple[date, str, str]] = field(init=False, factory=set)  # day, schedule, reason of the notices of today

    async def hold_place(self, place: Place, why: str) -> None:
        """Hold the schedules of a channel that can't be posted to (`*`: of a tenant), and tell their makers once."""
        held = await self._store.subscriptions.hold_place(place, why)
        for subscription in held:
            log.error("schedule %s in %s is held: %s", subscription.id, subscription.place, why)
        if place.channel == "*":
            await self._store.ownership.mark_departed(place.tenant, self._clock.now())
            return
        for maker in {s.created_by: s for s in held if s.created_by}.values():
            with speaking(maker.maker_language):
                lines = (
                    tr("I can't post in the channel of schedule {id}: {reason}", id=maker.id, reason=tr(why)),
                    tr("It resumes as soon as I can post there again. To try now: /papers resume"),
                )
            await self._notify(maker, "held", lines)

    async def note_given_up(self, post: Post, error: PostError) -> None:
        """Tell the maker of a post's schedule that it was given up: once a day for each reason."""
        subscription = await self._store.subscriptions.get_subscription(post.subscription)
        today = self._clock.now().date()
        if subscription is None or not subscription.created_by:
            return
        self._told = {told for told in self._told if told[0] == today}
        if (told := (today, subscription.id, error.message)) in self._told:
            return
        self._told.add(told)
        with speaking(subscription.maker_language):
            lines = (
                tr("I gave up a post of schedule {id}: {reason}", id=subscription.id, reason=str(error)),
                tr("To see what else was given up, type /papers why in its channel."),
            )
        await self._notify(subscription, f"given up: {error.message}", lines)

    async def release_place(self, place: Place) -> Released:
        """Release the schedules of a channel, or tenant, that can be posted to again, and plan their posts that were
        given up and are still young enough again."""
        now = self._clock.now()
        await self._store.ownership.mark_returned(place.tenant)
        released = await self._store.subscriptions.release_place(place, now)
        posts = 0
        for subscription in released:
            posts += await revive_young_posts(self._store.outbox, subscription, now)
            log.info("schedule %s in %s is running again", subscription.id, subscription.place)
        return Released(schedules=len(released), posts=posts)

    async def release_open_places(self) -> int:
        """Ask the platforms about held places, and release those that are open again; returns how many. A tenant that
        removed Paperboy is asked about at the start and then left alone: each answer would be a refusal, for which
        services ban, and its return is an event."""
        departed = set(await self._store.ownership.departed_before(self._clock.now()))
        skipped, self._asked_about = departed & self._asked_about, departed
        held = dict.fromkeys(subscription.place for subscription in await self._store.subscriptions.held())
        return sum([await self._release_if_open(place) for place in held if place.tenant not in skipped])

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

    async def _notify(self, subscription: Subscription, kind: str, lines: Sequence[str]) -> None:
        """Plan a private notice to the maker of a schedule, one a day of each kind."""
        tenant, _, person = subscription.created_by.rpartition("/")
        platform, _, space = tenant.partition(":")
        adapter = self._adapters.get(platform)
        if adapter is None or not isinstance(adapter, CanMessageUser):
            return
        try:
            place = await adapter.open_direct_message(person, space)
        except Exception as error:  # noqa: BLE001 - an adapter's own fault too: the schedule's state is stored
            log.warning("%s can't be told about %s: %s", subscription.created_by, subscription.place, error)
            return
        now = self._clock.now()
        key = delivery_key(place, subscription.id, now.date().isoformat(), kind)
        message = Message(plain=" ".join(lines), blocks=tuple(Paragraph(text(line)) for line in lines))
        await self._store.outbox.add_posts([Post(key=key, place=place, message=message, part="notice", due=now)])
