"""Channels and threads: their type and parent; creating, reopening and archiving threads.

A thread has the id of the message it was started from, and a forum post that of its first message. So the place of a
thread is known without a request.
"""

import re
from typing import Any

from adapters.discord.delivery_mark import walk_components
from adapters.discord.errors import THREAD_EXISTS, UNKNOWN_CHANNEL, error_code
from adapters.discord.events import OWN_TENANT
from adapters.discord.rest import Rest
from bot.chat.adapter import KeyValue
from bot.chat.event import Place, Ref
from bot.chat.message import Heading, Message, clean
from bot.errors import PostError, Refused
from bot.recent import RecentDict

ANNOUNCEMENT, PUBLIC_THREAD, FORUM, MEDIA = 5, 11, 15, 16
THREADS = frozenset({10, PUBLIC_THREAD, 12})
AUTO_ARCHIVE_MIN = 10_080  # minutes without a message until a thread is archived: people vote for days
MAX_NAME_CHARS = 100
LINK = re.compile(r"^\[(.*)\]\(\S*\)$")
MAX_CACHED = 20_000
DIRECT = "direct/"  # in the storage: `direct/CHANNEL` → the server that a direct message was opened for


class Channels:
    """Looks channels up, with a cache for what doesn't change. All methods with a request raise `PostError`."""

    def __init__(self, rest: Rest, storage: KeyValue) -> None:
        self._rest = rest
        self._storage = storage
        self._kinds = RecentDict[str, dict[str, Any]](MAX_CACHED)
        self._unthreaded = RecentDict[str, str](MAX_CACHED)  # own posts without a thread yet → the name for it

    async def get_channel(self, channel: str) -> dict[str, Any]:
        """A channel object."""
        found: dict[str, Any] = await self._rest.call("GET", "/channels/{channel_id}", channel_id=channel)
        self._kinds[channel] = found
        return found

    async def get_cached(self, channel: str) -> dict[str, Any]:
        """A channel object, perhaps an old one: for what doesn't change."""
        return self._kinds.get(channel) or await self.get_channel(channel)

    def is_forum(self, channel: str) -> bool:
        """Whether a channel that was looked up is a forum or a media channel."""
        return self._kinds.get(channel, {}).get("type") in {FORUM, MEDIA}

    def remember_post(self, id: str, message: Message) -> None:
        """Remember a post from which a thread may be started."""
        self._unthreaded[id] = thread_name(message)

    async def channel_of(self, ref: Ref) -> str:
        """The id of the channel or thread that has a message; a forum post has its own first message."""
        if ref.place.thread:
            return ref.place.thread
        kind = await self.get_cached(ref.place.channel)
        return ref.id if kind.get("type") in {FORUM, MEDIA} else ref.place.channel

    def has_no_thread(self, message: str) -> bool:
        """Whether this process posted the message and has not started a thread from it yet."""
        return message in self._unthreaded

    async def create_thread(self, place: Place) -> None:
        """Start the thread of a message; does nothing when it has one."""
        name = self._unthreaded.pop(place.thread, "") or await self._thread_name(place)
        try:
            path = "/channels/{channel_id}/messages/{message_id}/threads"
            body = {"name": name, "auto_archive_duration": AUTO_ARCHIVE_MIN}
            await self._rest.call("POST", path, body, channel_id=place.channel, message_id=place.thread)
        except Refused as error:
            if error_code(error) != THREAD_EXISTS:
                raise

    async def unarchive(self, thread: str) -> None:
        """Reopen an archived thread. Raises `Refused` when it is locked."""
        found = await self.get_channel(thread)
        if found.get("thread_metadata", {}).get("locked"):
            raise Refused("The thread is locked.", "A moderator can unlock it.")
        body = {"archived": False, "auto_archive_duration": AUTO_ARCHIVE_MIN}
        await self._rest.call("PATCH", "/channels/{channel_id}", body, channel_id=thread)

    async def archive(self, thread: str) -> None:
        """Archive a thread."""
        await self._rest.call("PATCH", "/channels/{channel_id}", {"archived": True}, channel_id=thread)

    def saw_thread(self, thread: str, parent: str) -> None:
        """Remember the parent of a thread that came with an event."""
        self._kinds.setdefault(thread, {"type": PUBLIC_THREAD, "parent_id": parent})

    async def parent_and_thread(self, channel: str) -> tuple[str, str]:
        """For the channel id of an event: the channel, and the thread in it (empty for a channel)."""
        found = await self.get_cached(channel)
        return (str(found.get("parent_id")), channel) if found.get("type") in THREADS else (channel, "")

    async def open_direct_message(self, person: str, space: str) -> str:
        """The id of the direct message with a person; what happens in it from now on belongs to `space`."""
        opened = await self._rest.call("POST", "/users/@me/channels", {"recipient_id": person})
        await self._storage.put(f"{DIRECT}{opened['id']}", space.encode())
        return str(opened["id"])

    async def space_of_direct_message(self, channel: str, person: str) -> str:
        """The tenant of a direct message: the server that it was opened for, else the person alone."""
        space = await self._storage.get(f"{DIRECT}{channel}")
        return space.decode() if space else f"{OWN_TENANT}{person}"

    async def is_direct(self, channel: str) -> bool:
        """Whether a channel is a direct message that was opened for a server."""
        return await self._storage.get(f"{DIRECT}{channel}") is not None

    async def _thread_name(self, place: Place) -> str:
        """The name for the thread of a message that an earlier process posted."""
        path = "/channels/{channel_id}/messages/{message_id}"
        message = await self._rest.call("GET", path, channel_id=place.channel, message_id=place.thread)
        texts = (part["content"] for part in walk_components(message.get("components")) if part.get("content"))
        words = (next(texts, "") or message.get("content") or "Papers").splitlines()[0]
        return clean(LINK.sub(r"\1", words.lstrip("# ")).replace("\\", ""), MAX_NAME_CHARS) or "Papers"


def thread_name(message: Message) -> str:
    """The name of a message's thread or forum post: its heading."""
    heading = next((block.text for block in message.blocks if isinstance(block, Heading)), message.plain)
    return clean(heading, MAX_NAME_CHARS) or "Papers"


def is_unknown_channel(error: PostError) -> bool:
    """Whether the thread or channel doesn't exist."""
    return error_code(error) == UNKNOWN_CHANNEL
