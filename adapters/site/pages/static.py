"""The files that the pages load."""

from __future__ import annotations

from aiohttp import web

from adapters.site.templating import STATIC

A_DAY = "public, max-age=86400"


def add_routes(app: web.Application) -> None:
    app.add_routes([web.get("/static/{name}", STATIC.serve)])
    app.add_routes([web.get(path, _icon) for path in ("/favicon.ico", "/favicon.svg")])


async def _icon(request: web.Request) -> web.Response:
    """Browsers ask for these addresses whatever the page says."""
    return STATIC.response(request, "paperboy.svg", A_DAY)
