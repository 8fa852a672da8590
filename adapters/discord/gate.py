"""Every request to Discord goes through here: the global pace, and a brake before too many are refused.

It hangs on aiohttp's own hooks, so the library's requests and retries pass it too. Discord allows a bot 50 requests
a second over all routes (the library only reacts to a refusal, and a refusal counts against us) and bans an address
after 10,000 refused requests (401, 403, 429) in ten minutes. Answers to interactions count in neither.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextvars import ContextVar
from types import SimpleNamespace
from typing import TypeAlias

import aiohttp

from bot.errors import Busy, Unsure

PER_SECOND = 47.0  # of 50: the network squeezes what left evenly
MOST_REFUSED = 1_500  # of 10,000; other bots may share the address
WINDOW = 600.0  # seconds
TOO_MANY = 429
REFUSED = frozenset({401, 403, TOO_MANY})

Session: TypeAlias = aiohttp.ClientSession
Context: TypeAlias = SimpleNamespace

once: ContextVar[list[int] | None] = ContextVar("once", default=None)
"""Set to a list for a request that may be repeated only when it was surely not taken; it collects the answers'
statuses, 0 while there is none."""


class Gate:
    """Lets requests through one by one."""

    def __init__(self, per_second: float = PER_SECOND, most_refused: int = MOST_REFUSED) -> None:
        self._gap = 1 / per_second
        self._next = 0.0
        self._most_refused = most_refused
        self._refused: deque[float] = deque()

    def trace(self) -> aiohttp.TraceConfig:
        """The hooks to give to the library."""
        hooks = aiohttp.TraceConfig()
        hooks.on_request_start.append(self._before)
        hooks.on_request_end.append(self._after)
        return hooks

    async def _before(self, session: Session, context: Context, request: aiohttp.TraceRequestStartParams) -> None:
        if _answers_interaction(request.url.path):
            return
        self._brake()
        if (earlier := once.get()) is not None:
            if earlier and earlier[-1] != TOO_MANY:
                raise Unsure("Discord answered with an error; the message may have been posted.")
            earlier.append(0)
        await self._pace()

    async def _after(self, session: Session, context: Context, request: aiohttp.TraceRequestEndParams) -> None:
        status = request.response.status
        if earlier := once.get():
            earlier[-1] = status
        if status in REFUSED and request.response.headers.get("X-RateLimit-Scope") != "shared":
            self._refused.append(asyncio.get_running_loop().time())

    def _brake(self) -> None:
        now = asyncio.get_running_loop().time()
        while self._refused and self._refused[0] < now - WINDOW:
            self._refused.popleft()
        if len(self._refused) >= self._most_refused:
            wait = self._refused[0] + WINDOW - now
            raise Busy(
                f"Discord refused {len(self._refused)} requests in ten minutes; Paperboy pauses.", retry_after=wait
            )

    async def _pace(self) -> None:
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next)
        self._next = turn + self._gap
        if turn > now:
            await asyncio.sleep(turn - now)


def _answers_interaction(path: str) -> bool:
    return "/interactions/" in path or "/webhooks/" in path
