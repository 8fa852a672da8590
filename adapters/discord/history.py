"""Reading back: the bot's own message with a key, and the reactions to a message."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from discord.utils import time_snowflake

from adapters.discord.channels import Channels, is_unknown_channel
from adapters.discord.delivery_mark import has_key
from adapters.discord.errors import is_forbidden
from adapters.discord.permission_check import PermissionCheck
from adapters.discord.permissions import HISTORY
from adapters.discord.reactions import reaction_key
from adapters.discord.rest import Rest
from bot.chat.event import Place, Ref
from bot.errors import Refused, Unsure

PAGE_SIZE = 100  # messages or people in one response: Discord's limit
MAX_PAGES = 50  # 5,000 messages: a busy channel is not read further back
PLAIN, SUPER = 0, 1  # types of reactions


class History:
    """Reads messages and reactions. All methods raise `PostError`."""

    def __init__(self, rest: Rest, channels: Channels, permissions: PermissionCheck) -> None:
        self._rest = rest
        self._channels = channels
        self._permissions = permissions

    async def find_by_key(self, place: Place, key: str, since: datetime, until: datetime | None = None) -> Ref | None:
        """The message with a key that was posted after `since`, and before `until`; None: there is none."""
        oldest, newest = time_snowflake(since), time_snowflake(until, high=True) if until else None
        if not place.thread:
            await self._channels.get_cached(place.channel)
        if self._channels.is_forum(place.channel) and not place.thread:
            return await self._find_forum_post(place, key, oldest)
        try:
            return await self._find_in(place.thread or place.channel, place, key, oldest, newest)
        except Refused as error:
            if place.thread and is_unknown_channel(error):
                return None  # no thread, so no message in it
            if is_forbidden(error):
                raise await self._permissions.explain_refusal(place) from error
            raise

    async def reactions_to(self, channel: str, message: str) -> Mapping[str, frozenset[str]]:
        """Emoji as in `Reaction.emoji` → ids of people, without bots."""
        path = "/channels/{channel_id}/messages/{message_id}"
        found: dict[str, frozenset[str]] = {}
        answer = await self._rest.call("GET", path, channel_id=channel, message_id=message)
        for reaction in answer.get("reactions") or ():
            emoji = reaction["emoji"]
            if emoji.get("id") or not emoji.get("name"):
                continue  # a custom emoji has no meaning outside its server
            counts = reaction.get("count_details") or {"normal": reaction.get("count", 1), "burst": 0}
            for kind, name in ((PLAIN, "normal"), (SUPER, "burst")):
                if counts.get(name):
                    people = [id async for id in self._reacting(channel, message, emoji["name"], kind)]
                    found[reaction_key(emoji["name"], is_super=kind == SUPER)] = frozenset(people)
        return {emoji: people for emoji, people in found.items() if people}

    async def _find_in(
        self, channel: str, place: Place, key: str, oldest: int, newest: int | None = None
    ) -> Ref | None:
        bot_id = str(await self._rest.bot_id())
        async for message in self._newest_first(channel, place, oldest, newest):
            if message["author"]["id"] == bot_id and has_key(message, key):
                return Ref(place, str(message["id"]))
        return None

    async def _newest_first(
        self, channel: str, place: Place, oldest: int, newest: int | None
    ) -> AsyncIterator[dict[str, Any]]:
        """Messages from `newest` back to `oldest` (snowflakes). Raises `Unsure` after `MAX_PAGES`."""
        params: dict[str, str | int] = {"limit": PAGE_SIZE}
        if newest:
            params["before"] = newest
        for n in range(MAX_PAGES):
            page = await self._rest.call("GET", "/channels/{channel_id}/messages", params=params, channel_id=channel)
            if not page and not n and await self._permissions.missing_in(place) & HISTORY:
                raise await self._permissions.explain_refusal(place)  # unreadable: Discord shows the channel as empty
            for message in page:
                if int(message["id"]) < oldest:
                    return
                yield message
            if len(page) < PAGE_SIZE:
                return
            params["before"] = page[-1]["id"]
        raise Unsure(f"More than {MAX_PAGES * PAGE_SIZE:,} messages were posted since, so the post can't be found.")

    async def _find_forum_post(self, forum: Place, key: str, oldest: int) -> Ref | None:
        """The forum post with a key: a thread whose first message has the thread's id."""
        bot_id = str(await self._rest.bot_id())
        active = await self._rest.call("GET", "/guilds/{guild_id}/threads/active", guild_id=forum.space)
        opened = [thread for thread in active["threads"] if str(thread.get("parent_id")) == forum.channel]
        path = "/channels/{channel_id}/threads/archived/public"
        archived = await self._rest.call("GET", path, params={"limit": PAGE_SIZE}, channel_id=forum.channel)
        for thread in (*opened, *archived["threads"]):
            is_own = thread.get("owner_id") == bot_id and int(thread["id"]) >= oldest
            if is_own and (found := await self._find_in(str(thread["id"]), forum, key, oldest)):
                return found
        return None

    async def _reacting(self, channel: str, message: str, emoji: str, kind: int) -> AsyncIterator[str]:
        path = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}"
        params: dict[str, str | int] = {"limit": PAGE_SIZE, "type": kind}
        while True:
            page = await self._rest.call(
                "GET", path, params=params, channel_id=channel, message_id=message, emoji=emoji
            )
            for user in page:
                if not user.get("bot"):
                    yield str(user["id"])
            if len(page) < PAGE_SIZE:
                return
            params["after"] = page[-1]["id"]
