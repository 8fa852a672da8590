"""How fast a source may be asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock


class SharedSlots(Protocol):
    """Whose turn it is, for all processes of a deployment: arXiv counts them together."""

    async def reserve_slot(self, name: str, every: timedelta, now: datetime) -> float:
        """Take the next turn; returns in how many seconds it comes."""
        ...


class RequestPacer:
    """One request at a time, and at least `every` between two of them."""

    def __init__(self, clock: Clock, name: str, every: timedelta, permit: SharedSlots | None = None) -> None:
        self._clock = clock
        self._name = name
        self._every = every
        self._permit = permit
        self._lock = asyncio.Lock()
        self._next: datetime | None = None

    @asynccontextmanager
    async def next_slot(self) -> AsyncIterator[None]:
        """Wait for the next turn and hold it until the request is done."""
        async with self._lock:
            now = self._clock.now()
            if self._permit:
                await self._sleep(await self._permit.reserve_slot(self._name, self._every, now))
            elif self._next and self._next > now:
                await self._sleep((self._next - now).total_seconds())
            try:
                yield
            finally:
                self._next = self._clock.now() + self._every

    async def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            await self._clock.sleep(seconds)


class RequestBudget:
    """A budget of requests a window, as Hugging Face's `RateLimit` header tells it: `"api";r=489;t=92`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._closed_until: datetime | None = None

    def note_header(self, header: str) -> None:
        """Take note of what an answer says is left."""
        fields = dict(part.strip().partition("=")[::2] for part in header.split(";"))
        if fields.get("r") == "0" and fields.get("t", "").isdecimal():
            self._closed_until = self._clock.now() + timedelta(seconds=int(fields["t"]))

    @property
    def wait_s(self) -> float:
        """Seconds until requests are allowed again; 0 when they are."""
        if self._closed_until is None:
            return 0.0
        return max(0.0, (self._closed_until - self._clock.now()).total_seconds())
