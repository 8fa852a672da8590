"""A platform that enforces a pace, in each channel and in each tenant, and refuses who is too fast."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.event import Place, Ref
from bot.chat.message import Message
from bot.errors import Busy
from tests.fakes.notebook import Notebook

ROUNDING = 1e-6  # of a token


class Pace(Struct, frozen=True):
    """Posts a second, and how many at once after a rest."""

    rate: float
    burst: int

    def bound(self, posts: int) -> float:
        """Seconds between the first and the last of so many."""
        return max(posts - self.burst, 0) / self.rate


class Paced(Notebook):
    """Takes posts at the pace of its channels and tenants; a refusal names whole seconds, as Slack's does."""

    def __init__(self, *, channel: Pace, tenant: Pace, latency: tuple[float, float] = (0.02, 0.06)) -> None:
        super().__init__()
        self.limits = replace(Notebook.limits, min_interval_s=1 / channel.rate)
        self.taken: list[float] = []  # when
        self.refused = 0
        self._paces = (channel, tenant)
        self._buckets: defaultdict[tuple[Pace, str], _Bucket] = defaultdict(_Bucket)
        self._latency = latency
        self._chance = random.Random(1)

    def bound(self, posts: Sequence[Place]) -> float:
        """Seconds that its limits ask for, for a post in each of these places."""
        channel, tenant = self._paces
        busiest = max(Counter(posts).values()), max(Counter(place.tenant for place in posts).values())
        return max(channel.bound(busiest[0]), tenant.bound(busiest[1]))

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        delay = self._chance.uniform(*self._latency) / 2
        await asyncio.sleep(delay)
        now, (channel, tenant) = time.monotonic(), self._paces
        names = ((channel, str(place.in_thread(""))), (tenant, place.tenant))
        waits = [self._buckets[pace, name].wait(pace, now) for pace, name in names]
        if any(waits):
            self.refused += 1
            raise Busy("Slower.", retry_after=math.ceil(max(waits)), tenant_wide=waits[1] > 0)
        for pace, name in names:
            self._buckets[pace, name].take(pace, now)
        self.taken.append(now)
        ref = await super().post(place, message, key=key)
        await asyncio.sleep(delay)
        return ref


class _Bucket:
    """Tokens that come back with time."""

    def __init__(self) -> None:
        self._used, self._at = 0.0, 0.0

    def wait(self, pace: Pace, now: float) -> float:
        """Seconds until one is free."""
        lacking = self._still(pace, now) + 1 - pace.burst
        return lacking / pace.rate if lacking > ROUNDING else 0.0

    def take(self, pace: Pace, now: float) -> None:
        self._used, self._at = self._still(pace, now) + 1, now

    def _still(self, pace: Pace, now: float) -> float:
        return max(0.0, self._used - (now - self._at) * pace.rate)
