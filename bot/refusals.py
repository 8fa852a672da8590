"""A pause before a service bans this address for refused requests; shared by all parts that send requests to it."""

import asyncio
from collections import deque
from types import SimpleNamespace

import aiohttp

from bot.errors import Busy

REFUSED_STATUSES = frozenset({401, 403, 429})
MAX_REFUSED = 1_500  # of the 10,000 in ten minutes for which Discord bans; other programs may share the address
WINDOW_S = 600.0


class RefusalLimit:
    """Counts refused requests, and refuses to send any when there were too many."""

    def __init__(self, service: str, *, max_refused: int = MAX_REFUSED, window_s: float = WINDOW_S) -> None:
        self._service = service
        self._max_refused = max_refused
        self._window_s = window_s
        self._refused_at: deque[float] = deque()  # loop times

    def trace(self) -> aiohttp.TraceConfig:
        """Hooks for an HTTP session: a request raises `Busy` while too many were refused."""
        hooks = aiohttp.TraceConfig()
        hooks.on_request_start.append(self._before)
        hooks.on_request_end.append(self._after)
        return hooks

    def check(self) -> None:
        """Raises `Busy` while too many requests were refused."""
        now = asyncio.get_running_loop().time()
        while self._refused_at and self._refused_at[0] < now - self._window_s:
            self._refused_at.popleft()
        if len(self._refused_at) >= self._max_refused:
            raise Busy(
                f"{self._service} refused {len(self._refused_at):,} requests within ten minutes; Paperboy pauses.",
                retry_after=self._refused_at[0] + self._window_s - now,
            )

    async def _before(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, request: aiohttp.TraceRequestStartParams
    ) -> None:
        self.check()

    async def _after(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, request: aiohttp.TraceRequestEndParams
    ) -> None:
        response = request.response
        is_shared = (
            response.headers.get("X-RateLimit-Scope") == "shared"
        )  # another bot's doing: Discord doesn't count it
        if response.status in REFUSED_STATUSES and not is_shared:
            self._refused_at.append(asyncio.get_running_loop().time())


class RefusalLimits:
    """One `RefusalLimit` per service, shared by all adapters of this process."""

    def __init__(self) -> None:
        self._limits: dict[str, RefusalLimit] = {}

    def for_service(self, name: str) -> RefusalLimit:
        return self._limits.setdefault(name, RefusalLimit(name))
