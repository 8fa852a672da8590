"""The web server of the site: started, and let go."""

from __future__ import annotations

import asyncio
import logging
import socket

from aiohttp import web

from adapters.front.api.server import Api
from adapters.front.feeds.routes import Feeds
from adapters.front.secret import open_secret
from adapters.front.settings import Settings
from adapters.front.site import Site
from bot.chat.adapter import Core, Setup
from bot.errors import ConfigError

log = logging.getLogger(__name__)

TRIED_PORTS = 10  # after the wanted one: another program, or another Paperboy, may have it


class FrontPage:
    """Implements `bot.chat.adapter.Listens`."""

    name = "front"

    def __init__(self, settings: Settings, setup: Setup) -> None:
        self._settings = settings
        self._setup = setup
        self._runner: web.AppRunner | None = None
        self.started = asyncio.Event()
        self.url = ""

    async def listen(self, core: Core) -> None:
        """Answer until cancelled."""
        await self.start(core)
        await asyncio.Event().wait()

    async def start(self, core: Core) -> str:
        """Begin to answer; returns the address."""
        ours = self._settings
        listening = _bind(ours.host, ours.port)
        host = f"[{ours.host}]" if ":" in ours.host else ours.host
        self.url = f"http://{host}:{listening.getsockname()[1]}"
        app = web.Application()
        secret, clock = open_secret(self._setup.home), self._setup.clock
        furnish(app, Site(settings=ours, core=core, clock=clock, url=ours.public_url or self.url, secret=secret))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()
        self.started.set()
        return self.url

    async def aclose(self) -> None:
        if self._runner:
            await self._runner.cleanup()


def furnish(app: web.Application, site: Site) -> None:
    """Every room adds its addresses."""
    Feeds(site).add(app)
    Api(site).add(app)


def _bind(host: str, wanted: int) -> socket.socket:
    """A socket on the wanted port, or on one of the next. Raises `ConfigError`."""
    last: OSError | None = None
    for port in range(wanted, min(wanted + (TRIED_PORTS if wanted else 1), 65_536)):
        try:
            bound = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        except OSError as error:
            last = error
            continue
        if port != wanted:
            log.warning("port %d is taken; the front page uses %d", wanted, port)
        return bound
    raise ConfigError(f"No port from {wanted} on is free for the front page ({last}).", "Set PAPERBOY_FRONT_PORT.")
