"""How fast mail goes out of this process: an even pace to each domain, longer waits where it is not taken yet."""

from __future__ import annotations

import asyncio

from bot.clock import Clock
from bot.errors import Busy

AT_ONCE = 1.0  # a wait so short is waited here; for a longer one the mail goes back and others come first
FIRST_REST = 120.0  # seconds: who turns a first attempt away (greylisting) takes it after one to five minutes
LONGEST_REST = 3600.0
MOST_MAILS = 20_000  # that have a turn reserved


class Pace:
    """Gives each mail its turn in its domain."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._seconds = seconds
        self._clock = clock
        self._free: dict[str, float] = {}  # by domain: when the next mail may go
        self._turns: dict[str, float] = {}  # by delivery key: who comes back has its turn
        self._rests: dict[str, int] = {}  # by reader: how often in a row their server said “not now”

    async def turn(self, domain: str, key: str) -> None:
        """Wait for the turn of a mail. Raises `Busy` when that is a while."""
        now = self._now()
        turn = self._turns.pop(key, 0.0)
        if not turn:
            turn = max(self._free.get(domain, 0.0), now)
            self._free[domain] = turn + self._seconds
        if turn - now <= AT_ONCE:
            await self._clock.sleep(turn - now) if turn > now else await asyncio.sleep(0)
            return
        if len(self._turns) >= MOST_MAILS:
            self._turns.clear()
        self._turns[key] = turn
        raise Busy("Its domain has had enough mail for the moment.", retry_after=turn - now)

    def rest(self, reader: str) -> float:
        """A reader's server said “not now”: how long their mail waits, longer each time."""
        rests = self._rests.pop(reader, 0)
        self._rests[reader] = rests + 1
        return min(FIRST_REST * 2.0 ** min(rests, 10), LONGEST_REST)

    def went_well(self, reader: str) -> None:
        self._rests.pop(reader, None)

    def _now(self) -> float:
        return self._clock.now().timestamp()
