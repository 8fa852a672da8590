"""The web server of the site: started, and let go."""

from __future__ import annotations

import asyncio
import logging
import socket
from functools import cached_property

from aiohttp import web

from adapters.site import assets, flood, guard, live, sign_in, submit, votes
from adapters.site.api.server import Api
from adapters.site.feeds.routes import Feeds
from adapters.site.find import FindPages
from adapters.site.kept import Pages
from adapters.site.lists import ListPages
from adapters.site.paper_page import PaperPage
from adapters.site.robots import Robots
from adapters.site.secret import Secret, open_secret
from adapters.site.settings import Settings
from adapters.site.site import Site
from bot.chat.adapter import Core, Setup
from bot.chat.event import Place
from bot.errors import ConfigError

log = logging.getLogger(__name__)

TRIED_PORTS = 10  # after the wanted one: another program, or another Paperboy, may have it
MOST_LINE = 65_536  # bytes of an address: what is too long to search for is told so on a page


class SiteAdapter:
    """Implements `Listens` and `Feeds` of `bot.chat.adapter`."""

    name = "site"
    label = "the front page"

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
        furnish(
            app,
            Site(
                settings=ours,
                core=core,
                clock=self._setup.clock,
                home=self._setup.home,
                storage=self._setup.storage,
                url=ours.public_url or self.url,
                secret=self._secret,
            ),
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0, max_line_size=MOST_LINE)
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()
        self.started.set()
        return self.url

    def feed_url(self, place: Place) -> str:
        """The secret address of what a channel is brought; empty: nobody outside this machine could open it."""
        public = self._settings.public_url
        return f"{public}/feeds/channel/{self._secret.seal(place)}.atom" if public else ""

    @cached_property
    def _secret(self) -> Secret:
        """Opened when it is needed: a command in the terminal makes no key."""
        return open_secret(self._setup.home)

    async def aclose(self) -> None:
        if self._runner:
            await self._runner.cleanup()


def furnish(app: web.Application, site: Site) -> None:
    """Every room adds its addresses."""
    guard.add(app, site)
    flood.add(app, site)
    assets.add(app)
    pages = Pages(site)
    ListPages(site).add(app, pages)
    PaperPage(site).add(app, pages)
    FindPages(site).add(app, pages)
    Robots(site).add(app)
    sign_in.add(app, site)
    votes.add(app, site)
    live.add(app, site)
    submit.add(app, site)
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
    raise ConfigError(f"No port from {wanted} on is free for the front page ({last}).", "Set PAPERBOY_SITE_PORT.")
