"""The page, its parts, and the events that change it."""

from collections.abc import Sequence
from datetime import date

import msgspec
from msgspec.structs import replace

from adapters.webchat import render
from adapters.webchat.chat_state import ChatState
from adapters.webchat.people import PEOPLE
from adapters.webchat.records import Change, ChatMessage
from adapters.webchat.render import Reader
from bot.chat.adapter import Core
from bot.chat.message import Card

PAGE_MESSAGES = 50


class Pages:
    """Renders what the chat holds."""

    def __init__(self, state: ChatState, core: Core) -> None:
        self._state = state
        self._core = core

    async def channel_page(
        self, channel: str, reader: Reader, *, thread: str = "", before: str = "", toast: str = ""
    ) -> str:
        """The whole page: channels, messages, and a thread if one is open.

        `thread` may be `newest`: the last message that has replies.
        """
        newest = thread == "newest"
        messages, has_earlier = self._state.channel_messages(channel, before=before, count=PAGE_MESSAGES)
        if newest:
            latest, _ = self._state.channel_messages(channel, count=PAGE_MESSAGES)
            thread = next((message.id for message in reversed(latest) if self._state.replies(message.id)), "")
        private = self._state.private_messages(reader.who.id, channel)
        parent = self._state.message(thread) if thread else None
        replies = [*self._state.replies(thread), *(m for m in private if m.thread == thread)] if parent else []
        reader = await self._with_votes(reader, [*messages, *private, *replies, *([parent] if parent else [])])
        template = render.environment().get_template("page.html")
        return template.render(
            channel=channel,
            channels=self._state.channels,
            who=reader.who,
            people=list(PEOPLE.values()),
            csrf=reader.csrf,
            days=self._by_day([*messages, *(m for m in private if not m.thread)], reader),
            earlier=messages[0].id if has_earlier and messages else "",
            thread=thread if parent else "",
            opened=newest,
            parent=self._html(parent, reader, in_thread=True) if parent else "",
            replies=[self._html(m, reader, in_thread=True) for m in sorted(replies, key=lambda m: m.id)],
            toast=toast,
            position=self._state.position,
        )

    async def server_sent_event(self, change: Change, reader: Reader, channel: str) -> bytes:
        """The event that tells an open page of a new or changed message."""
        message = self._state.message(change.id)
        id = f"{self._state.position.partition('-')[0]}-{change.seq}"
        if message is None or (message.channel != channel and not change.new):
            return f"id: {id}\n\n".encode()
        is_here = message.channel == channel
        data = msgspec.json.encode(await self.pieces(message, reader) if is_here else message.channel).decode()
        return f"event: {'pieces' if is_here else 'unread'}\nid: {id}\ndata: {data}\n\n".encode()

    async def pieces(self, message: ChatMessage, reader: Reader) -> list[dict[str, str]]:
        """The HTML of a message in each pane that shows it; for a reply also its parent's, whose count changes."""
        parent = self._state.message(message.thread) if message.thread else None
        reader = await self._with_votes(reader, [message, *([parent] if parent else [])])
        found = [self._piece(message, reader, in_thread=bool(message.thread))]
        if not message.thread:
            found.append(self._piece(message, reader, in_thread=True))
        elif parent:
            found.append(self._piece(parent, reader, in_thread=False))
        return found

    async def _with_votes(self, reader: Reader, messages: Sequence[ChatMessage]) -> Reader:
        """The reader with the papers in these messages that they voted for."""
        papers = {block.paper for m in messages for block in m.message.blocks if isinstance(block, Card)}
        votes = await self._core.catalog.votes_by(reader.who, papers) if papers else {}
        return replace(reader, voted=frozenset(paper for paper, vote in votes.items() if vote > 0))

    def _piece(self, message: ChatMessage, reader: Reader, *, in_thread: bool) -> dict[str, str]:
        """`seq` tells the page which is newer: the stream of events can be faster than the answer to a request."""
        return {
            "seq": self._state.position.partition("-")[2],
            "id": message.id,
            "thread": message.thread,
            "pane": "thread" if in_thread else "stream",
            "day": message.at.date().isoformat(),
            "html": str(self._html(message, reader, in_thread=in_thread)),  # msgspec knows no Markup
        }

    def _html(self, message: ChatMessage, reader: Reader, *, in_thread: bool) -> str:
        return render.render_message(
            message,
            reader=reader,
            reactions=self._state.reactions(message.id),
            replies=len(self._state.replies(message.id)) if not in_thread else 0,
            menu=self._core.menu,
            in_thread=in_thread,
        )

    def _by_day(self, messages: Sequence[ChatMessage], reader: Reader) -> list[tuple[date, list[str]]]:
        days: dict[date, list[str]] = {}
        for message in sorted(messages, key=lambda m: m.id):
            days.setdefault(message.at.date(), []).append(self._html(message, reader, in_thread=False))
        return list(days.items())
