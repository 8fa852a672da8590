"""Channels and threads: which kind, which thread hangs from which message, opening and reopening them.

The thread of a message has the message's own id. Only a thread that had to be started anew has another, which is kept
on the shelf: `thread/MESSAGE` → thread, `parent/THREAD` → message.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import Any, Generic, TypeVar

from adapters.discord.mark import walk
from adapters.discord.problems import NO_TEXT_CHANNEL, THREAD_EXISTS, UNKNOWN_CHANNEL, code
from adapters.discord.rest import Rest
from bot.chat.adapter import Shelf
from bot.chat.event import Place, Ref
from bot.chat.message import Heading, Message, clean
from bot.errors import PostError, Refused

log = logging.getLogger(__name__)

V = TypeVar("V")

ANNOUNCEMENT, PUBLIC_THREAD, FORUM, MEDIA = 5, 11, 15, 16
THREADS = frozenset({10, PUBLIC_THREAD, 12})
NEEDS_TAG = 1 << 4  # channel flag
WEEK = 10_080  # minutes without a message until a thread closes: votes come in for days
MOST_NAME = 100
REMEMBERED = 20_000


class Recent(OrderedDict[str, V], Generic[V]):
    """The last things of a kind, so that memory stays small."""

    def __setitem__(self, key: str, value: V) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > REMEMBERED:
            self.popitem(last=False)


class Channels:
    """What is known of channels, and what is asked of them."""

    def __init__(self, rest: Rest, shelf: Shelf) -> None:
        self._rest = rest
        self._shelf = shelf
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

    async def thread(self, place: Place, *, open: bool = True) -> str:
        """The id of a place's thread, empty when it has none; `open`: started now if it can't be there yet."""
        if not place.thread:
            return ""
        if kept := await self._shelf.get(f"thread/{place.thread}"):
            return kept.decode()
        if open and place.thread in self._unthreaded:
            await self.open(place)
        return place.thread

    async def holding(self, ref: Ref) -> str:
        """The id of the channel or thread that a message is in; a forum post's first message is in its own."""
        if ref.place.thread:
            return await self.thread(ref.place, open=False)
        kind = await self.known(ref.place.channel)
        return ref.id if kind.get("type") in {FORUM, MEDIA} else ref.place.channel

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

    async def reopen(self, place: Place, thread: str) -> str:
        """The thread, open again; when Paperboy may not open it, a new one in its place."""
        found = await self.get(thread)
        if found.get("thread_metadata", {}).get("locked"):
            raise Refused("The thread is locked.", "A moderator can unlock it.")
        try:
            await self._rest.call(
                "PATCH",
                "/channels/{channel_id}",
                {"archived": False, "auto_archive_duration": WEEK},
                channel_id=thread,
            )
        except Refused as error:
            log.info("thread %s can't be opened again: %s", thread, error)
            return await self._anew(place, str(found.get("name") or "Papers"))
        return thread

    def saw_thread(self, thread: str, parent: str) -> None:
        """Take up what an event tells of a thread."""
        self._kinds.setdefault(thread, {"type": PUBLIC_THREAD, "parent_id": parent})

    async def home(self, channel: str) -> tuple[str, str]:
        """Of a channel's id that an event tells: the channel, and the message that it hangs from if it is a thread."""
        found = await self.known(channel)
        if found.get("type") not in THREADS:
            return channel, ""
        parent = await self._shelf.get(f"parent/{channel}")
        return str(found.get("parent_id")), parent.decode() if parent else channel

    async def _anew(self, place: Place, name: str) -> str:
        made = await self._rest.call(
            "POST",
            "/channels/{channel_id}/threads",
            {"name": name, "type": PUBLIC_THREAD, "auto_archive_duration": WEEK},
            channel_id=place.channel,
            repeatable=False,
        )
        await self._shelf.put(f"thread/{place.thread}", str(made["id"]).encode())
        await self._shelf.put(f"parent/{made['id']}", place.thread.encode())
        return str(made["id"])

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
        return clean(words.lstrip("# ").replace("\\", ""), MOST_NAME) or "Papers"


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
