"""What was handed to the mail server. SMTP can't be asked afterwards, so each mail is noted before and after.

`post/KEY`: `begun` just before the mail itself goes out, `sent` once the server has said that it has it. Nobody can
know of a mail that stays begun whether it arrived.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec
from msgspec import Struct

from bot.chat.adapter import KeyValue
from bot.clock import Clock

PREFIX = "post/"
KEEP = timedelta(days=14)  # bounces come within five days

State = Literal["begun", "sent"]


class Entry(Struct, frozen=True, kw_only=True):
    """One mail. Only the id of its reader, never the address."""

    state: State
    reader: str
    at: datetime


class Journal:
    """Notes on the shelf, so that every process and every restart sees them."""

    def __init__(self, storage: KeyValue, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    async def get(self, key: str) -> Entry | None:
        found = await self._storage.get(PREFIX + key)
        return msgspec.json.decode(found, type=Entry) if found else None

    async def note(self, key: str, reader: str, state: State) -> None:
        entry = Entry(state=state, reader=reader, at=self._clock.now())
        await self._storage.put(PREFIX + key, msgspec.json.encode(entry))

    async def forget(self, key: str) -> None:
        """The server did not take it after all."""
        if await self._storage.get(PREFIX + key):
            await self._storage.delete(PREFIX + key)

    async def tidy(self) -> None:
        """Forget what is too old to be asked about."""
        before = self._clock.now() - KEEP
        for key, value in await self._storage.scan(PREFIX):
            if msgspec.json.decode(value, type=Entry).at < before:
                await self._storage.delete(key)
