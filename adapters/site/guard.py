"""Who may ask and what every answer carries; what goes wrong is told on a page."""

from __future__ import annotations

import logging
from typing import TypeVar
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.site import look
from adapters.site.settings import Settings
from adapters.site.site import Site
from adapters.site.view import problem
from adapters.site.visitor import Visitor
from bot.errors import PaperboyError

log = logging.getLogger(__name__)

_Answer = TypeVar("_Answer", web.StreamResponse, web.HTTPException)

LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
PROGRAMS = ("/api/", "/feeds/")  # whoever asks there reads no pages

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
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "browsing-topics=()",
}
SAID = {
    400: ("That can’t be read", "The address is not one that this site gives out."),
    403: ("Not allowed", "Load the page again, and try once more."),
    404: ("There is no such page", "The address may be old, or was not copied whole."),
    405: ("That can’t be done here", "This page can only be read."),
    410: ("That is gone", "It was here once, and was taken away."),
    413: ("That is too much", "Send less at once."),
    429: ("Too often", "Wait a minute, and try again."),
    503: ("Not just now", "Something is out of order here. Try again in a few minutes."),
}
FAULT = ("Something went wrong", "It is our fault, and it has been written down. Try again in a few minutes.")


def hosts(settings: Settings) -> frozenset[str]:
    """The names that the site answers to: with any other, a stranger's page could read it as its own."""
    public = urlsplit(settings.public_url).hostname
    return LOCAL | {settings.host.casefold()} | ({public.casefold()} if public else set())


def add(app: web.Application, site: Site) -> None:
    """Before all that the other rooms do."""
    names = hosts(site.settings)

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if _name(request.host) not in names:
            return _careful(web.Response(status=421, text="This server answers to its own name only.\n"))
        try:
            response = await handler(request)
        except web.HTTPException as error:
            if not _ours(request, error):
                _careful(error)
                raise
            response = error_page(site, error.status, dict(error.headers))
        except PaperboyError as error:
            log.error("%s could not be shown: %s", request.path, error)
            response = error_page(site, 503, {"Retry-After": "60"})
        except Exception:  # a fault of ours: the reader sees a page, the log where it happened
            log.exception("%s could not be shown", request.path)
            response = error_page(site, 500)
        return response if response.prepared else _careful(response)

    app.middlewares.append(check)


def error_page(site: Site, status: int, headers: dict[str, str] | None = None) -> web.Response:
    """A page that nobody keeps."""
    kept = {name: value for name, value in (headers or {}).items() if name in {"Allow", "Retry-After"}}
    return web.Response(
        text=look.html(site, problem(status, *SAID.get(status, FAULT)), Visitor(), {}),
        status=status,
        content_type="text/html",
        headers=kept | {"Cache-Control": "no-store"},
    )


def _ours(request: web.Request, error: web.HTTPException) -> bool:
    """Whether a page tells it. Redirects, and what is for programs or has words of its own, stay as they are."""
    wordless = error.text in {None, f"{error.status}: {error.reason}"}
    return error.status >= 400 and wordless and not request.path.startswith(PROGRAMS)


def _careful(answer: _Answer) -> _Answer:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


def _name(host: str) -> str:
    """The host without its port; empty for what is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").casefold()
    except ValueError:
        return ""
