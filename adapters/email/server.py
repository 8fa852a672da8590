"""The web server of the pages."""

import asyncio

from aiohttp import web

from adapters.email.handlers import Handlers
from adapters.email.signup import Services, Signup
from bot.chat.adapter import Core
from bot.http_server import Boundary, ConnectionLimits, HttpServer, own_hosts
from bot.tasks import Supervisor

MAX_BODY_BYTES = 2 * 1024 * 1024  # a report contains the mail that it is about
CLEAN_UP_INTERVAL_S = 3600.0
HEADERS = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}  # addresses of the pages contain tokens


class Server:
    """Answers on a port of this machine, without TLS: a proxy adds that."""

    def __init__(self, services: Services, signup: Signup, tasks: Supervisor) -> None:
        self._services = services
        self._signup = signup
        self._tasks = tasks
        self._http: HttpServer | None = None
        self.started = asyncio.Event()
        self.url = ""

    async def serve(self, core: Core) -> None:
        """Answer, and delete expired records once an hour, until cancelled. Raises `ConfigError`."""
        settings = self._services.settings
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        handlers = Handlers(self._services, self._signup, core)
        handlers.add_to(app)
        boundary = Boundary(
            hosts=own_hosts(settings.listen_host, settings.base_url),
            https=settings.base_url.startswith("https://"),
            headers=HEADERS,
            render_error=handlers.pages.error,
        )
        limits = ConnectionLimits(proxied=settings.proxied)
        self._http = HttpServer("the mail pages", app, boundary, limits)
        try:
            setting = "EMAIL_LISTEN_PORT"
            self.url = await self._http.start(settings.listen_host, settings.listen_port, setting=setting)
            self.started.set()
            await self._tasks.repeat("email clean-up", self._delete_expired, CLEAN_UP_INTERVAL_S)
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        self.started.clear()
        if self._http:
            await self._http.stop()

    async def _delete_expired(self) -> None:
        await self._services.subscribers.delete_expired()
        await self._services.journal.delete_expired()
