"""The files that the pages load."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from adapters.site.templating import STATIC
from bot.papers.pictures import Picture

A_DAY = "public, max-age=86400"


def add_routes(app: web.Application, picture: Callable[[str], Awaitable[Picture | None]]) -> None:
    async def show_picture(request: web.Request) -> web.Response:
        found = await picture("{kind}/{paper}".format_map(request.match_info))
        if found is None:
            raise web.HTTPNotFound
        return web.Response(body=found.jpeg, content_type="image/jpeg", headers={"Cache-Control": A_DAY})

    async def show_icon(request: web.Request) -> web.Response:
        return STATIC.response(request, "paperboy.svg", A_DAY)

    app.add_routes([web.get("/{kind:thumbnail|figure}/{paper}.jpg", show_picture)])
    app.add_routes([web.get("/static/{name}", STATIC.serve)])
    # Browsers ask for these addresses whatever the page says.
    app.add_routes([web.get(path, show_icon) for path in ("/favicon.ico", "/favicon.svg")])
