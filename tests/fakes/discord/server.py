"""Discord's HTTP side: every call goes through the same steps, in the same order as there."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from typing import Any

from aiohttp import web

from tests.fakes.discord.calls import ENDPOINTS, Call, Endpoint, Reply
from tests.fakes.discord.errors import ApiError, not_found, unauthorized
from tests.fakes.discord.faults import Faults
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.rates import Rates
from tests.fakes.discord.routes import everything, sign_in
from tests.fakes.discord.schema import Description
from tests.fakes.discord.world import World

BASE = "/api/v10"


class Server:
    """Answers calls about a world; everything a test may want to know of them is kept."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults = Faults()
        self.rates = Rates(world.settings)
        self.gateway = Gateway(world, self.faults)
        self.description = Description(world.settings)
        self.requests: Counter[str] = Counter()  # by route
        self.calls: deque[tuple[float, str, str, int]] = deque(maxlen=5000)  # when, what, where, how it went
        self.statuses: Counter[int] = Counter()
        everything()

    def routes(self) -> list[web.RouteDef]:
        calls = [web.route(e.method, BASE + e.path, self._taking(e)) for e in ENDPOINTS]
        calls.append(web.get("/oauth2/authorize", sign_in.authorize(self.world)))
        return [*calls, web.get("/gateway", self.gateway.connect), web.route("*", "/{rest:.*}", self._nowhere)]

    def _taking(self, endpoint: Endpoint) -> Any:
        async def take(request: web.Request) -> web.StreamResponse:
            return await self.take(endpoint, request)

        return take

    async def take(self, endpoint: Endpoint, request: web.Request) -> web.StreamResponse:
        """One call from arrival to answer."""
        self.requests[endpoint.name] += 1
        started = self.world.elapsed()
        body, files = await _read(request)
        if self.world.settings.latency:
            await asyncio.sleep(self.world.settings.latency)
        call = Call(self.world, endpoint, dict(request.match_info), request.query, body, files, _bearer(request))
        reply = self._refused(call, request) or self._done(call)
        fault = "" if reply.status >= 400 else self.faults.after(endpoint.name)
        if fault == "hang_after":
            await asyncio.sleep(self.faults.hang)
        if fault.startswith("drop") or reply.status == 0:
            return _cut(request)
        self.calls.append((started, request.method, request.path, reply.status))
        return self._send(endpoint, _broken(self.faults.status) if fault else reply)

    def _refused(self, call: Call, request: web.Request) -> Reply | None:
        """What stands in the way before anything is done."""
        if call.endpoint.bot and request.headers.get("Authorization") != f"Bot {self.world.token}":
            return _error(unauthorized())
        match self.faults.before(call.endpoint.name):
            case "error_before":
                return _broken(self.faults.status)
            case "drop_before":
                return Reply(0)
            case "":
                limited = self.rates.check(call.endpoint, call.path)
                return _with(limited, {"Via": "1.1 fake"}) if limited else None
            case scope:
                made_up = self.rates.limit(scope.removeprefix("limit_"), self.faults.retry_after)
                return _with(made_up, {"Via": "1.1 fake"})

    def _done(self, call: Call) -> Reply:
        """Do it. What is sent and what is answered are held against the description."""
        self.description.request(call.endpoint, call.body)
        headers = self.rates.headers(call.endpoint, call.path)
        try:
            made = call.endpoint.handle(call)
        except ApiError as error:
            return _with(_error(error), headers)
        except Exception as error:
            self.description.note(f"{call.endpoint.name}: this fake failed: {error!r}")
            raise
        reply = made if isinstance(made, Reply) else Reply(204 if made is None else 200, made)
        return _with(reply, headers)

    def _send(self, endpoint: Endpoint, reply: Reply) -> web.Response:
        self.statuses[reply.status] += 1
        self.rates.count(reply.status, reply.headers.get("X-RateLimit-Scope", ""))
        if reply.status < 500:
            self.description.answer(endpoint, reply.status, reply.body)
        return _response(reply)

    async def _nowhere(self, request: web.Request) -> web.Response:
        self.requests[f"{request.method} ?"] += 1
        self.description.unknown(f"{request.method} {request.path}")
        return _response(_error(not_found()))


def _response(reply: Reply) -> web.Response:
    if reply.body is None:
        return web.Response(status=reply.status, headers=reply.headers)
    headers = {**reply.headers, "Content-Type": "application/json"}  # with no charset: discord.py compares it whole
    return web.Response(status=reply.status, body=json.dumps(reply.body).encode(), headers=headers)


async def _read(request: web.Request) -> tuple[Any, tuple[dict[str, Any], ...]]:
    """The body, whether it came as JSON, as a form or as the `payload_json` of a form with files."""
    if request.content_type == "application/x-www-form-urlencoded":
        return dict(await request.post()), ()
    if not request.content_type.startswith("multipart/"):
        raw = await request.read()
        return (json.loads(raw) if raw else None), ()
    body: Any = None
    files: list[dict[str, Any]] = []
    async for part in await request.multipart():
        raw = await part.read()  # type: ignore[union-attr]
        if part.name == "payload_json":  # type: ignore[union-attr]
            body = json.loads(raw)
        else:
            files.append({"filename": part.filename, "size": len(raw)})  # type: ignore[union-attr]
    return body, tuple(files)


def _bearer(request: web.Request) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind == "Bearer" else ""


def _cut(request: web.Request) -> web.Response:
    """Close the connection instead of answering."""
    if request.transport:
        request.transport.abort()
    return web.Response(status=499)


def _error(error: ApiError) -> Reply:
    return Reply(error.status, error.body)


def _broken(status: int) -> Reply:
    return Reply(status, {"message": "upstream connect error", "code": 0})


def _with(reply: Reply, headers: dict[str, str]) -> Reply:
    return Reply(reply.status, reply.body, {**headers, **reply.headers})
