"""How often one visitor may ask for a mail: the form is open to everybody."""

from __future__ import annotations

from collections import defaultdict, deque

from bot.clock import Clock

MOST = 10  # mails one visitor may have sent in an hour
MOST_ALL = 300  # and all together
SPAN = 3600.0  # seconds
EVERYBODY = ""


class Limit:
    """Counts in memory; a restart forgives."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times: defaultdict[str, deque[float]] = defaultdict(deque)

    def allows(self, visitor: str) -> bool:
        """Whether a visitor may ask once more; if so, it is counted."""
        self._forget()
        if len(self._times[visitor]) >= MOST or len(self._times[EVERYBODY]) >= MOST_ALL:
            return False
        for name in {visitor, EVERYBODY}:
            self._times[name].append(self._clock.now().timestamp())
        return True

    def _forget(self) -> None:
        since = self._clock.now().timestamp() - SPAN
        for name, times in list(self._times.items()):
            while times and times[0] <= since:
                times.popleft()
            if not times:
                del self._times[name]
