"""How fast one domain gets mail from this process: an even pace, and a rest after it asked for one."""

from __future__ import annotations

import asyncio

from msgspec import Struct

from bot.clock import Clock
from bot.errors import Busy

AT_ONCE = 1.0  # a wait so short is waited here; for a longer one the mail goes back and others come first
FIRST_REST = 60.0
LONGEST_REST = 3600.0
MOST_MAILS = 20_000  # that have a turn reserved


class _Lane(Struct):
    """One domain."""

    free: float = 0.0  # when the next mail may go
    rests: int = 0  # asked for in a row


class Pace:
    """Gives each mail its turn in its domain."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._seconds = seconds
        self._clock = clock
        self._lanes: dict[str, _Lane] = {}
        self._turns: dict[str, float] = {}  # by delivery key: who comes back has its turn

    async def turn(self, domain: str, key: str) -> None:
        """Wait for the turn of a mail. Raises `Busy` when that is a while."""
        now = self._now()
        lane = self._lanes.setdefault(domain, _Lane())
        turn = self._turns.pop(key, 0.0)
        if not turn:
            turn = max(lane.free, now)
            lane.free = turn + self._seconds
        if turn - now <= AT_ONCE:
            await self._clock.sleep(turn - now) if turn > now else await asyncio.sleep(0)
            return
        if len(self._turns) >= MOST_MAILS:
            self._turns.clear()
        self._turns[key] = turn
        raise Busy("Its domain has had enough mail for the moment.", retry_after=turn - now)

    def rest(self, domain: str) -> float:
        """The domain asked for a rest: how long it gets, longer each time."""
        lane = self._lanes.setdefault(domain, _Lane())
        seconds = min(FIRST_REST * 2.0**lane.rests, LONGEST_REST)
        lane.rests = min(lane.rests + 1, 10)
        return seconds

    def went_well(self, domain: str) -> None:
        self._lanes.setdefault(domain, _Lane()).rests = 0

    def _now(self) -> float:
        return self._clock.now().timestamp()
