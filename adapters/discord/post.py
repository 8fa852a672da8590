"""Posting to a channel, a thread or a forum, and editing."""

import asyncio
from contextlib import suppress
from typing import Any

from adapters.discord.channels import AUTO_ARCHIVE_MIN, Channels, is_unknown_channel, thread_name
from adapters.discord.crosspost import Crossposter
from adapters.discord.delivery_mark import ids_of_key
from adapters.discord.errors import ARCHIVED, NO_TEXT_CHANNEL, error_code, is_forbidden
from adapters.discord.forum_tags import forum_tags
from adapters.discord.permission_check import PermissionCheck
from adapters.discord.render import message_payload
from adapters.discord.rest import Rest
from bot.chat.event import Place, Ref
from bot.chat.message import Message
from bot.errors import PostError, Refused


class Poster:
    """Posts and edits messages; two attempts with the same key in this process become one."""

    def __init__(
        self, rest: Rest, channels: Channels, permissions: PermissionCheck, crossposter: Crossposter | None
    ) -> None:
        self._rest = rest
        self._channels = channels
        self._permissions = permissions
        self._crossposter = crossposter
        self._under_way: dict[str, asyncio.Task[Ref]] = {}

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
        path = "/channels/{channel_id}/messages/{message_id}"
        await self._rest.call("PATCH", path, message_payload(message), channel_id=channel, message_id=id)

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
        body = {**message_payload(message, ids=ids_of_key(key)), "nonce": key, "enforce_nonce": True}
        path = "/channels/{channel_id}/messages"
        created = await self._rest.call("POST", path, body, repeatable=False, channel_id=channel)
        return str(created["id"])

    async def _forum_post(self, place: Place, message: Message, key: str) -> Ref:
        """Create a thread with its first message. It takes no nonce, so it is sent once and found by its ids."""
        forum = await self._channels.get_channel(place.channel)  # its tags change
        body: dict[str, Any] = {
            "name": thread_name(message),
            "auto_archive_duration": AUTO_ARCHIVE_MIN,
            "message": message_payload(message, ids=ids_of_key(key)),
        }
        if tags := forum_tags(forum, message.topics):
            body["applied_tags"] = tags
        path = "/channels/{channel_id}/threads"
        created = await self._rest.call("POST", path, body, repeatable=False, channel_id=place.channel)
        return Ref(place, str(created["id"]))
