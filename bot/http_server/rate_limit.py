"""Limits how often one client may do something. Counted in memory: a restart starts all counts again."""

import math

from aiohttp import web
from msgspec import Struct

from bot.clock import Clock
from bot.recent import RecentDict

MAX_CLIENTS = 10_000  # counts that are remembered; beyond, the oldest are dropped


class Allowance(Struct, frozen=True, kw_only=True):
    """The requests a client has left in the current window, after the one just counted."""

    policy: str  # `address`, `key`
    limit: int
    remaining: int  # below zero: too many
    reset_s: int  # seconds until the whole limit is available again
    window_s: int

    @property
    def is_exceeded(self) -> bool:
        return self.remaining < 0

    @property
    def headers(self) -> dict[str, str]:
        """RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers); Retry-After when exceeded."""
        fields = {
            "RateLimit-Policy": f'"{self.policy}";q={self.limit};w={self.window_s}',
            "RateLimit": f'"{self.policy}";r={max(self.remaining, 0)};t={self.reset_s}',
        }
        return fields | ({"Retry-After": str(self.reset_s)} if self.is_exceeded else {})


class RateLimiter:
    """Counts per client, in windows that begin with the client's first request."""

    def __init__(
        self, clock: Clock, *, policy: str, limit: int, window_s: int = 60, max_clients: int = MAX_CLIENTS
    ) -> None:
        self._clock = clock
        self._policy = policy
        self._limit = limit
        self._window_s = window_s
        self._counts = RecentDict[str, tuple[float, int]](max_clients)  # client: start of the window, requests

    def admit(self, client: str, text: str | None = None) -> None:
        """Count a request. Raises `web.HTTPTooManyRequests`, with this text, for a client that asks too often."""
        if (allowance := self.take(client)).is_exceeded:
            raise web.HTTPTooManyRequests(headers=allowance.headers, text=text)

    def take(self, client: str, cost: int = 1) -> Allowance:
        """Count `cost` requests of a client. A request that is refused counts too, up to the limit."""
        now = self._clock.now().timestamp()
        start, count = self._counts.pop(client, (now, 0))
        if not 0 <= now - start < self._window_s:
            start, count = now, 0
        self._counts[client] = (start, min(count + cost, self._limit))
        return Allowance(
            policy=self._policy,
            limit=self._limit,
            remaining=self._limit - count - cost,
            reset_s=math.ceil(start + self._window_s - now),
            window_s=self._window_s,
        )
