"""Channels and threads: which kind, which thread hangs from which message, opening and reopening them.

The thread of a message has the message's own id, and so has a forum post that of its first message: a place in a thread
needs no looking up.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any, Generic, TypeVar

from adapters.discord.mark import walk
from adapters.discord.problems import NO_TEXT_CHANNEL, THREAD_EXISTS, UNKNOWN_CHANNEL, code
from adapters.discord.rest import Rest
from bot.chat.adapter import KeyValue
from bot.chat.event import Place, Ref
from bot.chat.message import Heading, Message, clean
from bot.errors import PostError, Refused

V = TypeVar("V")

ANNOUNCEMENT, PUBLIC_THREAD, FORUM, MEDIA = 5, 11, 15, 16
THREADS = frozenset({10, PUBLIC_THREAD, 12})
NEEDS_TAG = 1 << 4  # channel flag
WEEK = 10_080  # minutes without a message until a thread closes: votes come in for days
MOST_NAME = 100
LINK = re.compile(r"^\[(.*)\]\(\S*\)$")
REMEMBERED = 20_000
DIRECT = "direct/"  # on the shelf: private conversation → the space that it was opened for


class Recent(OrderedDict[str, V], Generic[V]):
    """The last things of a kind, so that memory stays small."""

    def __setitem__(self, key: str, value: V) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > REMEMBERED:
            self.popitem(last=False)


class Channels:
    """What is known of channels, and what is asked of them."""

    def __init__(self, rest: Rest, storage: KeyValue) -> None:
        self._rest = rest
        self._storage = storage
        self._kinds = Recent[dict[str, Any]]()
        self._unthreaded = Recent[str]()  # own posts without a thread yet → its name to be

    async def get(self, channel: str) -> dict[str, Any]:
        """A channel as Discord describes it."""
        found: dict[str, Any] = await self._rest.call("GET", "/channels/{channel_id}", channel_id=channel)
        self._kinds[channel] = found
        return found

    async def known(self, channel: str) -> dict[str, Any]:
        """The same as it was when it was last looked at: for what does not change."""
        return self._kinds.get(channel) or await self.get(channel)

    def is_forum(self, channel: str) -> bool:
        """Whether it is known to be one."""
        return self._kinds.get(channel, {}).get("type") in {FORUM, MEDIA}

    def posted(self, id: str, message: Message) -> None:
        """Remember a post that a thread may come to hang from."""
        self._unthreaded[id] = name_of(message)

    async def holding(self, ref: Ref) -> str:
        """The id of the channel or thread that a message is in; a forum post's first message is in its own."""
        if ref.place.thread:
            return ref.place.thread
        kind = await self.known(ref.place.channel)
        return ref.id if kind.get("type") in {FORUM, MEDIA} else ref.place.channel

    def has_no_thread(self, message: str) -> bool:
        """Whether this is a post of this process from which no thread hangs yet."""
        return message in self._unthreaded

    async def open(self, place: Place) -> None:
        """Start the thread of a message; nothing when it has one."""
        name = self._unthreaded.pop(place.thread, "") or await self._name(place)
        try:
            await self._rest.call(
                "POST",
                "/channels/{channel_id}/messages/{message_id}/threads",
                {"name": name, "auto_archive_duration": WEEK},
                channel_id=place.channel,
                message_id=place.thread,
            )
        except Refused as error:
            if code(error) != THREAD_EXISTS:
                raise

    async def reopen(self, thread: str) -> None:
        """Open an archived thread again; one that is locked stays so."""
        found = await self.get(thread)
        if found.get("thread_metadata", {}).get("locked"):
            raise Refused("The thread is locked.", "A moderator can unlock it.")
        body = {"archived": False, "auto_archive_duration": WEEK}
        await self._rest.call("PATCH", "/channels/{channel_id}", body, channel_id=thread)

    async def archive(self, thread: str) -> None:
        """Put an open thread away."""
        await self._rest.call("PATCH", "/channels/{channel_id}", {"archived": True}, channel_id=thread)

    def saw_thread(self, thread: str, parent: str) -> None:
        """Take up what an event tells of a thread."""
        self._kinds.setdefault(thread, {"type": PUBLIC_THREAD, "parent_id": parent})

    async def home(self, channel: str) -> tuple[str, str]:
        """Of a channel's id that an event tells: the channel, and the message that it hangs from if it is a thread."""
        found = await self.known(channel)
        return (str(found.get("parent_id")), channel) if found.get("type") in THREADS else (channel, "")

    async def direct(self, person: str, space: str) -> str:
        """The private conversation with somebody; what happens in it from now on belongs to `space`."""
        made = await self._rest.call("POST", "/users/@me/channels", {"recipient_id": person})
        await self._storage.put(f"{DIRECT}{made['id']}", space.encode())
        return str(made["id"])

    async def space_of_direct(self, channel: str, person: str) -> str:
        """Whose data a private conversation is about: the server that it was opened for, else the person's alone."""
        kept = await self._storage.get(f"{DIRECT}{channel}")
        return kept.decode() if kept else f"@{person}"

    async def _name(self, place: Place) -> str:
        """A name for the thread of a message that an earlier process posted."""
        found = await self._rest.call(
            "GET",
            "/channels/{channel_id}/messages/{message_id}",
            channel_id=place.channel,
            message_id=place.thread,
        )
        said = next((part["content"] for part in walk(found.get("components")) if part.get("content")), "")
        words = (said or found.get("content") or "Papers").splitlines()[0]
        return clean(LINK.sub(r"\1", words.lstrip("# ")).replace("\\", ""), MOST_NAME) or "Papers"


def name_of(message: Message) -> str:
    """What a thread or forum post is called: its heading."""
    heading = next((block.text for block in message.blocks if isinstance(block, Heading)), message.plain)
    return clean(heading, MOST_NAME) or "Papers"


def tags_for(forum: dict[str, Any]) -> list[str]:
    """The tag for a forum post: one named after papers if there is one, else any if one is required."""
    free = [tag for tag in forum.get("available_tags", ()) if not tag.get("moderated")]
    named = [tag for tag in free if "paper" in str(tag.get("name", "")).casefold()]
    required = int(forum.get("flags") or 0) & NEEDS_TAG
    return [str(tag["id"]) for tag in (named or (free if required else []))[:1]]


def gone(error: PostError) -> bool:
    """Whether the thread or channel is not there."""
    return code(error) == UNKNOWN_CHANNEL


def takes_no_messages(error: PostError) -> bool:
    """Whether it is a channel of posts, not of messages: a forum."""
    return code(error) == NO_TEXT_CHANNEL
