"""The web server of the pages."""

from aiohttp import web

from adapters.email.handlers import Handlers
from adapters.email.signup import Services, Signup
from bot.chat.adapter import Core
from bot.http_server import Boundary, ConnectionLimits, HttpServer, own_hosts

MAX_BODY_BYTES = 2 * 1024 * 1024  # a report contains the mail that it is about
HEADERS = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}  # addresses of the pages contain tokens


def make_server(services: Services, signup: Signup, core: Core) -> HttpServer:
    """A server for a port of this machine, without TLS: a proxy adds that."""
    settings = services.settings
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    handlers = Handlers(services, signup, core)
    handlers.add_to(app)
    boundary = Boundary(
        hosts=own_hosts(settings.listen_host, settings.base_url),
        https=settings.base_url.startswith("https://"),
        headers=HEADERS,
        render_error=handlers.pages.error,
    )
    return HttpServer("the mail pages", app, boundary, ConnectionLimits(proxied=settings.proxied))
