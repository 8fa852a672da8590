"""Looks for a post of unknown outcome on its platform, and decides when that takes too long.

A platform may allow so few requests that a look-up doesn't end for hours, and meanwhile no other post would go out in
its channel. So only the time of the attempt is searched, and after a while the policy of the settings decides.
"""

import asyncio
import logging
from datetime import timedelta

from attrs import define

from bot.chat.adapter import CanFind, CanFindBetween
from bot.chat.event import Place, Ref
from bot.clock import Clock
from bot.errors import Busy, PostError, Refused, Unsure
from bot.store.records import Delivery

log = logging.getLogger(__name__)

FIND_MARGIN = timedelta(days=2)  # before its due time, from which a post is searched for by an adapter without windows
CLOCK_MARGIN = timedelta(minutes=10)  # on both sides of an attempt: clocks differ, and platforms may be slow
LOOK_UP_S = 1_800.0  # after an attempt, until the policy decides
MIN_LOOK_UPS = 3  # before it does, also after a long downtime


@define(eq=False)
class PostLookup:
    """Finds out whether posts arrived."""

    _clock: Clock
    _attempt_s: float
    _look_up_s: float = LOOK_UP_S
    _repeat: bool = False  # a post is sent again when it can't be found out in time; otherwise it is given up

    async def find_post(self, delivery: Delivery, adapter: CanFind, place: Place) -> Ref | None:
        """The message; None: it isn't there, and may be sent. Raises `Busy` or `Unsure` while that can't be told, and
        `Refused` when it never can; then `paperboy retry KEY` allows one more attempt."""
        try:
            async with asyncio.timeout(self._attempt_s):
                return await self._search(delivery, adapter, place)
        except Refused:
            if delivery.attempts > 1:
                raise
            return None
        except (PostError, TimeoutError) as error:
            looked_for_s = (self._clock.now() - (delivery.tried or delivery.post.due)).total_seconds()
            if looked_for_s < self._look_up_s or delivery.attempts < MIN_LOOK_UPS:
                if isinstance(error, Busy):
                    raise
                raise Unsure(str(error) or "The platform did not answer in time.") from error
            if not self._repeat:
                minutes = max(1, round(self._look_up_s / 60))
                reason = f"Whether the post is there could not be found out within {minutes} min: it may have arrived."
                raise Refused(reason, f"To look for it again: paperboy retry {delivery.post.key}") from error
            log.warning("%s is sent again without knowing whether it arrived: %s", delivery.post.key, error)
            return None

    async def _search(self, delivery: Delivery, adapter: CanFind, place: Place) -> Ref | None:
        key, tried = delivery.post.key, delivery.tried
        if tried is None or not isinstance(adapter, CanFindBetween):
            since = min(delivery.post.due, self._clock.now()) - FIND_MARGIN
            return await adapter.find_post(place, key=key, since=since)
        since, until = tried - CLOCK_MARGIN, tried + timedelta(seconds=self._attempt_s) + CLOCK_MARGIN
        return await adapter.find_post_between(place, key=key, since=since, until=until)
