"""Limits how many questions a person may ask in an hour."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)


class HourlyLimit:
    """Counts questions of the last hour in this process. Cost has its own limit, the budget."""

    def __init__(self) -> None:
        self._asked: dict[str, deque[datetime]] = {}

    def wait(self, key: str, most: int, now: datetime) -> timedelta:
        """How long until one more question is allowed; zero when it is allowed now."""
        times = self._asked.get(key, deque())
        while times and times[0] <= now - HOUR:
            times.popleft()
        return times[0] + HOUR - now if len(times) >= most else timedelta(0)

    def count(self, key: str, now: datetime) -> None:
        """Count one more, and forget people who haven't asked for an hour."""
        self._asked = {known: times for known, times in self._asked.items() if times and times[-1] > now - HOUR}
        self._asked.setdefault(key, deque()).append(now)
