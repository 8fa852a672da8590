"""How often a stranger may have something looked for: a new search costs far more than a page that is kept."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.site.api.limits import Limits, address
from adapters.site.site import Site

SEARCHES = ("/search", "/topic/", "/author/", "/feeds/search", "/feeds/topic/", "/feeds/author/")


def add(app: web.Application, site: Site) -> None:
    """On the open Internet only: on one machine everybody is the same address."""
    if not site.settings.public_url:
        return
    limits, most = Limits(site.clock), site.settings.searches_per_minute

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(SEARCHES) or "topic" in request.query:
            allowed = limits.take("searches", address(request, proxied=site.settings.proxied), most)
            if allowed.left < 0:
                raise web.HTTPTooManyRequests(headers={"Retry-After": str(allowed.seconds)} | allowed.headers)
        return await handler(request)

    app.middlewares.append(check)
