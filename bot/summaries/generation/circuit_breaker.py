"""A circuit breaker: a failing model isn't called for a while, so that an outage delays nothing and costs nothing."""

from datetime import datetime, timedelta

from bot.clock import Clock
from bot.summaries.generation.language_model import AccountRejected, CallError

BREAK_AFTER = 3  # failures in a row
BREAK_FOR = timedelta(minutes=10)
MAX_BREAK = timedelta(days=1)  # however long a server asks us to wait


class CircuitBreaker:
    """Opens after several failures in a row, at once for a rejected account and for as long as a server asks.

    Later it lets one call through.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = 0
        self._closes: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self._closes is not None and self._clock.now() < self._closes

    def worked(self) -> None:
        self._failures = 0

    def failed(self, error: CallError) -> None:
        self._failures += 1
        wait = min(timedelta(seconds=error.retry_after_s), MAX_BREAK)
        if isinstance(error, AccountRejected) or self._failures >= BREAK_AFTER:
            wait = max(wait, BREAK_FOR)
        if wait:
            self._closes = self._clock.now() + wait
