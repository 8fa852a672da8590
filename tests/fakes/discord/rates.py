"""Rate limits: a bucket per route and major parameter, a global one, and the count that leads to a ban."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fakes.discord.calls import Endpoint, Reply
from tests.fakes.discord.settings import Settings

_TICK = 0.02  # seconds


@dataclass(slots=True)
class _Window:
    limit: int
    span: float
    used: int = 0
    ends: float = 0.0

    def take(self, more: float = 0.0) -> bool:
        """Use one of what is left; a window starts with its first use."""
        now = time.monotonic()
        if now >= self.ends:
            self.used, self.ends = 0, now + self.span
        self.used += 1
        return self.used <= self.limit + more

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
    stalls: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=50))
    timer: asyncio.TimerHandle | None = None
    busiest: int = 0  # most requests that counted in the global limit within any one second
    lately: deque[float] = field(default_factory=deque)
    invalid: int = 0  # 401, 403 and 429 that are not `shared`: 10,000 in 10 minutes lead to a ban

    def keep_time(self) -> None:
        """Forgive what comes in a bunch because this process did not run: it was sent evenly, and waited here."""
        due = time.monotonic() + _TICK

        def tick() -> None:
            late = time.monotonic() - due
            if late > _TICK:
                self.stalls.append((time.monotonic(), late))
            self.keep_time()

        self.timer = asyncio.get_running_loop().call_later(_TICK, tick)

    def check(self, endpoint: Endpoint, path: Mapping[str, str]) -> Reply | None:
        """A 429 when a limit is reached, else None."""
        if endpoint.bot:
            self._note()
        if endpoint.bot and not self._global().take(self._waited()):
            assert self.everything
            return self.limit("global", self.everything.left)
        hidden = self._hidden(endpoint, path)
        for window in filter(None, (self._window(endpoint, path), hidden)):
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

    def _waited(self) -> float:
        """How many may have waited for this process within the last second."""
        recent = (late for at, late in self.stalls if at > time.monotonic() - 1)
        return sum(recent) * self.settings.global_limit

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
        return self._of(endpoint.name, path, self.settings.buckets.get(endpoint.name, self.settings.default_bucket))

    def _hidden(self, endpoint: Endpoint, path: Mapping[str, str]) -> _Window | None:
        size = self.settings.hidden.get(endpoint.name)
        return self._of(f"{endpoint.name} hidden", path, size) if size else None

    def _of(self, name: str, path: Mapping[str, str], size: tuple[int, float]) -> _Window:
        """The window of a route and its major parameters; a new one when its size was changed."""
        key = name, "/".join(path[part] for part in _MAJOR if part in path)
        window = self.windows.get(key)
        if window is None or (window.limit, window.span) != tuple(size):
            window = self.windows[key] = _Window(*size)
        return window


_MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token", "interaction_id", "interaction_token")
