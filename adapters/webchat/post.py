"""The adapter: posts, finds, edits and counts in the chat, and listens through a web server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import escape

from adapters.webchat.chat_state import ChatState
from adapters.webchat.handlers import Handlers
from adapters.webchat.history import History
from adapters.webchat.people import PLATFORM, SPACE
from adapters.webchat.records import CHANNEL_NAME, ChatMessage
from adapters.webchat.routes import MAX_BODY_BYTES, Routes
from adapters.webchat.settings import Settings
from bot.chat.adapter import Core, Finding, Limits, Setup
from bot.chat.event import Place, Ref
from bot.chat.message import Message, Text
from bot.errors import Refused
from bot.http_server import LOCAL_HOSTS, NEXT_PORTS, Boundary, HttpServer, WebListener, own_hosts
from bot.tasks import Supervisor

HEADERS = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
STORE_POLL_S = 1.5  # between reads of other processes' messages


def build_adapter(settings: Settings, setup: Setup) -> WebchatAdapter:
    """The adapter from its parts."""
    return WebchatAdapter(ChatState(History(setup.storage), setup.clock), settings, setup.tasks)


class WebchatAdapter(WebListener):
    """Implements every protocol of `bot.chat.adapter` that a chat can."""

    name = PLATFORM
    label = "chat in your browser"
    # A page has no limits of its own; these keep one message readable.
    limits = Limits(max_chars=60_000, max_blocks=120, max_block_chars=8_000, max_buttons=8)

    def __init__(self, state: ChatState, settings: Settings, tasks: Supervisor) -> None:
        super().__init__()
        self._state = state
        self._settings = settings
        self._tasks = tasks
        self._closing = asyncio.Event()

    def text_width(self, run: Text) -> int:
        return sum(len(escape(span.text)) for span in run)

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        if place.space != SPACE:
            raise Refused(f"The browser chat has no space {place.space!r}.", f"Use {PLATFORM}:{SPACE}/…", broken=True)
        if not CHANNEL_NAME.fullmatch(place.channel):
            raise Refused(f"{place.channel!r} can't be a channel name.", "Use a-z, 0-9, - and _.", broken=True)
        state = self._state
        sent = ChatMessage(
            id=state.new_id(), channel=place.channel, thread=place.thread, at=state.now(), message=message
        )
        return Ref(place, (await state.add_message(sent, key)).id)

    async def find_post(self, place: Place, *, key: str, since: datetime) -> Ref | None:
        message = await self._state.find_message(key)
        return Ref(place, message.id) if message else None

    async def edit_post(self, ref: Ref, message: Message) -> None:
        if not await self._state.edit_message(ref.id, message):
            raise Refused("That message is gone.", gone=True)

    async def count_reactions(self, ref: Ref) -> Mapping[str, frozenset[str]]:
        await self._state.load()
        return self._state.reactions(ref.id)

    def message_url(self, ref: Ref) -> str:
        """The channel with the message's thread open; empty in a process that doesn't serve the page."""
        if not self.url:
            return ""
        return f"{self.url}/c/{ref.place.channel}?{urlencode({'thread': ref.place.thread or ref.id})}"

    async def check_setup(self) -> Sequence[Finding]:
        """The chat has no sign-in, so it belongs on a loopback address."""
        host = self._settings.host
        hint = 'Anyone who reaches the browser chat is an admin there. Set host = "127.0.0.1" in [adapters.web].'
        return [Finding.check(f"browser chat on {host}", host in LOCAL_HOSTS, hint)]

    async def listen(self, core: Core) -> None:
        await self._state.load()
        self._closing = asyncio.Event()
        host, port, handlers = self._settings.host, self._settings.port, Handlers(self._state, core)
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        Routes(self._state, core, handlers, self._closing).add_to(app)
        server = HttpServer("the browser chat", app, Boundary(hosts=own_hosts(host), headers=HEADERS))
        try:
            async with self.answering(server, host, port, setting="PAPERBOY_WEB_PORT", next_ports=NEXT_PORTS):
                load = self._state.load_new_messages
                await self._tasks.repeat("web chat messages", load, STORE_POLL_S, wait_first=True)
        finally:
            await handlers.aclose()

    async def stop_server(self) -> None:
        """Close all connections, event streams included."""
        self._closing.set()
        await super().stop_server()

    async def aclose(self) -> None:
        await self.stop_server()
