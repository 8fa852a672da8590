"""What goes wrong, told to programs (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from aiohttp import web

from adapters.site.api import wire

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that gets no answer; `detail` says what to do instead."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def told(problem: Problem) -> web.Response:
    title = HTTPStatus(problem.status).phrase
    body = msgspec.json.encode(wire.Problem(title=title, status=problem.status, detail=problem.detail))
    headers = problem.headers | {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=body, status=problem.status, content_type=CONTENT_TYPE, headers=headers)
