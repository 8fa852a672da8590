"""Who may ask: only this machine's own page, so that no other site can vote or schedule in its reader's name."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

COOKIE = "csrf"
FIELD = "csrf"
HEADER = "X-CSRF"
MOST_BYTES = 64_000
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
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def guard(host: str) -> Middleware:
    """Middleware: checks Host, Origin and the CSRF token, and sets the headers of a careful page."""
    hosts = LOCAL | {host}

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if _name(request.host) not in hosts:
            raise web.HTTPMisdirectedRequest(text="This server answers to its own name only.\n")
        if request.method not in {"GET", "HEAD"}:
            await _same_site(request)
        response = await handler(request)
        if not response.prepared:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return check


def token(request: web.Request) -> str:
    """The reader's CSRF token, or a new one."""
    return request.cookies.get(COOKIE) or secrets.token_urlsafe(24)


def remember(response: web.StreamResponse, value: str) -> None:
    """Give the reader their token."""
    response.set_cookie(COOKIE, value, httponly=True, samesite="Strict")


async def _same_site(request: web.Request) -> None:
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text="That came from another site.\n")
    given = request.headers.get(HEADER) or str((await request.post()).get(FIELD, ""))
    known = request.cookies.get(COOKIE, "")
    if not known or not secrets.compare_digest(given.encode(), known.encode()):
        raise web.HTTPForbidden(text="The page is too old: load it again.\n")


def _name(host: str) -> str:
    """The host without its port."""
    return (urlsplit(f"//{host}").hostname or "").casefold()
