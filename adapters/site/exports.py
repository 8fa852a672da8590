"""Papers as files to take along: citations of one paper; a list as citations or as Markdown."""

import io
import re
import zipfile
from collections.abc import Sequence

from aiohttp import web

from adapters.site import links
from adapters.site.site import Site
from bot.chat.catalog import CatalogEntry
from bot.papers.citations import FORMATS, cite, render

HEADERS = {"Cache-Control": "private, max-age=60"}


class Exports:
    """The addresses of files."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def add_routes(self, app: web.Application) -> None:
        cite = "cite.{ending:bib|ris|json}"
        app.add_routes([web.get(f"/papers/{{id:.+}}/{cite}", self.cite)])
        app.add_routes([web.get(f"/feeds/list/{{secret:[\\w-]+}}/{cite}", self.cite)])
        app.add_routes([web.get("/feeds/list/{secret:[\\w-]+}/papers.zip", self.markdown)])

    async def cite(self, request: web.Request) -> web.Response:
        """The citation of one paper, or of the papers of a list."""
        ending = request.match_info["ending"]
        text = cite([entry.paper for entry in await self._entries(request)], ending)
        return _file(text.encode(), FORMATS[ending][1], ending)

    async def markdown(self, request: web.Request) -> web.Response:
        """A Markdown file with front matter for each paper, as Obsidian and Notion take them."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for entry in await self._entries(request):
                archive.writestr(re.sub(r"[^\w.-]+", "-", entry.paper.id) + ".md", render("paper.md", entry=entry))
        return _file(packed.getvalue(), "application/zip", "zip")

    async def _entries(self, request: web.Request) -> Sequence[CatalogEntry]:
        """The papers that an address names. Raises `web.HTTPNotFound`."""
        self._site.admit(request)()
        named = request.match_info
        owner, name = self._site.open_list(named["secret"]) if "secret" in named else ("", links.paper_id(named["id"]))
        if found := (await self._site.catalog.list_papers(owner, name)).papers:
            return found
        raise web.HTTPNotFound


def _file(body: bytes, content_type: str, ending: str) -> web.Response:
    disposition = {"Content-Disposition": f'attachment; filename="papers.{ending}"'}
    return web.Response(body=body, headers=HEADERS | disposition | {"Content-Type": content_type})
