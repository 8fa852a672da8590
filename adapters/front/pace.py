"""How often one person may do something."""

from __future__ import annotations

from collections import deque

from bot.clock import Clock


class Pace:
    """Counts in memory; a restart forgives."""

    def __init__(self, clock: Clock, most: int, seconds: float) -> None:
        self._clock = clock
        self._most = most
        self._seconds = seconds
        self._times: dict[str, deque[float]] = {}

    def allows(self, who: str) -> bool:
        """Whether somebody may once more; if so, it is counted."""
        now = self._clock.now().timestamp()
        for name, times in list(self._times.items()):
            while times and times[0] <= now - self._seconds:
                times.popleft()
            if not times:
                del self._times[name]
        mine = self._times.setdefault(who, deque())
        if len(mine) >= self._most:
            return False
        mine.append(now)
        return True
