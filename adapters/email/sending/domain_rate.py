"""Limits the rate of outgoing mail: an even rate for each domain, and longer waits where mail is deferred."""

import asyncio

from bot.clock import Clock
from bot.errors import Busy

MAX_WAIT_S = 1.0  # a longer wait returns the mail to the outbox, so that others go first
FIRST_DEFERRAL_S = 120.0  # servers with greylisting accept the second attempt after one to five minutes
MAX_DEFERRAL_S = 3600.0
MAX_RESERVED_SLOTS = 20_000


class DomainRate:
    """Gives each mail its time slot in its domain."""

    def __init__(self, interval_s: float, clock: Clock) -> None:
        self._interval_s = interval_s
        self._clock = clock
        self._next_slot: dict[str, float] = {}  # by domain
        self._reserved: dict[str, float] = {}  # by delivery key: a mail that comes back has its slot
        self._deferrals: dict[str, int] = {}  # by subscriber: temporary refusals in a row

    async def wait_for_slot(self, domain: str, key: str) -> None:
        """Wait for the slot of a mail. Raises `Busy` when it is more than `MAX_WAIT_S` away."""
        now = self._clock.now().timestamp()
        slot = self._reserved.pop(key, 0.0)
        if not slot:
            slot = max(self._next_slot.get(domain, 0.0), now)
            self._next_slot[domain] = slot + self._interval_s
        if slot - now <= MAX_WAIT_S:
            await self._clock.sleep(slot - now) if slot > now else await asyncio.sleep(0)
            return
        if len(self._reserved) >= MAX_RESERVED_SLOTS:
            self._reserved.clear()
        self._reserved[key] = slot
        raise Busy("This domain has reached its rate limit for the moment.", retry_after=slot - now)

    def deferral_s(self, subscriber: str) -> float:
        """The server of a subscriber refused for now: the seconds until the next attempt, longer each time."""
        count = self._deferrals.pop(subscriber, 0)
        self._deferrals[subscriber] = count + 1
        return min(FIRST_DEFERRAL_S * 2.0 ** min(count, 10), MAX_DEFERRAL_S)

    def note_success(self, subscriber: str) -> None:
        self._deferrals.pop(subscriber, None)
