"""Connections of strangers: how many, and how long each may take to send a request.

A connection waits (for a request to arrive completely, body included) or works (a request is being answered). Waiting
connections have a deadline and can be closed at any time to make room for others; working ones are left alone.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

from aiohttp import ClientError, web
from aiohttp.http_exceptions import HttpProcessingError
from msgspec import Struct

from bot.http_server.client_address import UNKNOWN, client_group
from bot.http_server.headers import raw_answer
from bot.metrics import HTTP_CLOSED

CLIENT_FAULTS = (
    ClientError,
    HttpProcessingError,
    web.RequestPayloadError,
    web.HTTPException,
    ConnectionError,
    TimeoutError,
)
"""Exceptions that a client causes by what it sends, or by leaving."""

BODY_GRACE_S = 2.0  # after `body_s`, for the answer that says so


class ConnectionLimits(Struct, frozen=True, kw_only=True):
    """Limits on the connections of a server."""

    total: int = 2_000  # open connections; fewer where the system grants few descriptors (`HttpServer`)
    per_client: int = 200  # of one IPv4 address or IPv6 /64
    proxied: bool = False  # all come from a proxy of ours, so `per_client` does not hold
    head_s: float = 10.0  # from the first byte of a request (or from connecting) to the end of its headers
    idle_s: float = 75.0  # between two requests, and for a client to take the whole answer; nginx keeps for 60 s
    body_s: float = 20.0  # from the end of the headers to the end of the body
    line_bytes: int = 8_190  # of the request line and of each header


class ConnectionBook:
    """All open connections of one server: decides who may come, and who has to go."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self._per_client = None if limits.proxied else limits.per_client
        self._total = limits.total
        self._head_s = limits.head_s
        self._open: Counter[str] = Counter()  # by client
        self._waiting: dict[str, dict[Connection, None]] = {}  # by client, the one that waits longest first
        self._all_waiting: dict[Connection, None] = {}
        self._count = 0

    def admit(self, connection: Connection) -> bool:
        """Take a new connection, closing the one that waits longest if there are too many. False: no room."""
        client = connection.client
        is_full = self._per_client is not None and self._open[client] >= self._per_client
        has_room = not is_full or self._evict(self._waiting.get(client))
        if not has_room or (self._count >= self._total and not self._evict(self._all_waiting)):
            HTTP_CLOSED.labels("full").inc()
            return False
        self._open[client] += 1
        self._count += 1
        self.wait(connection, self._head_s)
        return True

    def wait(self, connection: Connection, seconds: float) -> None:
        """The connection waits for a request, for so long at most."""
        connection.deadline = time.monotonic() + seconds
        self._waiting.setdefault(connection.client, {})[connection] = None
        self._all_waiting[connection] = None

    def work(self, connection: Connection) -> None:
        """The connection is answering a request."""
        self._all_waiting.pop(connection, None)
        waiting = self._waiting.get(connection.client, {})
        waiting.pop(connection, None)
        if not waiting:
            self._waiting.pop(connection.client, None)

    def remove(self, connection: Connection) -> None:
        """The connection is closed, or as good as that."""
        if not connection.is_admitted:
            return
        connection.is_admitted = False
        self.work(connection)
        self._count -= 1
        self._open[connection.client] -= 1
        if not self._open[connection.client]:
            del self._open[connection.client]

    def close_late(self) -> None:
        """Close every waiting connection whose deadline has passed."""
        now = time.monotonic()
        for connection in [one for one in self._all_waiting if one.deadline <= now]:
            self._close(connection, "slow" if connection.is_in_head else "idle")

    def _evict(self, waiting: dict[Connection, None] | None) -> bool:
        if not waiting:
            return False
        self._close(next(iter(waiting)), "full")
        return True

    def _close(self, connection: Connection, reason: str) -> None:
        HTTP_CLOSED.labels(reason).inc()
        self.remove(connection)
        connection.abort()


class Connection(web.RequestHandler):
    """One connection, as aiohttp handles it, entered in the book; what a client sends wrong gives no traceback."""

    __slots__ = ("_book", "_limits", "client", "deadline", "is_admitted", "is_in_head", "is_working")

    def __init__(self, server: web.Server, book: ConnectionBook, limits: ConnectionLimits) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type] # aiohttp's way to turn it off; addresses can hold secrets
            keepalive_timeout=limits.idle_s,
            lingering_time=2.0,  # seconds to read on after an answer that came before the end of the body
            max_line_size=limits.line_bytes,
            max_field_size=limits.line_bytes,
        )
        self._book = book
        self._limits = limits
        self.is_in_head = True
        self.client = UNKNOWN
        self.deadline = 0.0
        self.is_admitted = False
        self.is_working = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        self.client = client_group(str(peer[0])) if isinstance(peer, tuple) else UNKNOWN
        if self._book.admit(self):
            self.is_admitted = True
            super().connection_made(transport)
        elif isinstance(transport, asyncio.Transport):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        if not self.is_in_head and not self.is_working:
            self.is_in_head = True
            self._book.work(self)
            self._book.wait(self, self._limits.head_s)
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._book.remove(self)
        super().connection_lost(exc)

    def body_awaited(self) -> None:
        """The headers of a request are here, its body isn't: the connection can still be closed for a new one."""
        self.is_working = True
        self._book.work(self)
        if self.is_admitted:
            self._book.wait(self, self._limits.body_s + BODY_GRACE_S)

    def request_started(self) -> None:
        """The request is here and is being answered."""
        self.is_working = True
        self._book.work(self)

    def request_ended(self) -> None:
        """Its answer is on its way."""
        self.is_working = self.is_in_head = False
        if self.is_admitted:
            self._book.wait(self, self._limits.idle_s)

    def abort(self) -> None:
        """Close at once, whatever the client has not taken yet."""
        if self.transport is not None:
            self.transport.abort()

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """Answer what can't be read as HTTP, and close the connection. aiohttp calls this for it, and for nothing
        else: exceptions of handlers end in `boundary`."""
        if status >= 500 and not isinstance(exc, CLIENT_FAULTS):
            self.logger.error("a request failed", exc_info=exc)
        HTTP_CLOSED.labels("unreadable").inc()
        if self.transport is not None and request.writer.output_size == 0:
            self.transport.write(raw_answer(status))
        self.force_close()
        return web.Response(status=status)  # goes nowhere: the connection is closed

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Log a fault of ours; a client that breaks off or sends rubbish is none."""
        if not isinstance(kw.get("exc_info"), CLIENT_FAULTS):
            super().log_exception(*args, **kw)
