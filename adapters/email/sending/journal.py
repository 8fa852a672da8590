"""Records mails handed to the mail server. SMTP can't be asked afterwards, so each mail is noted before and after.

Key `post/KEY`: `begun` just before the content goes out, `sent` once the server has confirmed it. Whether a mail that
stays `begun` arrived can't be known.
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec
from msgspec import Struct

from bot.chat.adapter import KeyValue
from bot.clock import Clock

PREFIX = "post/"
MAX_ENTRY_AGE = timedelta(days=14)  # bounces come within five days

State = Literal["begun", "sent"]


class JournalEntry(Struct, frozen=True, kw_only=True):
    """One mail. It has the id of its subscriber, never the address."""

    state: State
    subscriber: str
    at: datetime


class Journal:
    """The notes, in the adapter's storage, so that every process sees them."""

    def __init__(self, storage: KeyValue, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    async def entry(self, key: str) -> JournalEntry | None:
        found = await self._storage.get(PREFIX + key)
        return msgspec.json.decode(found, type=JournalEntry) if found else None

    async def note(self, key: str, subscriber: str, state: State) -> None:
        entry = JournalEntry(state=state, subscriber=subscriber, at=self._clock.now())
        await self._storage.put(PREFIX + key, msgspec.json.encode(entry))

    async def delete_entry(self, key: str) -> None:
        """For a mail that the server did not take."""
        if await self._storage.get(PREFIX + key):
            await self._storage.delete(PREFIX + key)

    async def delete_expired(self) -> None:
        """Delete the entries that are older than `MAX_ENTRY_AGE`."""
        before = self._clock.now() - MAX_ENTRY_AGE
        for key, value in await self._storage.scan(PREFIX):
            if msgspec.json.decode(value, type=JournalEntry).at < before:
                await self._storage.delete(key)
