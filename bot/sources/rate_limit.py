"""Limits how often a source is fetched."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock


class SharedSlots(Protocol):
    """Slots for requests, shared by all processes of a deployment, as arXiv counts them together."""

    async def reserve_slot(self, name: str, every: timedelta, now: datetime) -> float:
        """Take the next slot; returns in how many seconds it begins."""


class RequestPacer:
    """One request at a time, with at least `every` between two of them."""

    def __init__(self, clock: Clock, name: str, every: timedelta, slots: SharedSlots | None = None) -> None:
        self._clock = clock
        self._name = name
        self._every = every
        self._slots = slots
        self._lock = asyncio.Lock()
        self._next: datetime | None = None

    @asynccontextmanager
    async def next_slot(self) -> AsyncIterator[None]:
        """Wait for the next slot and hold it until the request is done."""
        async with self._lock:
            now = self._clock.now()
            if self._slots:
                await self._sleep(await self._slots.reserve_slot(self._name, self._every, now))
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
    """The requests that are left in a window, by Hugging Face's `RateLimit` header: `"api";r=489;t=92`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._closed_until: datetime | None = None

    def note_header(self, header: str) -> None:
        """Note what an answer says is left."""
        fields = dict(part.strip().partition("=")[::2] for part in header.split(";"))
        if fields.get("r") == "0" and fields.get("t", "").isdecimal():
            self._closed_until = self._clock.now() + timedelta(seconds=int(fields["t"]))

    @property
    def wait_s(self) -> float:
        """Seconds until requests are allowed again; 0 when they are."""
        if self._closed_until is None:
            return 0.0
        return max(0.0, (self._closed_until - self._clock.now()).total_seconds())
