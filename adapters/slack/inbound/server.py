"""HTTP mode: Slack's signed requests, a health check, and the installation pages.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from adapters.slack.outbound.elements import Json
from adapters.slack.payload import count_unreadable
from bot.chat.adapter import Core
from bot.http_server import Boundary, ConnectionLimits, HttpServer

EVENTS, HEALTH = "/slack/events", "/healthz"
MAX_BODY_BYTES = 1024 * 1024

AddRoutes = Callable[[web.Application, Core], None]
Dispatch = Callable[[Json], Awaitable[BoltResponse]]


def make_server(
    dispatch: Dispatch, core: Core, signing_secret: str, add_routes: AddRoutes | None, *, https: bool
) -> HttpServer:
    """A server for a port of this machine. A reverse proxy has to terminate TLS; it has every connection."""
    verifier = SignatureVerifier(signing_secret)

    async def receive(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if not _is_signed(verifier, body, request):
            raise web.HTTPUnauthorized
        try:
            payload = read_payload(body, request.content_type)
        except (ValueError, RecursionError):
            count_unreadable({})
            raise web.HTTPBadRequest from None
        return await to_aiohttp_response(await dispatch(payload))

    async def show_health(request: web.Request) -> web.Response:
        problems = dict(await core.health_problems())
        return web.json_response({"ok": not problems, **problems}, status=503 if problems else 200)

    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app.add_routes([web.post(EVENTS, receive), web.get(HEALTH, show_health)])
    if add_routes:
        add_routes(app, core)
    return HttpServer("Slack", app, Boundary(https=https), ConnectionLimits(proxied=True))


def read_payload(body: bytes, content_type: str) -> Json:
    """The payload of a request: JSON, a form, or JSON in a form's field `payload`. Raises `ValueError`."""
    text = body.decode()
    payload: Any
    if content_type == "application/json" or text.startswith("{"):
        payload = json.loads(text)
    else:
        form = dict(parse_qsl(text, keep_blank_values=True))
        payload = json.loads(form["payload"]) if "payload" in form else form
    if not isinstance(payload, dict):
        raise ValueError("not an object")
    return payload


def _is_signed(verifier: SignatureVerifier, body: bytes, request: web.Request) -> bool:
    """Whether Slack sent this, within the last five minutes."""
    timestamp = request.headers.get("X-Slack-Request-Timestamp")
    signature = request.headers.get("X-Slack-Signature")
    try:
        return verifier.is_valid(body, timestamp, signature)
    except (ArithmeticError, TypeError, ValueError):  # no number, too large a number, or not text
        return False
