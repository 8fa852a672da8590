"""The files that the pages load."""

from __future__ import annotations

from aiohttp import web

from adapters.site import look

FOR_EVER = "public, max-age=31536000, immutable"  # their addresses change when they do


def add(app: web.Application) -> None:
    app.add_routes([web.get("/static/{name}", _static), web.get("/favicon.ico", _icon), web.get("/favicon.svg", _icon)])


async def _static(request: web.Request) -> web.Response:
    return _file(request.match_info["name"], FOR_EVER if request.query_string else "no-cache")


async def _icon(request: web.Request) -> web.Response:
    """For browsers that look without being told."""
    return _file("paperboy.svg", "public, max-age=86400")


def _file(name: str, keeping: str) -> web.Response:
    found = look.static().get(name)
    if found is None:
        raise web.HTTPNotFound
    return web.Response(body=found[0], content_type=found[1], headers={"Cache-Control": keeping})
