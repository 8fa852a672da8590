"""The adapter: posts, finds, edits and counts through the Web API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from adapters.slack.client import Workspaces
from adapters.slack.doctor import look
from adapters.slack.emoji import emoji_of
from adapters.slack.inbound.listener import Listener
from adapters.slack.outbound import render
from adapters.slack.outbound.render import Json
from adapters.slack.outbound.user_names import NamingCore, UserNames
from bot.chat.adapter import Core, Finding
from bot.chat.event import Place, Ref
from bot.chat.message import Message, Text
from bot.errors import Refused

PLATFORM = "slack"
EVENT = "paperboy_post"  # the type of the metadata that marks a post
PAGE = 200  # messages; Slack advises no more
SKEW = timedelta(minutes=2)  # Slack's clock and ours may differ
HISTORY = "Add channels:history, groups:history and im:history, and install again: without them a post can't be found."


class SlackAdapter:
    """Implements every protocol of `bot.chat.adapter`."""

    name = PLATFORM
    limits = render.LIMITS

    def __init__(self, workspaces: Workspaces, names: UserNames, listener: Listener) -> None:
        self._workspaces = workspaces
        self._names = names
        self._listener = listener

    @property
    def started(self) -> asyncio.Event:
        """Set when Slack can reach us."""
        return self._listener.started

    @property
    def connected(self) -> bool:
        """Whether Slack can reach us now."""
        return self._listener.started.is_set()

    @property
    def url(self) -> str:
        """Where HTTP mode listens; empty in Socket Mode."""
        return self._listener.url

    def text_width(self, run: Text) -> int:
        return render.width(run)

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        answer = await self._workspaces.call(
            place.space,
            "chat_postMessage",
            channel=place.channel,
            thread_ts=place.thread or None,
            metadata={"event_type": EVENT, "event_payload": {"key": key}},
            mrkdwn=False,
            unfurl_links=False,
            unfurl_media=False,
            **render.payload(await self._names.written(message, place.space)),
        )
        return Ref(place, str(answer["ts"]))

    async def find_post(self, place: Place, *, key: str, since: datetime) -> Ref | None:
        bot = (await self._workspaces.installs.of(place.space)).bot_user
        async for said in self._said(place, since - SKEW):
            if said.get("user") == bot and _key(said) == key:
                return Ref(place, str(said["ts"]))
        return None

    async def edit_post(self, ref: Ref, message: Message) -> None:
        # Without `metadata` Slack keeps the mark that the post was given.
        shown = render.payload(await self._names.written(message, ref.place.space))
        await self._workspaces.call(ref.place.space, "chat_update", channel=ref.place.channel, ts=ref.id, **shown)

    async def count_reactions(self, ref: Ref) -> Mapping[str, frozenset[str]]:
        bot = (await self._workspaces.installs.of(ref.place.space)).bot_user
        answer = await self._workspaces.call(
            ref.place.space, "reactions_get", channel=ref.place.channel, timestamp=ref.id, full=True
        )
        people: dict[str, set[str]] = {}
        for reaction in (answer.get("message") or {}).get("reactions", ()):
            if emoji := emoji_of(str(reaction.get("name", ""))):  # `+1` and `+1::skin-tone-3` are one
                people.setdefault(emoji, set()).update(map(str, reaction.get("users", ())))
        return {emoji: frozenset(who - {bot}) for emoji, who in people.items() if who - {bot}}

    def message_url(self, ref: Ref) -> str:
        """Slack's own way to a message of a workspace whose web address is not known (docs: deep linking)."""
        query = {"team": ref.place.space, "channel": ref.place.channel, "message_ts": ref.id}
        return f"https://slack.com/app_redirect?{urlencode(query)}"

    async def open_direct_message(self, person: str, space: str) -> Place:
        answer = await self._workspaces.call(space, "conversations_open", users=person)
        return Place(PLATFORM, space, str(answer["channel"]["id"]))

    async def may_post(self, place: Place) -> bool:
        found = (await self._workspaces.call(place.space, "conversations_info", channel=place.channel))["channel"]
        return not found.get("is_archived") and bool(found.get("is_member") or found.get("is_im"))

    async def check_setup(self) -> Sequence[Finding]:
        return await look(self._workspaces, self._listener.missing())

    async def listen(self, core: Core) -> None:
        await self._listener.run(NamingCore(core, self._names))

    async def aclose(self) -> None:
        await self._listener.aclose()
        await self._workspaces.aclose()

    async def _said(self, place: Place, oldest: datetime) -> AsyncIterator[Json]:
        """Messages of a channel or a thread since a moment, page by page."""
        method = "conversations_replies" if place.thread else "conversations_history"
        where: Json = {"channel": place.channel, "oldest": f"{oldest.timestamp():.6f}", "limit": PAGE}
        cursor = ""
        while True:
            more: Json = ({"ts": place.thread} if place.thread else {}) | ({"cursor": cursor} if cursor else {})
            page = await self._history(place.space, method, where | more)
            for said in page.get("messages") or ():
                yield said
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return

    async def _history(self, space: str, method: str, where: Json) -> Json:
        try:
            answer = await self._workspaces.call(space, method, include_all_metadata=True, **where)
        except Refused as error:
            if "scope" not in error.message:
                raise
            raise Refused(error.message, HISTORY) from None  # posting still works: the schedule goes on
        return answer.data if isinstance(answer.data, dict) else {}


def _key(said: Json) -> str:
    """The delivery key that a message was marked with."""
    mark = said.get("metadata") or {}
    payload = mark.get("event_payload") or {}
    return str(payload.get("key", "")) if mark.get("event_type") == EVENT else ""
