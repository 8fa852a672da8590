"""The adapter: the site's web server, and the addresses of channels' feeds."""

import asyncio
from collections.abc import Sequence
from functools import cached_property

from aiohttp import web
from msgspec.structs import asdict

from adapters.site import errors, links
from adapters.site.api.app import Api
from adapters.site.exports import Exports
from adapters.site.feeds.handlers import FeedHandlers
from adapters.site.members import commands, live, votes
from adapters.site.members.oauth import sign_in
from adapters.site.pages import static
from adapters.site.pages.lists import ListPages
from adapters.site.pages.page_cache import PageCache
from adapters.site.pages.paper import PaperPage
from adapters.site.pages.robots import Robots
from adapters.site.pages.search import SearchPages
from adapters.site.settings import Settings, check_setup
from adapters.site.site import KEY_FILE, Site, seal_list, seal_place
from bot.chat.adapter import Core, Finding, Setup
from bot.chat.event import Place
from bot.http_server import (
    NEXT_PORTS,
    Boundary,
    ConnectionLimits,
    HttpServer,
    RateLimiter,
    Sealer,
    open_sealer,
    own_hosts,
)

MAX_LINE_BYTES = 65_536  # of an address: a query that is too long gets a page that says so
MAX_BODY_BYTES = 16_384  # of a form


class SiteAdapter:
    """Implements `CanListen`, `HasDoctor`, and publishes feeds, lists and pictures (`bot.chat.adapter`)."""

    name = "site"
    label = "today's papers as web pages"

    def __init__(self, settings: Settings, setup: Setup) -> None:
        self._settings = settings
        self._setup = setup
        self._server: HttpServer | None = None
        self.started = asyncio.Event()
        self.url = ""

    async def listen(self, core: Core) -> None:
        """Answer until cancelled."""
        try:
            await self.start(core)
            await asyncio.Event().wait()
        finally:
            await self.aclose()

    async def start(self, core: Core) -> str:
        """Begin to answer; returns the address on this machine."""
        settings, app = self._settings, web.Application(client_max_size=MAX_BODY_BYTES)
        limits = ConnectionLimits(line_bytes=MAX_LINE_BYTES, proxied=settings.proxied)
        self._server = HttpServer("the site", app, self._boundary(), limits)
        self.url = self._server.bind(settings.host, settings.port, setting="SITE_PORT", next_ports=NEXT_PORTS)
        try:
            static.add_routes(app, self._setup.picture)
            add_routes(app, self._site(core, self._server.max_connections // 2))
            await self._server.serve()
        except BaseException:
            await self._server.stop()  # or its port would stay taken for the next attempt
            raise
        self.started.set()
        return self.url

    def feed_url(self, place: Place) -> str:
        """The secret address of a channel's feed; empty where no one outside this machine could open it."""
        public = self._settings.public_url
        return f"{public}/feeds/channel/{seal_place(self._sealer, place)}.atom" if public else ""

    def list_url(self, owner: str, name: str) -> str:
        """The secret address of a list's files. People of the browser chat are on this machine, and need no other."""
        public = self._settings.public_url or (self.url if owner.startswith("web:") else "")
        return f"{public}/feeds/list/{seal_list(self._sealer, owner, name)}" if public else ""

    def picture_url(self, name: str) -> str:
        """Where chats fetch a picture: they take https addresses only."""
        public = self._settings.public_url
        return f"{public}{links.picture(name)}" if public.startswith("https:") else ""

    async def check_setup(self) -> Sequence[Finding]:
        return check_setup(self._settings)

    async def aclose(self) -> None:
        if self._server:
            await self._server.stop()

    @cached_property
    def _sealer(self) -> Sealer:
        """Opened when it is needed: a command in the terminal makes no key."""
        setup = self._setup
        return open_sealer(setup.home / KEY_FILE, "the key of the site's secret links", setup.clock)

    def _boundary(self) -> Boundary:
        settings = self._settings
        return Boundary(
            hosts=own_hosts(settings.host, settings.public_url),
            https=settings.public_url.startswith("https:"),
            render_error=errors.render_error(settings.name),
        )

    def _site(self, core: Core, max_streams: int) -> Site:
        settings, setup = self._settings, self._setup
        return Site(
            **asdict(setup),
            settings=settings,
            core=core,
            url=settings.public_url or self.url,
            sealer=self._sealer,
            max_streams=max_streams,
            made_pages=RateLimiter(setup.clock, policy="pages", limit=settings.pages_per_minute),
        )


def add_routes(app: web.Application, site: Site) -> None:
    """Every address of the site."""
    cache = PageCache(site)
    ListPages(site).add_routes(app, cache)
    PaperPage(site).add_routes(app, cache)
    SearchPages(site).add_routes(app, cache)
    Robots(site).add_routes(app)
    sign_in.add_routes(app, site)
    votes.add_routes(app, site)
    live.add_routes(app, site)
    commands.add_routes(app, site)
    FeedHandlers(site).add_routes(app)
    Exports(site).add_routes(app)
    Api(site).add_routes(app)
