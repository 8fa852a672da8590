"""HTTP mode: Slack's requests, whose signature Bolt checks, a health check, and the installation pages."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp

from bot.chat.adapter import Core
from bot.errors import ConfigError

EVENTS, HEALTH = "/slack/events", "/healthz"
MAX_BODY_BYTES = 4 * 1024 * 1024


class Server:
    """Listens on a port of this machine. A reverse proxy has to terminate TLS."""

    def __init__(self, app: AsyncApp, core: Core, add_routes: Callable[[web.Application], None] | None) -> None:
        self._app = app
        self._core = core
        self._add_routes = add_routes
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self, host: str, port: int) -> None:
        """Returns when it accepts requests. Raises `ConfigError` when the port is taken."""
        pages = web.Application(client_max_size=MAX_BODY_BYTES)
        pages.router.add_post(EVENTS, self._events)
        pages.router.add_get(HEALTH, self._health)
        if self._add_routes:
            self._add_routes(pages)
        self._runner = web.AppRunner(pages, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise ConfigError(f"Port {port} of {host} can't be used: {error}.", "Set SLACK_PORT.") from error
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def aclose(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _events(self, request: web.Request) -> web.StreamResponse:
        answer = await self._app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)

    async def _health(self, request: web.Request) -> web.Response:
        problems = dict(await self._core.health_problems())
        return web.json_response({"ok": not problems, **problems}, status=503 if problems else 200)
