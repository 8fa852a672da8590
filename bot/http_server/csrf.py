"""Forms: only those that come from our own pages count."""

import secrets
from collections.abc import Mapping

from aiohttp import web

FOREIGN = {"cross-site", "same-site"}  # `same-site` is another port or subdomain: not our page


def is_from_our_page(request: web.Request, *, origin: str = "") -> bool:
    """Whether the browser says that a page of ours sent this. A browser that says nothing is believed: check the token.

    `origin` is the site's public one, where a proxy may change the Host header; empty: that of the request's host.
    """
    if request.headers.get("Sec-Fetch-Site") in FOREIGN:
        return False
    sent = request.headers.get("Origin")
    if sent is None:
        return True
    return sent == origin if origin else sent.partition("://")[2] == request.host


def tokens_match(given: str, expected: str) -> bool:
    """Whether a form holds the token that we gave; takes the same time for any wrong one."""
    return bool(expected) and secrets.compare_digest(given.encode("utf-8", "replace"), expected.encode())


async def form_values(request: web.Request) -> Mapping[str, str]:
    """The text fields of a form, the first of each name. Raises `web.HTTPBadRequest` for what can't be read."""
    try:
        posted = await request.post()
    except (ValueError, LookupError, AssertionError):  # percent signs, character sets and multipart that are wrong
        raise web.HTTPBadRequest(text="That form can't be read.\n") from None
    return {name: value for name in posted if isinstance(value := posted.getall(name)[0], str)}


class CsrfCookie:
    """A token in a cookie that forms repeat: for servers where people have no session."""

    def __init__(self, name: str) -> None:
        """`name`: cookies are shared by all ports of a machine, so each server has its own name."""
        self._name = name

    def token(self, request: web.Request) -> str:
        """The browser's token, or a new one: give it back with `remember`."""
        return request.cookies.get(self._name) or secrets.token_urlsafe(24)

    def remember(self, response: web.StreamResponse, token: str) -> None:
        response.set_cookie(self._name, token, path="/", httponly=True, samesite="Strict")

    def check(self, request: web.Request, given: str) -> None:
        """Raises `web.HTTPForbidden` unless the request comes from our page and `given` is the cookie's token."""
        if not is_from_our_page(request):
            raise web.HTTPForbidden(text="That came from another site.\n")
        if not tokens_match(given, request.cookies.get(self._name, "")):
            raise web.HTTPForbidden(text="This page is out of date. Load it again.\n")
