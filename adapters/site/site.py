"""The services that every part of the site uses."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from aiohttp import web

from adapters.site.settings import Settings
from bot.chat.adapter import Core, Setup
from bot.chat.catalog import Catalog
from bot.chat.event import Place
from bot.http_server import RateLimiter, Sealer, client_address
from bot.papers.model import Paper, PaperId
from bot.papers.pictures import FIGURE, THUMBNAIL, Picture

PICTURED_WITHIN = timedelta(days=7)  # pictures of papers listed longer ago are deleted
KEY_FILE = "site.key"
CHANNEL_FEED = "channel feed"  # the name that places are sealed under
LIST = "list"  # and lists


class Site(Setup, frozen=True, kw_only=True):
    """What the adapter was built with, the settings, the core, and where the site is."""

    settings: Settings
    core: Core
    url: str  # where readers reach it, without a slash at the end
    sealer: Sealer
    max_streams: int  # of votes, to open pages
    made_pages: RateLimiter  # pages and feeds that are made for one client; those from the cache are free

    @property
    def catalog(self) -> Catalog:
        return self.core.catalog

    @property
    def is_https(self) -> bool:
        return self.url.startswith("https:")

    @property
    def authority(self) -> str:
        """The authority in permanent feed ids: the public host, or a name of this installation."""
        host = urlsplit(self.settings.public_url).hostname or ""
        return host if host and ":" not in host else f"{self.sealer.tag('authority', '')[:16]}.invalid"

    async def pictures(self, papers: Iterable[Paper]) -> dict[PaperId, Picture]:
        """The pictures of those papers that have one here: only papers listed lately do."""
        lately = self.clock.now().date() - PICTURED_WITHIN
        ids = [paper.id for paper in papers if paper.as_of and paper.as_of >= lately]
        kinds = (THUMBNAIL, FIGURE)  # a figure replaces a thumbnail
        return {id: found for kind in kinds for id in ids if (found := await self.picture(f"{kind}{id}"))}

    def open_list(self, secret: str) -> tuple[str, str]:
        """The owner and name that `seal_list` sealed. Raises `web.HTTPNotFound` for anything else."""
        if (opened := self.sealer.open_stable(LIST, secret)) is None:
            raise web.HTTPNotFound
        owner, _, name = opened.decode().partition("\n")
        return owner, name

    def client(self, request: web.Request) -> str:
        """The client of a request, for rate limits."""
        return client_address(request, proxied=self.settings.proxied)

    def admit(self, request: web.Request) -> Callable[[], None]:
        """Counts one page made for the client of this request; raises `web.HTTPTooManyRequests` beyond the limit.

        Call the result where the store has to be asked; what comes from a cache is free.
        """

        def count() -> None:
            if self.settings.is_public:  # on one machine everyone has the same address
                self.made_pages.admit(self.client(request))

        return count


def seal_place(sealer: Sealer, place: Place) -> str:
    """A place for an address: it doesn't tell the channel, can't be made up, and is always the same."""
    return sealer.seal_stable(CHANNEL_FEED, str(place).encode())


def seal_list(sealer: Sealer, owner: str, name: str) -> str:
    """A list for an address, like `seal_place`."""
    return sealer.seal_stable(LIST, f"{owner}\n{name}".encode())


def open_place(sealer: Sealer, text: str) -> Place | None:
    """The place that was sealed; None for anything else."""
    opened = sealer.open_stable(CHANNEL_FEED, text)
    return Place.parse(opened.decode()) if opened is not None else None
