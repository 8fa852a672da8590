"""Reads back from Slack: whether a post is there, and who reacted to it.

https://docs.slack.dev/reference/methods/conversations.history
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta

from adapters.slack.client import Workspaces
from adapters.slack.emoji import emoji_of
from adapters.slack.outbound.post import METADATA_TYPE
from adapters.slack.outbound.render import Json
from bot.chat.event import Place, Ref
from bot.errors import Refused

MESSAGES_PER_PAGE = 200  # Slack advises no more
CLOCK_SKEW = timedelta(minutes=2)  # between Slack's clock and ours
HISTORY_HINT = (
    "Add channels:history, groups:history and im:history, and install again: without them a post can't be found."
)


async def find_post(workspaces: Workspaces, place: Place, key: str, since: datetime) -> Ref | None:
    """The post with this delivery key, not older than `since`; None when there is none. Raises `PostError`."""
    bot = (await workspaces.installs.find_install(place.space)).bot_user
    async for message in _messages(workspaces, place, since - CLOCK_SKEW):
        if message.get("user") == bot and _delivery_key(message) == key:
            return Ref(place, str(message["ts"]))
    return None


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


async def _messages(workspaces: Workspaces, place: Place, oldest: datetime) -> AsyncIterator[Json]:
    """Messages of a channel or a thread since a time, page by page."""
    method = "conversations_replies" if place.thread else "conversations_history"
    query: Json = {"channel": place.channel, "oldest": f"{oldest.timestamp():.6f}", "limit": MESSAGES_PER_PAGE}
    if place.thread:
        query["ts"] = place.thread
    while True:
        page = await _history_page(workspaces, place.space, method, query)
        for message in page.get("messages") or ():
            yield message
        query["cursor"] = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not query["cursor"]:
            return


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
