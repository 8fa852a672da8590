"""Posting to a channel, a thread or a forum, and editing."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from attrs import define, field

from adapters.discord.channels import AUTO_ARCHIVE_MIN, Channels, is_unknown_channel, thread_name
from adapters.discord.crosspost import Crossposter
from adapters.discord.delivery_mark import ids_of_key
from adapters.discord.errors import ARCHIVED, NO_TEXT_CHANNEL, PICTURE_REFUSED, error_code, is_forbidden
from adapters.discord.permission_check import PermissionCheck
from adapters.discord.render import Json, file_name, message_payload
from adapters.discord.rest import Rest
from bot.chat.adapter import Setup
from bot.chat.event import Place, Ref
from bot.chat.message import Message, with_pictures
from bot.errors import PostError, Refused
from bot.papers.categories import CATEGORIES

MAX_TAGS = 5  # of a post: Discord's limit
NEEDS_TAG = 1 << 4  # channel flag
_WORD = re.compile(r"[^\W_]+(?:[.-][^\W_]+)*")  # `cs.CL` and `text-to-image` are one word each


@define(eq=False)
class Poster:
    """Posts and edits messages; two attempts with the same key in this process become one."""

    _rest: Rest
    _channels: Channels
    _permissions: PermissionCheck
    _crossposter: Crossposter | None
    _setup: Setup
    _under_way: dict[str, asyncio.Task[Ref]] = field(init=False, factory=dict)

    async def post(self, place: Place, message: Message, key: str) -> Ref:
        """Post. A cancelled attempt continues, and the next with its key joins it. Raises `PostError`."""
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(self._post(place, message, key))
            task.add_done_callback(lambda done: self._ended(key, done))
        return await asyncio.shield(task)

    async def edit(self, ref: Ref, message: Message) -> None:
        """Edit a message. Raises `PostError`."""
        if not ref.id.isdecimal():
            raise Refused("That message was deleted.", gone=True)
        channel = await self._channels.channel_of(ref)
        try:
            await self._edit(channel, ref.id, message)
        except Refused as error:
            if error_code(error) != ARCHIVED:
                raise
            # Discord archives a thread after a week without messages; its cards are edited for two.
            await self._channels.unarchive(channel)
            await self._edit(channel, ref.id, message)
            with suppress(PostError):
                await self._channels.archive(channel)

    async def _edit(self, channel: str, id: str, message: Message) -> None:
        await self._send("/channels/{channel_id}/messages/{message_id}", message_payload, message, channel, id)

    async def _send(
        self, path: str, body: Callable[[Message], Json], message: Message, channel: str, edited: str = ""
    ) -> str:
        """Send a message with its pictures as files, which an edited one has already; returns its id. Where files are
        refused, pictures are shown from their public addresses, if they have any."""
        files: dict[str, bytes] = {}
        for name in () if edited else message.pictures:
            if picture := await self._setup.picture(name):
                files[file_name(name)] = picture.jpeg
        method = partial(self._rest.call, "PATCH" if edited else "POST", path, repeatable=bool(edited))
        send = partial(method, channel_id=channel, message_id=edited)
        if edited or len(files) == len(message.pictures):
            try:
                return str((await send(body(message), files=files))["id"])
            except Refused as error:
                if not message.pictures or error_code(error) not in PICTURE_REFUSED:
                    raise
        linked = with_pictures(message, {name: self._setup.picture_url(name) for name in message.pictures})
        return str((await send(body(linked)))["id"])

    async def aclose(self) -> None:
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, key: str, task: asyncio.Task[Ref]) -> None:
        self._under_way.pop(key, None)
        if not task.cancelled():
            task.exception()

    async def _post(self, place: Place, message: Message, key: str) -> Ref:
        try:
            if place.thread:
                return await self._reply(place, message, key)
            if self._channels.is_forum(place.channel):
                return await self._forum_post(place, message, key)
            return await self._top(place, message, key)
        except Refused as error:
            if is_forbidden(error):
                raise await self._permissions.explain_refusal(place) from error
            raise

    async def _top(self, place: Place, message: Message, key: str) -> Ref:
        try:
            id = await self._create(place.channel, message, key)
        except Refused as error:
            if error_code(error) == NO_TEXT_CHANNEL:
                await self._channels.get_channel(place.channel)
                if self._channels.is_forum(place.channel):
                    return await self._forum_post(place, message, key)
            raise
        self._channels.remember_post(id, message)
        if self._crossposter:
            await self._crossposter.crosspost(place.channel, id)
        return Ref(place, id)

    async def _reply(self, place: Place, message: Message, key: str) -> Ref:
        if self._channels.has_no_thread(place.thread):
            await self._channels.create_thread(place)
        try:
            return Ref(place, await self._create(place.thread, message, key))
        except Refused as error:
            if is_unknown_channel(error):
                await self._channels.create_thread(place)
            elif error_code(error) == ARCHIVED:
                await self._channels.unarchive(place.thread)
            else:
                raise
        return Ref(place, await self._create(place.thread, message, key))

    async def _create(self, channel: str, message: Message, key: str) -> str:
        """Create a message; returns its id. A second one with the same nonce gets the first, for some minutes."""
        nonce, ids = {"nonce": key, "enforce_nonce": True}, ids_of_key(key)
        path = "/channels/{channel_id}/messages"
        return await self._send(path, lambda shown: message_payload(shown, ids=ids) | nonce, message, channel)

    async def _forum_post(self, place: Place, message: Message, key: str) -> Ref:
        """Create a thread with its first message. It takes no nonce, so it is sent once and found by its ids."""
        forum, ids = await self._channels.get_channel(place.channel), ids_of_key(key)  # its tags change
        thread: Json = {"name": thread_name(message), "auto_archive_duration": AUTO_ARCHIVE_MIN}
        if tags := forum_tags(forum, message.topics):
            thread["applied_tags"] = tags

        def body(shown: Message) -> Json:
            return thread | {"message": message_payload(shown, ids=ids)}

        return Ref(place, await self._send("/channels/{channel_id}/threads", body, message, place.channel))


def forum_tags(forum: Mapping[str, Any], topics: Sequence[str]) -> list[str]:
    """The ids of the tags named after papers, then of those that name one of the topics or arXiv categories; any one
    tag where the forum requires one and none fits. Tags that only moderators may use are left out."""
    free = [tag for tag in forum.get("available_tags") or () if not tag.get("moderated")]
    named = [tag for tag in free if "paper" in str(tag.get("name", "")).casefold()]
    fitting = [tag for tag in free if tag not in named and _names_any(str(tag.get("name", "")), topics)]
    required = int(forum.get("flags") or 0) & NEEDS_TAG
    return [str(tag["id"]) for tag in ([*named, *fitting] or (free[:1] if required else []))[:MAX_TAGS]]


def _names_any(name: str, topics: Sequence[str]) -> bool:
    """Whether all words of the tag are in a topic, or the other way round."""
    words = _words(name)
    known = [_words(text) for topic in topics for text in (topic, CATEGORIES.get(topic, ""))]
    return bool(words) and any(topic and (words <= topic or topic <= words) for topic in known)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
