"""The door of the Web API: reads a call, lets limits and faults have their way, answers in Slack's form."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from tests.fakes.slack.log import Request
from tests.fakes.slack.methods import METHODS, Call, SlackError
from tests.fakes.slack.methods.registry import Method
from tests.fakes.slack.state import Json, Token
from tests.fakes.slack.trouble import Trouble, limited
from tests.fakes.slack.world import World

POSTING = {"chat.postMessage"}
SECRET = {"token", "client_secret", "code", "refresh_token"}


class Api:
    """Handles POST and GET of /api/METHOD."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle(self, request: web.Request) -> web.StreamResponse:
        world, name = self._world, request.match_info["method"]
        seen = Request(at=world.now(), method=name)
        world.log.requests.append(seen)
        args = await arguments(request)
        token = world.tokens.get(bearer(request, args))
        seen.team = (token.team or token.enterprise) if token else ""
        seen.args = {key: value for key, value in args.items() if key not in SECRET}
        seen.channel = str(args.get("channel", ""))
        await self._travel()
        trouble = Trouble(world, name, request)
        seen.fault = trouble.kind
        if trouble.kind == "late":  # carried out when the caller has long given it up; only when it is planned
            await asyncio.sleep(world.settings.faults.hang)
        answer = trouble.before(token.team if token else "")
        if answer is None:
            answer, done = self._carry_out(name, args, token, request, seen)
            answer = (await trouble.after() if done else None) or answer
            await self._travel()
        seen.status = answer.status
        return answer

    def _carry_out(
        self, name: str, args: Json, token: Token | None, request: web.Request, seen: Request
    ) -> tuple[web.Response, bool]:
        """The answer, and whether the call was carried out."""
        body, wait = self._answer(name, args, token, request)
        seen.error = str(body.get("error", ""))
        answer = limited(wait) if wait else web.json_response(body)
        if token and not wait:
            answer.headers["x-oauth-scopes"] = ",".join(token.scopes)
        return answer, bool(body["ok"])

    async def _travel(self) -> None:
        """Half of the latency: a bot that dies may do so before its call arrives, or before the answer does."""
        low, high = self._world.settings.latency
        if high:
            await asyncio.sleep(self._world.chance.uniform(low, high) / 2)

    def _answer(self, name: str, args: Json, token: Token | None, request: web.Request) -> tuple[Json, int]:
        """The body, and the seconds to wait when there were too many calls."""
        world = self._world
        known = METHODS.get(name)
        if known is None:
            return {"ok": False, "error": "unknown_method", "req_method": name}, 0
        try:
            self._admit(known, request, args, token)
            call = Call(world, name, args, token)
            if wait := self._wait(known, call):
                world.log.limited[name] += 1
                return {"ok": False, "error": "ratelimited"}, wait
            if known.auth == "bot":
                call.scope(known.scope)
            return {"ok": True} | known.run(call), 0
        except SlackError as wrong:
            return {"ok": False, "error": wrong.error} | wrong.more, 0

    def _admit(self, known: Method, request: web.Request, args: Json, token: Token | None) -> None:
        """Is this a token for this kind of method, and does it live?"""
        if known.auth == "none":
            return
        given = bearer(request, args)
        if known.auth == "app":
            if given != self._world.app.app_token:
                raise SlackError("invalid_auth" if given else "not_authed")
        elif given == self._world.app.app_token:
            raise SlackError("not_allowed_token_type")
        elif token is None:
            raise SlackError("invalid_auth" if given else "not_authed")
        elif token.dead:
            raise SlackError(token.dead)
        elif token.expires and token.expires < self._world.now():
            raise SlackError("token_expired")

    def _wait(self, known: Method, call: Call) -> int:
        limiter = self._world.limiter
        whose = call.token.team or call.token.enterprise if known.auth == "bot" else "app"
        if known.name in POSTING:
            return limiter.post(call.text("channel"), whose)
        return limiter.call(known.name, whose, known.tier)


async def arguments(request: web.Request) -> Json:
    """What the call says, from its query, its form or its JSON, as slack_sdk sends each."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        body: Any = await request.json() if request.can_read_body else {}
        args |= body if isinstance(body, dict) else {}
    elif request.method == "POST":
        args |= dict(await request.post())
    return args | dict(_basic(request))


def bearer(request: web.Request, args: Json) -> str:
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ") if header.startswith("Bearer ") else str(args.get("token") or "")


def _basic(request: web.Request) -> Iterator[tuple[str, str]]:
    """Client id and secret, where they come as basic authentication."""
    header = request.headers.get("Authorization", "")
    if header.startswith("Basic "):
        id, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        yield from (("client_id", id), ("client_secret", secret))
