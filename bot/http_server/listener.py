"""What an adapter with pages of its own shows of its web server: whether it answers, and where."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from attrs import define, field

from bot.http_server.server import HttpServer


@define(eq=False)
class WebListener:
    """To inherit from: `started` is set while the server answers, at `url`."""

    started: asyncio.Event = field(init=False, factory=asyncio.Event)
    url: str = field(init=False, default="")
    _server: HttpServer | None = field(init=False, default=None)

    @asynccontextmanager
    async def answering(
        self, server: HttpServer, host: str, port: int, *, setting: str, next_ports: int = 0
    ) -> AsyncIterator[None]:
        """Answer while this lasts; see `HttpServer.start`. Raises `ConfigError`."""
        self._server = server
        try:
            self.url = await server.start(host, port, setting=setting, next_ports=next_ports)
            self.started.set()
            yield
        finally:
            await self.stop_server()

    async def stop_server(self) -> None:
        """Answer no more."""
        self.started.clear()
        if self._server:
            await self._server.stop()
