"""What feeds were made of late: many readers ask for the same few, and ask often."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from adapters.front.conditional import Body, etag
from bot.clock import Clock

FRESH = timedelta(seconds=60)
MOST = 128  # feeds; the largest has about half a megabyte


class Kept:
    """Each feed is made once a minute at most, however many ask at the same moment; those asked for least go."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._bodies: OrderedDict[str, tuple[datetime, Body]] = OrderedDict()
        self._making: dict[str, asyncio.Task[Body]] = {}

    async def get(self, key: str, make: Callable[[], Awaitable[bytes]]) -> Body:
        """The feed of a key as it is kept, or made anew."""
        made, body = self._bodies.get(key, (None, None))
        if made and body and self._clock.now() - made < FRESH:
            self._bodies.move_to_end(key)
            return body
        if key not in self._making:
            self._making[key] = asyncio.create_task(self._make(key, body, make))
            self._making[key].add_done_callback(lambda _: self._making.pop(key))
        return await asyncio.shield(self._making[key])  # one reader who goes away must not stop it for the others

    async def _make(self, key: str, old: Body | None, make: Callable[[], Awaitable[bytes]]) -> Body:
        content, now = await make(), self._clock.now()
        body = old if old and old.etag == etag(content) else Body.of(content, now)
        self._bodies[key] = (now, body)
        self._bodies.move_to_end(key)
        while len(self._bodies) > MOST:
            self._bodies.popitem(last=False)
        return body
