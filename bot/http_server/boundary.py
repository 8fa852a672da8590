"""The outer layer of every web server: checks the host, reads the body in time, and turns every failure into
an answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TypeAlias
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler
from msgspec import Struct

from bot.errors import PaperboyError
from bot.http_server.connections import CLIENT_FAULTS, Connection
from bot.http_server.headers import security_headers, set_headers_on_all
from bot.metrics import FAILURES

log = logging.getLogger(__name__)

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
KEPT_HEADERS = ("Allow", "Retry-After", "RateLimit", "RateLimit-Policy", "WWW-Authenticate")
RETRY_AFTER_S = 60  # after a fault of ours
SMALL_BODY_BYTES = 64 * 1024  # always read
MAX_LARGE_BODIES_BYTES = 64 * 1024 * 1024  # of all larger ones that are held at one moment

RawHandler: TypeAlias = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
RenderError: TypeAlias = Callable[[web.Request, web.HTTPException], web.Response]
"""Makes the answer to a request that failed (status 400 to 599). `error.text` is for people; see `has_own_text`."""


def plain_error(request: web.Request, error: web.HTTPException) -> web.Response:
    """The error as one line of text."""
    return web.Response(status=error.status, text=error.text if has_own_text(error) else f"{error.reason}.\n")


class Boundary(Struct, frozen=True, kw_only=True):
    """The rules of one server for requests."""

    hosts: frozenset[str] | None = None  # names it answers to (see `own_hosts`); None: any
    https: bool = False  # people reach it by https: they are told to stay there
    headers: Mapping[str, str] = {}  # instead of, or beside, `SECURITY_HEADERS`
    render_error: RenderError = plain_error


def own_hosts(host: str, public_url: str = "") -> frozenset[str]:
    """The names that a server answers to: this machine's, the one it listens on, and its public one.

    With any other name, a stranger's page could read the server as its own (DNS rebinding).
    """
    public = urlsplit(public_url).hostname
    return LOCAL_HOSTS | {host.casefold()} | ({public.casefold()} if public else set())


def has_own_text(error: web.HTTPException) -> bool:
    """Whether a handler gave the error a text, rather than aiohttp's `404: Not Found`."""
    return error.text not in {None, "", f"{error.status}: {error.reason}"}


def install(app: web.Application, boundary: Boundary, *, body_s: float) -> None:
    """Put the boundary around everything in the application."""
    set_headers_on_all(app, security_headers(boundary.headers, https=boundary.https))
    bodies = _Bodies(body_s)

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        connection = _connection(request)
        if connection:
            connection.request_started()
        try:
            return await _answer(request, handler, boundary, bodies)
        finally:
            if connection:
                connection.request_ended()

    app.middlewares.insert(0, check)


def rendering_errors(handler: RawHandler, boundary: Boundary) -> RawHandler:
    """The application's handler, with errors in the surface's format: also those that no middleware sees (417)."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400 or not isinstance(request, web.Request):
                raise
            return _error_answer(request, error, boundary)

    return answer


async def _answer(request: web.Request, handler: Handler, boundary: Boundary, bodies: _Bodies) -> web.StreamResponse:
    """The handler's answer. Every failure becomes a `web.HTTPException`."""
    if boundary.hosts is not None and _host_name(request) not in boundary.hosts:
        raise web.HTTPMisdirectedRequest(text="This server answers to its own name only.\n")
    try:
        async with bodies.reading(request):
            return await handler(request)
    except web.HTTPException:
        raise
    except PaperboyError as error:
        log.error("%s %s failed: %s", request.method, route_name(request), error)
        raise web.HTTPServiceUnavailable(headers={"Retry-After": str(RETRY_AFTER_S)}) from None
    except ConnectionError:  # the client left while it was answered
        raise web.HTTPBadRequest from None
    except Exception:
        log.exception("%s %s failed", request.method, route_name(request))
        FAILURES.labels("http").inc()
        raise web.HTTPInternalServerError from None


class _Bodies:
    """Reads each body completely before its handler runs, within a time and within a total size."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._held_bytes = 0

    @asynccontextmanager
    async def reading(self, request: web.Request) -> AsyncIterator[None]:
        """The body is read (aiohttp keeps it for the handler). Raises `web.HTTPException`."""
        if not request.can_read_body:
            yield
            return
        if request.content_type.startswith("multipart/"):  # no form of ours is sent so, and aiohttp would read it late
            raise web.HTTPUnsupportedMediaType
        size = min(request.content_length or request.client_max_size, request.client_max_size)
        if size <= SMALL_BODY_BYTES:
            size = 0
        if self._held_bytes + size > MAX_LARGE_BODIES_BYTES:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": str(RETRY_AFTER_S)})
        self._held_bytes += size
        connection = _connection(request)
        try:
            if connection:
                connection.body_awaited()
            await self._read(request)
            if connection:
                connection.request_started()
            yield
        finally:
            self._held_bytes -= size

    async def _read(self, request: web.Request) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        except web.HTTPException:
            raise
        except (*CLIENT_FAULTS, ValueError):
            raise web.HTTPBadRequest from None


def _error_answer(request: web.Request, error: web.HTTPException, boundary: Boundary) -> web.Response:
    try:
        answer = boundary.render_error(request, error)
    except Exception:
        log.exception("the page of an error failed")
        answer = plain_error(request, error)
    for name in KEPT_HEADERS:
        if value := error.headers.get(name):
            answer.headers.setdefault(name, value)
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def _connection(request: web.Request) -> Connection | None:
    return request.protocol if isinstance(request.protocol, Connection) else None


def route_name(request: web.Request) -> str:
    """The pattern of the address, such as `/confirm/{token}`: names it in logs without secrets or line breaks."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown address"


def _host_name(request: web.Request) -> str:
    """The host without its port; empty if it can't be read."""
    try:
        return (urlsplit(f"//{request.host}").hostname or "").casefold()
    except ValueError:
        return ""
