"""The stored chat: every public message, reaction and channel, in the adapter's key-value storage.

Keys: `channel/NAME`, `message/ID`, `key/KEY` (delivery key → message id), `reaction/ID/EMOJI/PERSON`. Message ids grow
with time, so another process's messages are those after the last known id.
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from adapters.webchat.records import ChatMessage
from bot.chat.adapter import KeyValue

MAX_LOADED_MESSAGES = 5_000  # kept in memory; older ones are read from storage when they are needed
CLOCK_SKEW_US = 60_000_000  # microseconds: another process's clock may be behind ours
ID_TIME_DIGITS = 17  # a message id starts with its time in microseconds


class History:
    """Reads and writes the records of the chat."""

    def __init__(self, storage: KeyValue) -> None:
        self._storage = storage

    async def channels(self) -> list[str]:
        return [key.removeprefix("channel/") for key, _ in await self._storage.scan("channel/")]

    async def add_channel(self, name: str) -> None:
        await self._storage.put(f"channel/{name}", b"", if_absent=True)

    async def newest_messages(self) -> list[ChatMessage]:
        """The last `MAX_LOADED_MESSAGES`, oldest first."""
        return _decoded(await self._storage.scan("message/", last=MAX_LOADED_MESSAGES))

    async def messages_after(self, id: str) -> list[ChatMessage]:
        """The messages after an id, and those of the minute before it; all of them after an empty one."""
        since = max(int(id[:ID_TIME_DIGITS]) - CLOCK_SKEW_US, 0) if id else None
        after = "" if since is None else f"message/{since:0{ID_TIME_DIGITS}d}"
        return _decoded(await self._storage.scan("message/", after=after))

    async def message(self, id: str) -> ChatMessage | None:
        value = await self._storage.get(f"message/{id}")
        return msgspec.json.decode(value, type=ChatMessage) if value else None

    async def message_for_key(self, key: str) -> ChatMessage | None:
        """The message with a delivery key, if it was stored."""
        id = await self._storage.get(f"key/{key}")
        return await self.message(id.decode()) if id else None

    async def add_message(self, message: ChatMessage, key: str = "") -> ChatMessage:
        """Store a message; returns it as stored. A delivery key is used once: the second message is the first one."""
        if key:
            await self._storage.put(f"key/{key}", message.id.encode(), if_absent=True)
            id = await self._storage.get(f"key/{key}")
            message = replace(message, id=id.decode() if id else message.id)
        new = await self._storage.put(f"message/{message.id}", msgspec.json.encode(message), if_absent=True)
        return message if new else await self.message(message.id) or message

    async def update_message(self, message: ChatMessage) -> None:
        await self._storage.put(f"message/{message.id}", msgspec.json.encode(message))

    async def reactions(self) -> list[tuple[str, str, str]]:
        """Each reaction as message id, emoji and person."""
        parts = (key.split("/", 3) for key, _ in await self._storage.scan("reaction/"))
        return [(id, emoji, person) for _, id, emoji, person in parts]

    async def set_reaction(self, id: str, emoji: str, person: str, *, present: bool) -> None:
        key = f"reaction/{id}/{emoji}/{person}"
        await (self._storage.put(key, b"") if present else self._storage.delete(key))


def _decoded(records: Sequence[tuple[str, bytes]]) -> list[ChatMessage]:
    return [msgspec.json.decode(value, type=ChatMessage) for _, value in records]
