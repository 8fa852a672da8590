"""The web server of the chat."""

import asyncio

from aiohttp import web

from adapters.webchat.chat_state import ChatState
from adapters.webchat.handlers import Handlers
from adapters.webchat.routes import MAX_BODY_BYTES, Routes
from adapters.webchat.settings import Settings
from bot.chat.adapter import Core
from bot.http_server import NEXT_PORTS, Boundary, HttpServer, own_hosts
from bot.tasks import Supervisor

STORE_POLL_S = 1.5  # between reads of other processes' messages
HEADERS = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}


class Server:
    """Serves the chat to browsers."""

    def __init__(self, state: ChatState, settings: Settings, tasks: Supervisor) -> None:
        self._state = state
        self._settings = settings
        self._tasks = tasks
        self._http: HttpServer | None = None
        self._handlers: Handlers | None = None
        self._closing = asyncio.Event()
        self.started = asyncio.Event()
        self.url = ""

    async def serve(self, core: Core) -> None:
        """Answer until cancelled. Raises `ConfigError` when no port is free."""
        self._closing = asyncio.Event()
        self._handlers = Handlers(self._state, core)
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        Routes(self._state, core, self._handlers, self._closing).add_to(app)
        host = self._settings.host
        self._http = HttpServer("the browser chat", app, Boundary(hosts=own_hosts(host), headers=HEADERS))
        try:
            setting = "PAPERBOY_WEB_PORT"
            self.url = await self._http.start(host, self._settings.port, setting=setting, next_ports=NEXT_PORTS)
            self.started.set()
            await self._tasks.repeat("web chat messages", self._state.load_new_messages, STORE_POLL_S, wait_first=True)
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Close all connections, event streams included."""
        self._closing.set()
        self.started.clear()
        if self._http:
            await self._http.stop()
        if self._handlers:
            await self._handlers.aclose()
