"""`robots.txt` and the sitemap, for search engines."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias

from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.site import dates, links
from adapters.site.pages.lists import MAX_DAYS
from adapters.site.site import Site
from adapters.site.templating import environment
from bot.http_server import Content, ResponseCache, cache_key

FILE_ADDRESSES = 10_000  # in one file; the protocol allows 50,000
FRESH_S = 3_600.0
CACHE_CONTROL = "max-age=3600"

MakeFile: TypeAlias = Callable[[web.Request], Awaitable[str]]


class Robots:
    """The pages that search engines may read, and the list of all pages."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._cache = ResponseCache(site.clock, fresh_s=FRESH_S)

    def add_routes(self, app: web.Application) -> None:
        app.add_routes(
            [
                web.get("/robots.txt", self.robots),
                web.get("/sitemap.xml", self._handler(self.index)),
                web.get("/sitemap-days.xml", self._handler(self.days)),
                web.get(r"/sitemap-papers-{number:[1-9]\d{0,3}}.xml", self._handler(self.papers)),
            ]
        )

    async def robots(self, request: web.Request) -> web.Response:
        if not self._site.settings.public_url:
            return web.Response(text="User-agent: *\nDisallow: /\n")
        return web.Response(text=f"User-agent: *\nDisallow: /search\nSitemap: {self._site.url}/sitemap.xml\n")

    async def index(self, request: web.Request) -> str:
        files = -(-await self._site.catalog.paper_count() // FILE_ADDRESSES)
        names = ["/sitemap-days.xml", *(f"/sitemap-papers-{number}.xml" for number in range(1, files + 1))]
        return self._xml(names, is_index=True)

    async def days(self, request: web.Request) -> str:
        days = [day for day, _ in await self._site.catalog.listed_days(limit=MAX_DAYS)]
        kinds: tuple[dates.Kind, ...] = ("date", "week", "month")
        lists = dict.fromkeys(dates.path(kind, day) for kind in kinds for day in days)
        return self._xml(["/", "/topics", "/archive", *lists])

    async def papers(self, request: web.Request) -> str:
        number = int(request.match_info["number"])
        ids = await self._site.catalog.paper_ids(offset=(number - 1) * FILE_ADDRESSES, limit=FILE_ADDRESSES)
        if not ids:
            raise web.HTTPNotFound
        return self._xml(map(links.paper, ids))

    def _handler(self, make_file: MakeFile) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            async def make() -> Content:
                xml = await make_file(request)
                return Content(body=xml.encode(), content_type="application/xml; charset=utf-8")

            file = await self._cache.get(cache_key(request), make, admit=self._site.admit(request))
            return file.response(request, CACHE_CONTROL)

        return answer

    def _xml(self, paths: Iterable[str], *, is_index: bool = False) -> str:
        template = environment().get_template("sitemap.xml")
        return template.render(site=self._site.url, paths=paths, is_index=is_index)
