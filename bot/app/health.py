"""What is wrong now, told truly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.chat.adapter import Adapter, HasConnection
from bot.clock import Clock
from bot.store.protocol import Store

LATE = 4  # times its interval after which a job counts as stuck
SLACK = timedelta(seconds=60)  # a slow round is no illness


class Health:
    """Asked by `/healthz` (is it broken?) and `/readyz` (does it do its work?)."""

    def __init__(self, store: Store, adapters: Mapping[str, Adapter], clock: Clock) -> None:
        self._store = store
        self._adapters = adapters
        self._clock = clock
        self._due: dict[str, datetime] = {}
        self.listens = False  # whether this process is to hear people

    def beat(self, job: str, every: float) -> None:
        """A job of the background ran, and runs again in `every` seconds."""
        self._due[job] = self._clock.now() + LATE * timedelta(seconds=every) + SLACK

    async def __call__(self) -> Mapping[str, str]:
        """What is broken, by part; empty when all is well. A source that does not answer is not our illness."""
        wrong = await self._store.check()
        stuck = {job: "stuck" for job, due in self._due.items() if self._clock.now() > due}
        return ({"database": wrong} if wrong else {}) | stuck

    async def unready(self) -> Mapping[str, str]:
        """What keeps this process from doing its work, by part."""
        away = {
            name: "not connected"
            for name, adapter in self._adapters.items()
            if self.listens and isinstance(adapter, HasConnection) and not adapter.connected
        }
        return {**await self(), **away}
