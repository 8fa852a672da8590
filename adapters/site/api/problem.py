"""Errors as programs get them (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from aiohttp import web

from adapters.site.api import schemas

CONTENT_TYPE = "application/problem+json"


class ApiProblem(Exception):
    """A request that can't be answered; `detail` says what to do instead."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def problem_response(status: int, detail: str, headers: Mapping[str, str] | None = None) -> web.Response:
    body = msgspec.json.encode(schemas.Problem(title=HTTPStatus(status).phrase, status=status, detail=detail))
    all_headers = {**(headers or {}), "Cache-Control": "no-store"}
    return web.Response(body=body, status=status, content_type=CONTENT_TYPE, headers=all_headers)
