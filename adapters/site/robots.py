"""What programs that read the whole site are told: where they may go, and what there is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from xml.sax.saxutils import escape

from aiohttp import web

from adapters.site import dates, links
from adapters.site.lists import EVERY
from adapters.site.site import Site

ADDRESSES = 10_000  # in one file; the protocol allows 50,000
KEPT = 3_600.0  # seconds a file is given out before it is made anew
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


class Robots:
    """`robots.txt` and the sitemap."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._kept: dict[str, tuple[float, bytes]] = {}

    def add(self, app: web.Application) -> None:
        app.add_routes(
            [
                web.get("/robots.txt", self.robots),
                web.get("/sitemap.xml", self.index),
                web.get("/sitemap-days.xml", self.days),
                web.get(r"/sitemap-papers-{number:[1-9]\d{0,3}}.xml", self.papers),
            ]
        )

    async def robots(self, request: web.Request) -> web.Response:
        if not self._site.settings.public_url:
            return web.Response(text="User-agent: *\nDisallow: /\n")
        return web.Response(text=f"User-agent: *\nDisallow: /search\nSitemap: {self._site.url}/sitemap.xml\n")

    async def index(self, request: web.Request) -> web.Response:
        catalog = self._site.catalog
        files = -(-await catalog.paper_count() // ADDRESSES)
        names = ["/sitemap-days.xml", *(f"/sitemap-papers-{number}.xml" for number in range(1, files + 1))]
        entries = "".join(f"<sitemap><loc>{self._address(name)}</loc></sitemap>\n" for name in names)
        return _xml(f"{HEAD}<sitemapindex {SPACE}>\n{entries}</sitemapindex>\n".encode())

    async def days(self, request: web.Request) -> web.Response:
        days = [day for day, _ in await self._site.catalog.listed_days(limit=EVERY)]
        kinds: tuple[dates.Kind, ...] = ("date", "week", "month")
        lists = dict.fromkeys(dates.path(kind, day) for kind in kinds for day in days)
        return _xml(self._urls(["/", "/topics", "/archive", *lists]))

    async def papers(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        made, body = self._kept.get(request.path, (0.0, b""))
        now = asyncio.get_running_loop().time()
        if not body or now - made > KEPT:
            ids = await self._site.catalog.paper_ids(offset=(number - 1) * ADDRESSES, limit=ADDRESSES)
            if not ids:
                raise web.HTTPNotFound
            body = await asyncio.to_thread(self._urls, map(links.paper, ids))
            self._kept[request.path] = now, body
        return _xml(body)

    def _urls(self, paths: Iterable[str]) -> bytes:
        entries = "".join(f"<url><loc>{self._address(path)}</loc></url>\n" for path in paths)
        return f"{HEAD}<urlset {SPACE}>\n{entries}</urlset>\n".encode()

    def _address(self, path: str) -> str:
        return escape(f"{self._site.url}{path}")


def _xml(body: bytes) -> web.Response:
    found = web.Response(body=body, content_type="application/xml", charset="utf-8")
    found.enable_compression()
    return found
