"""The life of a web server: listen, serve, stop."""

import asyncio
import contextlib
import logging
import socket
import sys
import time
from typing import Any

import msgspec
from aiohttp import web

from bot.errors import ConfigError
from bot.http_server import boundary as boundaries
from bot.http_server.boundary import Boundary
from bot.http_server.connections import Connection, ConnectionBook, ConnectionLimits

WANTED_DESCRIPTORS = 16_384
DEFAULT_DESCRIPTORS = 1_024  # on Windows, which has no such limit to raise
LOG_EVERY_S = 60.0
ACCEPT_FAILED = "socket.accept() out of system resource"  # asyncio's message for EMFILE and its kind

log = logging.getLogger(__name__)

NEXT_PORTS = 10  # tried after a port that another program has, where a server may move
SHUTDOWN_S = 2.0  # for requests that are being answered when the server stops
SWEEP_EVERY_S = 1.0
RESERVED_DESCRIPTORS = 256  # of the process: the database, answers from platforms and sources
MIN_CONNECTIONS = 16  # of a server, however few descriptors there are
MAX_SERVERS = 6  # in one process: site, chat, Slack, mail, operations, and one to spare


class HttpServer:
    """Serves one aiohttp application."""

    def __init__(
        self,
        name: str,
        app: web.Application,
        boundary: Boundary,
        limits: ConnectionLimits = ConnectionLimits(),  # noqa: B008 - frozen
    ) -> None:
        """`name` is for people: "the site". The application may still get routes until `start`."""
        self._name = name
        self._app = app
        self._boundary = boundary
        share = max((raise_descriptor_limit() - RESERVED_DESCRIPTORS) // MAX_SERVERS, MIN_CONNECTIONS)
        self._limits = msgspec.structs.replace(limits, total=min(limits.total, share))
        self._book = ConnectionBook(self._limits)
        self._runner: web.AppRunner | None = None
        self._socket: socket.socket | None = None
        self._listening: asyncio.Server | None = None
        self._sweeper: asyncio.Task[None] | None = None
        self.url = ""
        boundaries.install(app, boundary, body_s=limits.body_s)

    @property
    def max_connections(self) -> int:
        """As many as the limits and this process's share of descriptors allow: long streams must leave room."""
        return self._limits.total

    async def start(self, host: str, port: int, *, setting: str, next_ports: int = 0) -> str:
        """Begin to answer; returns the address. Port 0: any free one; `next_ports`: how many to try after a taken one.

        `setting` is what to change when no port is free. Raises `ConfigError`.
        """
        self.bind(host, port, setting=setting, next_ports=next_ports)
        await self.serve()
        return self.url

    def bind(self, host: str, port: int, *, setting: str, next_ports: int = 0) -> str:
        """Take the port; for a server that must know its address before it has its routes. See `start`."""
        self._socket = _bind(host, port, next_ports, self._name, setting)
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self._socket.getsockname()[1]}"
        return self.url

    async def serve(self) -> None:
        """Answer on the port that `bind` took."""
        assert self._socket is not None, "bind first"  # noqa: S101
        loop, book = asyncio.get_running_loop(), self._book
        limit_accept_log(loop)
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=SHUTDOWN_S)
        await self._runner.setup()
        server = self._runner.server
        assert server is not None  # noqa: S101 - after `setup` there is one
        server.request_handler = boundaries.rendering_errors(server.request_handler, self._boundary)
        self._listening = await loop.create_server(lambda: Connection(server, book, self._limits), sock=self._socket)
        self._sweeper = asyncio.create_task(_sweep(book))

    async def stop(self) -> None:
        """Answer no more; requests that are being answered have two seconds to end."""
        if self._listening:
            self._listening.close()
        elif self._socket:
            self._socket.close()
        if self._runner:
            await self._runner.cleanup()
        if self._sweeper:
            self._sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeper


async def _sweep(book: ConnectionBook) -> None:
    while True:
        await asyncio.sleep(SWEEP_EVERY_S)
        book.close_late()


def _bind(host: str, port: int, next_ports: int, name: str, setting: str) -> socket.socket:
    last: OSError | None = None
    for candidate in range(port, min(port + next_ports if port else port, 65_535) + 1):
        try:
            bound = socket.create_server((host, candidate), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        except OSError as error:
            last = error
            continue
        if candidate != port:
            log.warning("port %d is taken: %s uses %d", port, name, candidate)
        return bound
    ports = f"ports {port} to {port + next_ports} are" if port and next_ports else f"port {port} is"
    why = last.strerror if last else ""
    raise ConfigError(f"{name[0].upper()}{name[1:]} can't start: {ports} not free ({why}).", f"Set {setting}.")


if sys.platform != "win32":
    import resource


def raise_descriptor_limit() -> int:
    """Raise this process's soft limit as far as the hard limit and `WANTED_DESCRIPTORS` allow; returns the limit."""
    if sys.platform == "win32":
        return DEFAULT_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(WANTED_DESCRIPTORS, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return WANTED_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


class AcceptErrorLog:
    """An exception handler for the event loop: asyncio reports each refused accept, many a second, with a traceback."""

    def __init__(self) -> None:
        self._next_line = 0.0
        self._suppressed = 0

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if context.get("message") != ACCEPT_FAILED:
            loop.default_exception_handler(context)
            return
        self._suppressed += 1
        if (now := time.monotonic()) < self._next_line:
            return
        log.error("connections are refused: %s (%d times)", context.get("exception"), self._suppressed)
        self._next_line, self._suppressed = now + LOG_EVERY_S, 0


def limit_accept_log(loop: asyncio.AbstractEventLoop) -> None:
    """Log asyncio's accept errors at most once a minute. Leaves a handler that someone else has set."""
    if loop.get_exception_handler() is None:
        loop.set_exception_handler(AcceptErrorLog())
