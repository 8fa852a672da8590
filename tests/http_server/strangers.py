"""A real server on loopback, and strangers to it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.http_server import Boundary, ConnectionLimits, HttpServer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CONNECTED: list[Stranger] = []
HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello")


async def echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


@asynccontextmanager
async def serving(
    limits: ConnectionLimits = ConnectionLimits(),  # noqa: B008 - frozen
    boundary: Boundary = Boundary(),  # noqa: B008 - frozen
    **handlers: Handler,
) -> AsyncIterator[HttpServer]:
    """A server with `/`, `/echo` and one address for each handler."""
    app = web.Application(client_max_size=100_000)
    app.add_routes([web.get("/", hello), web.post("/echo", echo)])
    app.add_routes([web.route("*", f"/{name}", handler) for name, handler in handlers.items()])
    server = HttpServer("the test", app, boundary, limits)
    await server.start("127.0.0.1", 0, setting="PORT")
    try:
        yield server
    finally:
        await server.stop()


class Stranger:
    """Speaks to a server in bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.said = b""

    @classmethod
    async def connect(cls, url: str, source: str = "127.0.0.1") -> Stranger:
        host, _, port = url.removeprefix("http://").rpartition(":")
        found = cls(*await asyncio.open_connection(host, int(port), local_addr=(source, 0)))
        CONNECTED.append(found)
        return found

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def is_closed(self, seconds: float) -> bool:
        """Whether the server closes the connection within so many seconds."""
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(seconds):
                while more := await self.reader.read(65_536):
                    self.said += more
        return self.reader.at_eof() or self.reader.exception() is not None

    async def answer(self, seconds: float = 5) -> str:
        """Everything the server says until it closes."""
        async with asyncio.timeout(seconds):
            return (await self.reader.read()).decode()

    def leave(self) -> None:
        self.writer.transport.abort()
