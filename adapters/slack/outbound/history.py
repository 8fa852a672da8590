"""Reads back from Slack: whether a post is there, and who reacted to it.

https://docs.slack.dev/reference/methods/conversations.history
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from adapters.slack.client import Workspaces
from adapters.slack.emoji import emoji_of
from adapters.slack.outbound.elements import Json
from adapters.slack.outbound.post import METADATA_TYPE
from bot.chat.adapter import KeyValue
from bot.chat.event import Place, Ref
from bot.errors import Refused

MESSAGES_PER_PAGE = 200  # Slack advises no more; an app sold outside its Marketplace gets 15
SEARCHED = "searched/"  # in the storage: `searched/KEY` → how far the look-up of a post came
CLOCK_SKEW = timedelta(minutes=2)  # between Slack's clock and ours
HISTORY_HINT = (
    "Add channels:history, groups:history and im:history, and install again: without them a post can't be found."
)


class Searched(Struct, frozen=True):
    """How far a look-up came: it goes on there, because Slack may allow one page of 15 messages a minute."""

    until: str  # the end of the window that is searched
    reached: str  # `ts` of the last message that was read


class PostSearch:
    """Searches channels and threads for posts by their delivery key."""

    def __init__(self, workspaces: Workspaces, storage: KeyValue) -> None:
        self._workspaces = workspaces
        self._storage = storage

    async def find_post(self, place: Place, key: str, since: datetime, until: datetime | None = None) -> Ref | None:
        """The post with this delivery key in a window of time; None when there is none. Raises `PostError`."""
        bot = (await self._workspaces.installs.find_install(place.space)).bot_user
        oldest, latest = _ts(since - CLOCK_SKEW), _ts(until + CLOCK_SKEW) if until else ""
        async for message in self._messages(place, key, oldest, latest):
            in_window = float(oldest) <= float(message.get("ts") or 0) <= float(latest or "inf")
            if in_window and message.get("user") == bot and _delivery_key(message) == key:
                await self._forget_search(key)
                return Ref(place, str(message["ts"]))
        await self._forget_search(key)
        return None

    async def _forget_search(self, key: str) -> None:
        if await self._storage.get(SEARCHED + key):
            await self._storage.delete(SEARCHED + key)

    async def _messages(self, place: Place, key: str, oldest: str, latest: str) -> AsyncIterator[Json]:
        """Messages of a window, page by page: Slack sends a channel's newest first, and a thread's oldest first."""
        method = "conversations_replies" if place.thread else "conversations_history"
        query: Json = {"channel": place.channel, "oldest": oldest, "limit": MESSAGES_PER_PAGE}
        query |= {"latest": latest} if latest else {}
        query |= {"ts": place.thread} if place.thread else {}
        found = await self._storage.get(SEARCHED + key)
        if found and latest and (searched := msgspec.json.decode(found, type=Searched)).until == latest:
            query["oldest" if place.thread else "latest"] = searched.reached
        while True:
            page = await _history_page(self._workspaces, place.space, method, query)
            messages = page.get("messages") or ()
            for message in messages:
                yield message
            if not messages or not page.get("has_more"):
                return
            reached = str(messages[-1]["ts"])
            query["oldest" if place.thread else "latest"] = reached
            if latest:
                record = msgspec.json.encode(Searched(latest, reached))
                await self._storage.put(SEARCHED + key, record)


async def count_reactions(workspaces: Workspaces, ref: Ref) -> Mapping[str, frozenset[str]]:
    """The people by the emoji they reacted with, without the bot. Raises `PostError`."""
    bot = (await workspaces.installs.find_install(ref.place.space)).bot_user
    answer = await workspaces.call(
        ref.place.space, "reactions_get", channel=ref.place.channel, timestamp=ref.id, full=True
    )
    people: dict[str, set[str]] = {}
    for reaction in (answer.get("message") or {}).get("reactions", ()):
        if emoji := emoji_of(str(reaction.get("name", ""))):
            people.setdefault(emoji, set()).update(map(str, reaction.get("users", ())))
    return {emoji: frozenset(who - {bot}) for emoji, who in people.items() if who - {bot}}


async def _history_page(workspaces: Workspaces, space: str, method: str, query: Json) -> Json:
    try:
        answer = await workspaces.call(space, method, include_all_metadata=True, **query)
    except Refused as error:
        if "scope" not in error.message:
            raise
        raise Refused(error.message, HISTORY_HINT) from None  # not `broken`: posting works, the schedule goes on
    return answer.data if isinstance(answer.data, dict) else {}


def _delivery_key(message: Json) -> str:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return str(payload.get("key", "")) if metadata.get("event_type") == METADATA_TYPE else ""


def _ts(at: datetime) -> str:
    """A time as Slack writes it."""
    return f"{at.timestamp():.6f}"
