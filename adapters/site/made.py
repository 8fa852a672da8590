"""What was made of late: many programs ask for the same, ask often, and ask at the same moment."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from adapters.site.conditional import Body, etag
from bot.clock import Clock

MOST_BYTES = 24_000_000  # of all together; the largest feed has about half a megabyte


class Made:
    """Each body is made once in a while at most, however many ask for it; what nobody asks for goes first."""

    def __init__(self, clock: Clock, fresh: timedelta) -> None:
        self._clock = clock
        self._fresh = fresh
        self._bodies: OrderedDict[str, tuple[datetime, Body]] = OrderedDict()
        self._making: dict[str, asyncio.Task[Body]] = {}
        self._bytes = 0

    async def get(self, key: str, make: Callable[[], Awaitable[bytes]]) -> Body:
        """The body of a key as it was made, or made anew. Raises what `make` raises."""
        at, body = self._bodies.get(key, (None, None))
        if at and body and self._clock.now() - at < self._fresh:
            self._bodies.move_to_end(key)
            return body
        if key not in self._making:
            self._making[key] = asyncio.create_task(self._make(key, body, make))
            self._making[key].add_done_callback(lambda task: self._done(key, task))
        return await asyncio.shield(self._making[key])  # one reader who goes away must not stop it for the others

    async def _make(self, key: str, old: Body | None, make: Callable[[], Awaitable[bytes]]) -> Body:
        content, now = await make(), self._clock.now()
        body = old if old and old.etag == etag(content) else Body.of(content, now)
        self._drop(key)
        self._bodies[key] = (now, body)
        self._bytes += body.size
        while self._bytes > MOST_BYTES:
            self._drop(next(iter(self._bodies)))
        return body

    def _drop(self, key: str) -> None:
        _, body = self._bodies.pop(key, (None, None))
        self._bytes -= body.size if body else 0

    def _done(self, key: str, task: asyncio.Task[Body]) -> None:
        del self._making[key]
        if not task.cancelled():
            task.exception()  # told to whoever waits; where nobody does any more, nobody misses it
