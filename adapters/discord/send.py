"""One message to where it belongs: a channel, a thread, a forum."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from adapters.discord.channels import WEEK, Channels, gone, name_of, tags_for, takes_no_messages
from adapters.discord.mark import marks
from adapters.discord.problems import ARCHIVED, code, forbids
from adapters.discord.publish import Publisher
from adapters.discord.render import payload
from adapters.discord.rest import Rest
from adapters.discord.rights import Rights
from bot.chat.event import Place, Ref
from bot.chat.message import Message
from bot.errors import PostError, Refused


class Sender:
    """Posts and edits. Two attempts with one key in this process are one."""

    def __init__(self, rest: Rest, channels: Channels, rights: Rights, publisher: Publisher | None) -> None:
        self._rest = rest
        self._channels = channels
        self._rights = rights
        self._publisher = publisher
        self._under_way: dict[str, asyncio.Task[Ref]] = {}

    async def send(self, place: Place, message: Message, key: str) -> Ref:
        """Post; an attempt that is cancelled goes on, and the next with its key joins it."""
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(self._send(place, message, key))
            task.add_done_callback(lambda done: self._ended(key, done))
        return await asyncio.shield(task)

    async def edit_post(self, ref: Ref, message: Message) -> None:
        """Change a message."""
        if not ref.id.isdecimal():
            raise Refused("That message is gone.", gone=True)
        channel = await self._channels.holding(ref)
        try:
            await self._change(channel, ref.id, message)
        except Refused as error:
            if code(error) != ARCHIVED:
                raise
            # A week without a word archives a thread; its cards live for two. Nobody is to notice that it was open.
            await self._channels.reopen(channel)
            await self._change(channel, ref.id, message)
            with suppress(PostError):
                await self._channels.archive(channel)

    async def _change(self, channel: str, id: str, message: Message) -> None:
        path = "/channels/{channel_id}/messages/{message_id}"
        await self._rest.call("PATCH", path, payload(message), channel_id=channel, message_id=id)

    async def aclose(self) -> None:
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, key: str, task: asyncio.Task[Ref]) -> None:
        self._under_way.pop(key, None)
        if not task.cancelled():
            task.exception()

    async def _send(self, place: Place, message: Message, key: str) -> Ref:
        try:
            if place.thread:
                return await self._reply(place, message, key)
            if self._channels.is_forum(place.channel):
                return await self._forum_post(place, message, key)
            return await self._top(place, message, key)
        except Refused as error:
            if forbids(error):
                raise await self._rights.refusal(place) from error
            raise

    async def _top(self, place: Place, message: Message, key: str) -> Ref:
        try:
            id = await self._create(place.channel, message, key)
        except Refused as error:
            if takes_no_messages(error):
                await self._channels.get(place.channel)
                if self._channels.is_forum(place.channel):
                    return await self._forum_post(place, message, key)
            raise
        self._channels.posted(id, message)
        if self._publisher:
            await self._publisher.publish(place.channel, id)
        return Ref(place, id)

    async def _reply(self, place: Place, message: Message, key: str) -> Ref:
        if self._channels.has_no_thread(place.thread):
            await self._channels.open(place)
        try:
            return Ref(place, await self._create(place.thread, message, key))
        except Refused as error:
            if gone(error):
                await self._channels.open(place)
            elif code(error) == ARCHIVED:
                await self._channels.reopen(place.thread)
            else:
                raise
        return Ref(place, await self._create(place.thread, message, key))

    async def _create(self, channel: str, message: Message, key: str) -> str:
        """A message. For some minutes Discord answers a second with this nonce with the first; the marks stay."""
        body = {**payload(message, ids=marks(key)), "nonce": key, "enforce_nonce": True}
        path = "/channels/{channel_id}/messages"
        made = await self._rest.call("POST", path, body, repeatable=False, channel_id=channel)
        return str(made["id"])

    async def _forum_post(self, place: Place, message: Message, key: str) -> Ref:
        """A thread with its first message. It takes no nonce, so it goes out once and is found by its marks."""
        forum = await self._channels.known(place.channel)
        body: dict[str, Any] = {
            "name": name_of(message),
            "auto_archive_duration": WEEK,
            "message": payload(message, ids=marks(key)),
        }
        if tags := tags_for(forum):
            body["applied_tags"] = tags
        path = "/channels/{channel_id}/threads"
        made = await self._rest.call("POST", path, body, repeatable=False, channel_id=place.channel)
        return Ref(place, str(made["id"]))
