"""Reading back: the bot's own message with a key, and who reacted to a message."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from discord.utils import time_snowflake

from adapters.discord.channels import Channels, gone
from adapters.discord.mark import bears
from adapters.discord.permissions import HISTORY
from adapters.discord.problems import forbids
from adapters.discord.rest import Rest
from adapters.discord.rights import Rights
from bot.chat.event import Place, Ref
from bot.errors import Refused, Unsure

PAGE = 100  # messages or people in one answer
MOST_PAGES = 50  # 5,000 messages: further back a busy channel is not read
SKIN = re.compile("[\U0001f3fb-\U0001f3ff]")
NORMAL, BURST = 0, 1  # kinds of reactions


def bare(emoji: str) -> str:
    """An emoji without skin tone."""
    return SKIN.sub("", emoji)


class History:
    """What was said and how people reacted, as Discord tells it now."""

    def __init__(self, rest: Rest, channels: Channels, rights: Rights) -> None:
        self._rest = rest
        self._channels = channels
        self._rights = rights

    async def find(self, place: Place, key: str, since: datetime) -> Ref | None:
        """The message with a key, if it came after `since`."""
        oldest = time_snowflake(since)
        if not place.thread:
            await self._channels.known(place.channel)
        if self._channels.is_forum(place.channel) and not place.thread:
            return await self._find_post(place, key, oldest)
        try:
            return await self._find_in(place.thread or place.channel, place, key, oldest)
        except Refused as error:
            if place.thread and gone(error):
                return None  # the thread is not there, so nothing was said in it
            if forbids(error):
                raise await self._rights.refusal(place) from error
            raise

    async def reactions(self, channel: str, message: str) -> Mapping[str, frozenset[str]]:
        """Emoji → people, without bots."""
        path = "/channels/{channel_id}/messages/{message_id}"
        said = await self._rest.call("GET", path, channel_id=channel, message_id=message)
        found: defaultdict[str, set[str]] = defaultdict(set)
        for reaction in said.get("reactions") or ():
            emoji = reaction["emoji"]
            if emoji.get("id"):
                continue  # a server's own emoji: nobody else knows what it means
            counts = reaction.get("count_details") or {"normal": reaction.get("count", 1), "burst": 0}
            for kind, name in ((NORMAL, "normal"), (BURST, "burst")):
                if counts.get(name):
                    people = [one async for one in self._people(channel, message, emoji["name"], kind)]
                    found[bare(emoji["name"])].update(people)
        return {emoji: frozenset(people) for emoji, people in found.items() if people}

    async def _find_in(self, channel: str, place: Place, key: str, oldest: int) -> Ref | None:
        me = str(await self._rest.me())
        async for message in self._backwards(channel, place, oldest):
            if message["author"]["id"] == me and bears(message, key):
                return Ref(place, str(message["id"]))
        return None

    async def _backwards(self, channel: str, place: Place, oldest: int) -> AsyncIterator[dict[str, Any]]:
        """Messages from the newest back to `oldest`."""
        params: dict[str, str | int] = {"limit": PAGE}
        for n in range(MOST_PAGES):
            page = await self._rest.call("GET", "/channels/{channel_id}/messages", params=params, channel_id=channel)
            if not page and not n:
                await self._really_empty(place)
            for message in page:
                if int(message["id"]) < oldest:
                    return
                yield message
            if len(page) < PAGE:
                return
            params["before"] = page[-1]["id"]
        raise Unsure(
            f"More than {MOST_PAGES * PAGE:,} messages were written since; it can't be told whether it arrived."
        )

    async def _really_empty(self, place: Place) -> None:
        """Without Read Message History Discord shows a channel as empty: that must not pass for "not there"."""
        if await self._rights.missing(place) & HISTORY:
            raise await self._rights.refusal(place)

    async def _find_post(self, forum: Place, key: str, oldest: int) -> Ref | None:
        """A forum post with a key: each is a thread whose first message has its id."""
        me = str(await self._rest.me())
        for thread in [*await self._open_threads(forum), *await self._closed_threads(forum)]:
            if thread.get("owner_id") == me and int(thread["id"]) >= oldest:
                found = await self._find_in(str(thread["id"]), forum, key, oldest)
                if found:
                    return found
        return None

    async def _open_threads(self, forum: Place) -> list[dict[str, Any]]:
        found = await self._rest.call("GET", "/guilds/{guild_id}/threads/active", guild_id=forum.space)
        return [thread for thread in found["threads"] if str(thread.get("parent_id")) == forum.channel]

    async def _closed_threads(self, forum: Place) -> list[dict[str, Any]]:
        path = "/channels/{channel_id}/threads/archived/public"
        found = await self._rest.call("GET", path, params={"limit": PAGE}, channel_id=forum.channel)
        return list(found["threads"])

    async def _people(self, channel: str, message: str, emoji: str, kind: int) -> AsyncIterator[str]:
        params: dict[str, str | int] = {"limit": PAGE, "type": kind}
        while True:
            page = await self._rest.call(
                "GET",
                "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}",
                params=params,
                channel_id=channel,
                message_id=message,
                emoji=emoji,
            )
            for user in page:
                if not user.get("bot"):
                    yield str(user["id"])
            if len(page) < PAGE:
                return
            params["after"] = page[-1]["id"]
