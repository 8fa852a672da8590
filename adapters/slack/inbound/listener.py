"""Listens to Slack, by Socket Mode or over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp

from adapters.slack.client import Workspaces
from adapters.slack.inbound.admins import Admins
from adapters.slack.inbound.bolt_app import BoltApp
from adapters.slack.inbound.handlers import Handlers
from adapters.slack.inbound.server import Server
from adapters.slack.settings import Settings
from bot.chat.adapter import Core
from bot.clock import Clock
from bot.errors import ConfigError

PING_INTERVAL_S = 5.0  # a connection that broke silently is noticed after so long


class Listener:
    """Listens until cancelled. `started` is set while Slack can reach us."""

    def __init__(
        self,
        workspaces: Workspaces,
        admins: Admins,
        clock: Clock,
        settings: Settings,
        *,
        add_routes: Callable[[web.Application], None] | None = None,
        upkeep: Callable[[], Coroutine[None, None, None]] | None = None,
    ) -> None:
        """`add_routes` adds the installation pages in HTTP mode; `upkeep` runs while Slack is listened to."""
        self._workspaces = workspaces
        self._admins = admins
        self._clock = clock
        self._settings = settings
        self._add_routes = add_routes
        self._upkeep = upkeep
        self._server: Server | None = None
        self._bolt = BoltApp(workspaces)
        self.started = asyncio.Event()

    @property
    def url(self) -> str:
        """Where HTTP mode listens; empty in Socket Mode."""
        return self._server.url if self._server else ""

    async def listen(self, core: Core) -> None:
        if name := self._settings.missing_setting():
            raise ConfigError(
                f"[adapters.slack] has no {name}, so Slack can't reach Paperboy.",
                f"Set SLACK_{name.upper()}. docs/slack.md says where Slack shows it.",
            )
        handlers = Handlers(core, self._workspaces, self._admins, self._clock)
        app = self._bolt.build(handlers, self._settings.signing_secret)
        listening = self._serve_http(app, core) if self._settings.mode == "http" else self._connect_socket(app)
        tasks = [asyncio.create_task(listening)]
        if self._upkeep:
            tasks.append(asyncio.create_task(self._upkeep()))
        try:
            await asyncio.gather(*tasks)
        finally:
            self.started.clear()
            for task in tasks:
                if not task.cancelling():  # a second cancel would interrupt the closing of connections
                    task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._bolt.finish_handlers()

    async def aclose(self) -> None:
        await self._bolt.finish_handlers()
        if self._server:
            await self._server.aclose()

    async def _connect_socket(self, app: AsyncApp) -> None:
        handler = AsyncSocketModeHandler(app, self._settings.app_token, ping_interval=PING_INTERVAL_S)
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]
            self.started.set()
            await asyncio.Event().wait()
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]

    async def _serve_http(self, app: AsyncApp, core: Core) -> None:
        self._server = Server(app, core, self._add_routes)
        await self._server.start(self._settings.host, self._settings.port)
        self.started.set()
        try:
            await asyncio.Event().wait()
        finally:
            await self._server.aclose()
