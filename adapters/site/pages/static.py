"""The files that the pages load."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from adapters.site.templating import STATIC

A_DAY = "public, max-age=86400"


def add_routes(app: web.Application, picture: Callable[[str], Awaitable[bytes | None]]) -> None:
    async def show_picture(request: web.Request) -> web.Response:
        if not (body := await picture(request.match_info["paper"])):
            raise web.HTTPNotFound
        return web.Response(body=body, content_type="image/jpeg", headers={"Cache-Control": A_DAY})

    app.add_routes([web.get("/picture/{paper}.jpg", show_picture)])
    app.add_routes([web.get("/static/{name}", STATIC.serve)])
    app.add_routes([web.get(path, _icon) for path in ("/favicon.ico", "/favicon.svg")])


async def _icon(request: web.Request) -> web.Response:
    """Browsers ask for these addresses whatever the page says."""
    return STATIC.response(request, "paperboy.svg", A_DAY)
