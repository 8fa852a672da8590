"""Rate limits: a bucket per route and major parameter, a global one, and the count that leads to a ban."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fakes.discord.calls import Endpoint, Reply
from tests.fakes.discord.settings import Settings


@dataclass(slots=True)
class _Window:
    limit: int
    span: float
    used: int = 0
    ends: float = 0.0

    def take(self) -> bool:
        """Use one of what is left; a window starts with its first use."""
        now = time.monotonic()
        if now >= self.ends:
            self.used, self.ends = 0, now + self.span
        self.used += 1
        return self.used <= self.limit

    @property
    def left(self) -> float:
        return max(0.0, self.ends - time.monotonic())


@dataclass(slots=True)
class Rates:
    """What was used of every limit."""

    settings: Settings
    windows: dict[tuple[str, str], _Window] = field(default_factory=dict)
    everything: _Window | None = None
    limited: dict[str, int] = field(default_factory=dict)  # 429s by scope
    busiest: int = 0  # most requests that counted in the global limit within any one second
    lately: deque[float] = field(default_factory=deque)
    invalid: int = 0  # 401, 403 and 429 that are not `shared`: 10,000 in 10 minutes lead to a ban

    def check(self, endpoint: Endpoint, path: Mapping[str, str]) -> Reply | None:
        """A 429 when a limit is reached, else None."""
        if endpoint.bot:
            self._note()
        if endpoint.bot and not self._global().take():
            assert self.everything
            return self.limit("global", self.everything.left)
        window = self._window(endpoint, path)
        if not window.take():
            return self.limit("user", window.left, self.headers(endpoint, path))
        return None

    def limit(self, scope: str, retry_after: float, headers: Mapping[str, str] | None = None) -> Reply:
        self.limited[scope] = self.limited.get(scope, 0) + 1
        body = {
            "code": 0,
            "message": "You are being rate limited.",
            "retry_after": round(retry_after + 0.001, 3),
            "global": scope == "global",
        }
        told = {"Retry-After": str(int(retry_after) + 1), "X-RateLimit-Scope": scope}
        told |= {"X-RateLimit-Global": "true"} if scope == "global" else {}
        return Reply(429, body, {**(headers or {}), **told})

    def count(self, status: int, scope: str = "") -> None:
        """Note an answer that counts as an invalid request."""
        self.invalid += status in {401, 403} or (status == 429 and scope != "shared")

    def headers(self, endpoint: Endpoint, path: Mapping[str, str]) -> dict[str, str]:
        window = self._window(endpoint, path)
        bucket = hashlib.md5(endpoint.name.encode(), usedforsecurity=False).hexdigest()
        return {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(max(0, window.limit - window.used)),
            "X-RateLimit-Reset": f"{time.time() + window.left:.3f}",
            "X-RateLimit-Reset-After": f"{window.left:.3f}",
            "X-RateLimit-Bucket": bucket,
        }

    def _note(self) -> None:
        now = time.monotonic()
        self.lately.append(now)
        while self.lately[0] <= now - 1:
            self.lately.popleft()
        self.busiest = max(self.busiest, len(self.lately))

    def _global(self) -> _Window:
        if self.everything is None or self.everything.limit != self.settings.global_limit:
            self.everything = _Window(self.settings.global_limit, 1.0)
        return self.everything

    def _window(self, endpoint: Endpoint, path: Mapping[str, str]) -> _Window:
        limit, span = self.settings.buckets.get(endpoint.name, self.settings.default_bucket)
        major = "/".join(path[name] for name in _MAJOR if name in path)
        window = self.windows.get((endpoint.name, major))
        if window is None or (window.limit, window.span) != (limit, span):
            window = self.windows[endpoint.name, major] = _Window(limit, span)
        return window


_MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token", "interaction_id", "interaction_token")
