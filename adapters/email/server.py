"""The web server of the pages, and the tidying beside it."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from adapters.email.pages import Pages
from adapters.email.signup import Parts, Signup
from bot.chat.adapter import Core
from bot.errors import ConfigError, PaperboyError

log = logging.getLogger(__name__)

MOST_BYTES = 2 * 1024 * 1024  # a report has the mail that it is about in it
TIDY = 3600.0  # seconds


class Server:
    """Answers on a port of this machine; TLS is the business of what stands before it."""

    def __init__(self, parts: Parts, signup: Signup) -> None:
        self._parts = parts
        self._signup = signup
        self._runner: web.AppRunner | None = None
        self.started = asyncio.Event()
        self.url = ""

    async def serve(self, core: Core) -> None:
        """Answer until cancelled."""
        await self._start(core)
        while True:
            try:
                await self._parts.subscribers.tidy()
                await self._parts.journal.tidy()
            except PaperboyError as error:
                log.error("the mail records could not be tidied: %s", error)  # tried again at the next look
            await asyncio.sleep(TIDY)

    async def aclose(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _start(self, core: Core) -> None:
        ours = self._parts.settings
        app = web.Application(client_max_size=MOST_BYTES)
        Pages(self._parts, self._signup, core).add(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)  # addresses of pages hold tokens
        await self._runner.setup()
        site = web.TCPSite(self._runner, ours.listen_host, ours.listen_port)
        try:
            await site.start()
        except OSError as error:
            said = f"Port {ours.listen_port} of {ours.listen_host} can't be used: {error}."
            raise ConfigError(said, "Set EMAIL_LISTEN_PORT.") from error
        host = f"[{ours.listen_host}]" if ":" in ours.listen_host else ours.listen_host
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"
        self.started.set()
