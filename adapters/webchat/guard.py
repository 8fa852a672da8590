"""Who may ask: only this machine's own page, so that no other site can vote or schedule in its reader's name."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.errors import PaperboyError

COOKIE = "paperboy-csrf"  # cookies are shared by all ports of this machine
FIELD = "csrf"
HEADER = "X-CSRF"
MOST_BYTES = 160_000  # 12,000 characters of any script, percent-encoded
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


def guard(host: str) -> Middleware:
    """Middleware: checks Host, Origin and the CSRF token, and sets the headers of a careful page."""
    hosts = LOCAL | {host}

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if _name(request.host) not in hosts:
                raise web.HTTPMisdirectedRequest(text="This server answers to its own name only.\n")
            if request.method not in {"GET", "HEAD"}:
                await _same_site(request)
            response = await handler(request)
        except web.HTTPException as error:
            _careful(error)
            raise
        except PaperboyError as error:
            response = web.Response(status=503, text=f"{error}\n")
        if not response.prepared:
            _careful(response)
        return response

    return check


def _careful(response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def token(request: web.Request) -> str:
    """The reader's CSRF token, or a new one."""
    return request.cookies.get(COOKIE) or secrets.token_urlsafe(24)


def remember(response: web.StreamResponse, value: str) -> None:
    """Give the reader their token."""
    response.set_cookie(COOKIE, value, httponly=True, samesite="Strict")


async def _same_site(request: web.Request) -> None:
    origin = request.headers.get("Origin")
    if origin and origin.partition("://")[2] != request.host:
        raise web.HTTPForbidden(text="That came from another site.\n")
    try:
        form = await request.post()  # kept by the request: the handler's own look can't fail any more
    except (ValueError, LookupError):
        raise web.HTTPBadRequest(text="That form can't be read.\n") from None
    given = request.headers.get(HEADER) or str(form.get(FIELD, ""))
    known = request.cookies.get(COOKIE, "")
    if not known or not secrets.compare_digest(given.encode(), known.encode()):
        raise web.HTTPForbidden(text="The page is too old: load it again.\n")


def _name(host: str) -> str:
    """The host without its port; empty for what is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").casefold()
    except ValueError:
        return ""
