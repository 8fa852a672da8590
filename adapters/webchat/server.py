"""The web server: started, kept up to date, and let go."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from adapters.webchat import guard
from adapters.webchat.listen import Desk
from adapters.webchat.room import Room
from adapters.webchat.routes import Routes
from bot.chat.adapter import Core
from bot.errors import ConfigError, PaperboyError

log = logging.getLogger(__name__)

TRIED_PORTS = 10  # after the wanted one
CATCH_UP = 1.5  # seconds between looks for other processes' posts


class Server:
    """Serves the room to browsers."""

    def __init__(self, room: Room, host: str, port: int) -> None:
        self._room = room
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None
        self._desk: Desk | None = None
        self._closing = asyncio.Event()
        self.started = asyncio.Event()
        self.url = ""

    async def serve(self, core: Core) -> None:
        """Answer until cancelled."""
        await self.start(core)
        while True:
            await asyncio.sleep(CATCH_UP)
            try:
                await self._room.catch_up()
            except PaperboyError as error:
                log.error("%s", error)  # tried again at the next look

    async def start(self, core: Core) -> str:
        """Begin to answer; returns the address."""
        app = web.Application(middlewares=[guard.guard(self._host)], client_max_size=guard.MOST_BYTES)
        self._desk = Desk(self._room, core)
        Routes(self._room, core, self._desk, self._closing).add(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        host = f"[{self._host}]" if ":" in self._host else self._host
        self.url = f"http://{host}:{await self._bind(self._runner)}"
        self.started.set()
        return self.url

    async def aclose(self) -> None:
        """Let all readers go."""
        self._closing.set()
        if self._runner:
            await self._runner.cleanup()
        if self._desk:
            await self._desk.aclose()

    async def _bind(self, runner: web.AppRunner) -> int:
        """The wanted port, or one of the next: somebody else's program may have it."""
        last: OSError | None = None
        for port in range(self._port, min(self._port + (TRIED_PORTS if self._port else 1), 65_536)):
            try:
                site = web.TCPSite(runner, self._host, port)
                await site.start()
            except OSError as error:
                last = error
                continue
            if port != self._port:
                log.warning("port %d is taken; using %d", self._port, port)
            bound: int = runner.addresses[0][1]
            return bound
        raise ConfigError(f"No port from {self._port} on is free ({last}).", "Set PAPERBOY_WEB_PORT.")
