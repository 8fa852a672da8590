"""The page, its parts, and the events that change it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from adapters.webchat import render
from adapters.webchat.chat_state import ChatState
from adapters.webchat.people import PEOPLE
from adapters.webchat.records import Change, ChatMessage
from bot.chat.adapter import Core
from bot.chat.event import Person

PAGE_MESSAGES = 50


class Pages:
    """Renders what the chat holds."""

    def __init__(self, state: ChatState, core: Core) -> None:
        self._state = state
        self._core = core

    def channel_page(
        self, channel: str, who: Person, csrf: str, *, thread: str = "", before: str = "", toast: str = ""
    ) -> str:
        """The whole page: channels, messages, and a thread if one is open.

        `thread` may be `newest`: the last message that has replies.
        """
        newest = thread == "newest"
        thread = self._newest_thread(channel) if newest else thread
        messages, has_earlier = self._state.channel_messages(channel, before=before, count=PAGE_MESSAGES)
        private = self._state.private_messages(who.id, channel)
        parent = self._state.message(thread) if thread else None
        replies = [*self._state.replies(thread), *(m for m in private if m.thread == thread)] if parent else []
        template = render.environment().get_template("page.html")
        return template.render(
            channel=channel,
            channels=self._state.channels,
            who=who,
            people=list(PEOPLE.values()),
            csrf=csrf,
            days=self._by_day([*messages, *(m for m in private if not m.thread)], who, csrf),
            earlier=messages[0].id if has_earlier and messages else "",
            thread=thread if parent else "",
            opened=newest,
            parent=self._html(parent, who, csrf, in_thread=True) if parent else "",
            replies=[self._html(m, who, csrf, in_thread=True) for m in sorted(replies, key=lambda m: m.id)],
            toast=toast,
            position=self._state.position,
        )

    def server_sent_event(self, change: Change, who: Person, channel: str, csrf: str) -> bytes:
        """The event that tells an open page of a new or changed message."""
        message = self._state.message(change.id)
        id = f"{self._state.position.partition('-')[0]}-{change.seq}"
        if message is None or (message.channel != channel and not change.new):
            return f"id: {id}\n\n".encode()
        is_here = message.channel == channel
        data = msgspec.json.encode(self.pieces(message, who, csrf) if is_here else message.channel).decode()
        return f"event: {'pieces' if is_here else 'unread'}\nid: {id}\ndata: {data}\n\n".encode()

    def pieces(self, message: ChatMessage, who: Person, csrf: str) -> list[dict[str, str]]:
        """The HTML of a message in each pane that shows it; for a reply also its parent's, whose count changes."""
        found = [self._piece(message, who, csrf, in_thread=bool(message.thread))]
        if not message.thread:
            found.append(self._piece(message, who, csrf, in_thread=True))
        elif parent := self._state.message(message.thread):
            found.append(self._piece(parent, who, csrf, in_thread=False))
        return found

    def _newest_thread(self, channel: str) -> str:
        messages, _ = self._state.channel_messages(channel, count=PAGE_MESSAGES)
        return next((message.id for message in reversed(messages) if self._state.replies(message.id)), "")

    def _piece(self, message: ChatMessage, who: Person, csrf: str, *, in_thread: bool) -> dict[str, str]:
        """`seq` tells the page which is newer: the stream of events can be faster than the answer to a request."""
        return {
            "seq": self._state.position.partition("-")[2],
            "id": message.id,
            "thread": message.thread,
            "pane": "thread" if in_thread else "stream",
            "day": message.at.date().isoformat(),
            "html": str(self._html(message, who, csrf, in_thread=in_thread)),  # msgspec knows no Markup
        }

    def _html(self, message: ChatMessage, who: Person, csrf: str, *, in_thread: bool) -> str:
        return render.render_message(
            message,
            reader=who.id,
            reactions=self._state.reactions(message.id),
            replies=len(self._state.replies(message.id)) if not in_thread else 0,
            csrf=csrf,
            menu=self._core.menu,
            in_thread=in_thread,
        )

    def _by_day(self, messages: Sequence[ChatMessage], who: Person, csrf: str) -> list[tuple[date, list[str]]]:
        days: dict[date, list[str]] = {}
        for message in sorted(messages, key=lambda m: m.id):
            days.setdefault(message.at.date(), []).append(self._html(message, who, csrf, in_thread=False))
        return list(days.items())
