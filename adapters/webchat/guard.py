"""Only pages of this server may post: no other site can vote or schedule in its reader's name."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.errors import PaperboyError

COOKIE = "paperboy-csrf"  # cookies are shared by all ports of this machine
FIELD = "csrf"
HEADER = "X-CSRF"
MAX_BODY_BYTES = 160_000  # 12,000 characters of any script, percent-encoded
LOCAL = {"127.0.0.1", "localhost", "::1"}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def request_guard(host: str) -> Middleware:
    """Middleware that checks Host, Origin and the CSRF token, and sets the security headers."""
    hosts = LOCAL | {host}

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if _host_name(request.host) not in hosts:
                raise web.HTTPMisdirectedRequest(text="This server has another name.\n")
            if request.method not in {"GET", "HEAD"}:
                await _same_site(request)
            response = await handler(request)
        except web.HTTPException as error:
            _set_headers(error)
            raise
        except PaperboyError as error:
            response = web.Response(status=503, text=f"{error}\n")
        if not response.prepared:
            _set_headers(response)
        return response

    return check


def _set_headers(response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def token(request: web.Request) -> str:
    """The reader's CSRF token, or a new one."""
    return request.cookies.get(COOKIE) or secrets.token_urlsafe(24)


def set_token(response: web.StreamResponse, value: str) -> None:
    """Set the reader's token as a cookie."""
    response.set_cookie(COOKIE, value, httponly=True, samesite="Strict")


async def _same_site(request: web.Request) -> None:
    origin = request.headers.get("Origin")
    if origin and origin.partition("://")[2] != request.host:
        raise web.HTTPForbidden(text="This form was sent by another site.\n")
    try:
        form = await request.post()  # aiohttp keeps the result for the handler
    except (ValueError, LookupError):
        raise web.HTTPBadRequest(text="I can't read this form.\n") from None
    sent = request.headers.get(HEADER) or str(form.get(FIELD, ""))
    expected = request.cookies.get(COOKIE, "")
    if not expected or not secrets.compare_digest(sent.encode(), expected.encode()):
        raise web.HTTPForbidden(text="This page is too old. Reload it.\n")


def _host_name(host: str) -> str:
    """The host without its port; empty for an invalid one."""
    try:
        return (urlsplit(f"//{host}").hostname or "").casefold()
    except ValueError:
        return ""
