"""The web server of the pages."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from adapters.email.handlers import Handlers
from adapters.email.signup import Services, Signup
from bot.chat.adapter import Core
from bot.errors import ConfigError, PaperboyError

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 2 * 1024 * 1024  # a report contains the mail that it is about
CLEAN_UP_INTERVAL_S = 3600.0


class Server:
    """Answers on a port of this machine, without TLS: a proxy adds that."""

    def __init__(self, services: Services, signup: Signup) -> None:
        self._services = services
        self._signup = signup
        self._runner: web.AppRunner | None = None
        self.started = asyncio.Event()
        self.url = ""

    async def serve(self, core: Core) -> None:
        """Answer, and delete expired records once an hour, until cancelled."""
        await self._start(core)
        while True:
            try:
                await self._services.subscribers.delete_expired()
                await self._services.journal.delete_expired()
            except PaperboyError as error:
                log.error("expired mail records not deleted: %s", error)
            await asyncio.sleep(CLEAN_UP_INTERVAL_S)

    async def aclose(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _start(self, core: Core) -> None:
        host, port = self._services.settings.listen_host, self._services.settings.listen_port
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        Handlers(self._services, self._signup, core).add_to(app)
        # No access log: the addresses of the pages contain tokens.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            raise ConfigError(f"I can't listen on port {port} of {host}: {error}.", "Set EMAIL_LISTEN_PORT.") from error
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self._runner.addresses[0][1]}"
        self.started.set()
