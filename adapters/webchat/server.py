"""The web server of the chat."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from adapters.webchat import guard
from adapters.webchat.chat_state import ChatState
from adapters.webchat.handlers import Handlers
from adapters.webchat.routes import Routes
from adapters.webchat.settings import Settings
from bot.chat.adapter import Core
from bot.errors import ConfigError, PaperboyError

log = logging.getLogger(__name__)

PORTS_TRIED = 10  # from the configured one on
STORE_POLL_S = 1.5  # between reads of other processes' messages


class Server:
    """Serves the chat to browsers."""

    def __init__(self, state: ChatState, settings: Settings) -> None:
        self._state = state
        self._settings = settings
        self._runner: web.AppRunner | None = None
        self._handlers: Handlers | None = None
        self._closing = asyncio.Event()
        self.started = asyncio.Event()
        self.url = ""

    async def serve(self, core: Core) -> None:
        """Answer until cancelled."""
        await self._start(core)
        while True:
            await asyncio.sleep(STORE_POLL_S)
            try:
                await self._state.load_new_messages()
            except PaperboyError as error:
                log.error("messages of other processes not read: %s", error)

    async def aclose(self) -> None:
        """Close all connections, event streams included."""
        self._closing.set()
        if self._runner:
            await self._runner.cleanup()
        if self._handlers:
            await self._handlers.aclose()

    async def _start(self, core: Core) -> None:
        host = self._settings.host
        app = web.Application(middlewares=[guard.request_guard(host)], client_max_size=guard.MAX_BODY_BYTES)
        self._handlers = Handlers(self._state, core)
        Routes(self._state, core, self._handlers, self._closing).add_to(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{await self._bind(self._runner)}"
        self.started.set()

    async def _bind(self, runner: web.AppRunner) -> int:
        """The configured port, or one of the next if another program uses it."""
        first = self._settings.port
        last_error: OSError | None = None
        for port in range(first, min(first + (PORTS_TRIED if first else 1), 65_536)):
            try:
                await web.TCPSite(runner, self._settings.host, port).start()
            except OSError as error:
                last_error = error
                continue
            if port != first:
                log.warning("port %d is in use; the chat uses %d", first, port)
            bound: int = runner.addresses[0][1]
            return bound
        raise ConfigError(f"No port from {first} on is free ({last_error}).", "Set PAPERBOY_WEB_PORT.")
