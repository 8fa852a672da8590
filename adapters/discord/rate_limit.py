"""Discord's global limits, for every request of this process.

- A bot may send 50 requests a second over all routes. discord.py only reacts to a refusal, and a refusal counts against
  the next limit. Responses to interactions are exempt.
- An address that gets 10,000 refusals (401, 403, 429) in ten minutes is banned for a day. Nothing is exempt.

It uses aiohttp's trace hooks, so requests and retries that discord.py sends by itself are counted as well.
https://discord.com/developers/docs/topics/rate-limits
"""

import asyncio
from contextvars import ContextVar
from types import SimpleNamespace
from typing import TypeAlias

import aiohttp

from bot.errors import Unsure
from bot.refusals import RefusalLimit

MAX_REQUESTS_PER_S = 47.0  # of 50: the network may deliver them closer together than they were sent
TOO_MANY_REQUESTS = 429

Session: TypeAlias = aiohttp.ClientSession
Context: TypeAlias = SimpleNamespace

unrepeatable: ContextVar[list[int] | None] = ContextVar("unrepeatable", default=None)
"""Set to a list for a request that may be repeated only when it surely had no effect. Collects the status of each
attempt, 0 while there is no response."""


class RateLimit:
    """Spaces requests, and stops them when too many were refused."""

    def __init__(self, refusals: RefusalLimit, max_requests_per_s: float = MAX_REQUESTS_PER_S) -> None:
        self._refusals = refusals
        self._interval_s = 1 / max_requests_per_s
        self._next_at = 0.0  # loop time of the next free slot

    def trace(self) -> aiohttp.TraceConfig:
        """The hooks for the client's HTTP session."""
        hooks = self._refusals.trace()
        hooks.on_request_start.append(self._before)
        hooks.on_request_end.append(self._after)
        return hooks

    async def _before(self, session: Session, context: Context, request: aiohttp.TraceRequestStartParams) -> None:
        if (attempts := unrepeatable.get()) is not None:
            if attempts and attempts[-1] != TOO_MANY_REQUESTS:
                raise Unsure("Discord answered with an error; the message may have been posted.")
            attempts.append(0)
        if "/interactions/" not in request.url.path and "/webhooks/" not in request.url.path:
            await self._wait_for_slot()

    async def _after(self, session: Session, context: Context, request: aiohttp.TraceRequestEndParams) -> None:
        if attempts := unrepeatable.get():
            attempts[-1] = request.response.status

    async def _wait_for_slot(self) -> None:
        now = asyncio.get_running_loop().time()
        slot = max(now, self._next_at)
        self._next_at = slot + self._interval_s
        if slot > now:
            await asyncio.sleep(slot - now)
