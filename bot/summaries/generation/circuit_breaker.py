"""A circuit breaker: a failing model isn't called for a while, so that an outage delays nothing and costs nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.clock import Clock
from bot.errors import ModelError
from bot.summaries.generation.language_model import ApiKeyRejected

BREAK_AFTER = 3  # failures in a row
BREAK_FOR = timedelta(minutes=10)


class CircuitBreaker:
    """Opens after several failures in a row, at once for a rejected API key; later lets one call through."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = 0
        self._closes: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self._closes is not None and self._clock.now() < self._closes

    def worked(self) -> None:
        self._failures = 0

    def failed(self, error: ModelError) -> None:
        self._failures += 1
        if isinstance(error, ApiKeyRejected) or self._failures >= BREAK_AFTER:
            self._closes = self._clock.now() + BREAK_FOR
