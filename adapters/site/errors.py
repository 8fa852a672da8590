"""Requests that fail: a page for readers, a JSON problem for programs that use the API, a line of text for feeds."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from aiohttp import web

from adapters.site.api.schemas import problem_response
from adapters.site.members.visitor import Visitor
from adapters.site.pages.view import error_view
from adapters.site.templating import render_page
from bot.http_server import has_own_text, plain_error
from bot.http_server.boundary import RenderError

API, FEEDS = "/api", ("/feeds/", "/live")

_TEXTS: dict[str, Any] = tomllib.loads(files("adapters.site").joinpath("errors.toml").read_text("utf-8"))


def render_error(site_name: str) -> RenderError:
    """The answer to a request that failed, in the format of that part of the site."""

    def render(request: web.Request, error: web.HTTPException) -> web.Response:
        if request.path == API or request.path.startswith(f"{API}/"):
            return problem_response(error.status, api_detail(error))
        if has_own_text(error) or request.path.startswith(FEEDS):
            return plain_error(request, error)
        return _page_response(_known_page(site_name, error.status), error.status)

    return render


def api_detail(error: web.HTTPException) -> str:
    """The problem's `detail`."""
    known = str(_TEXTS["api"].get(str(error.status), f"{error.reason}."))
    return (error.text or "").strip() if has_own_text(error) else known


def error_page(site_name: str, status: int, title: str, text: str) -> web.Response:
    """A page that no one keeps: what went wrong, and what to do."""
    return _page_response(_render(site_name, status, title, text), status)


@cache
def _known_page(site_name: str, status: int) -> str:
    """Made once for each status: strangers can ask for pages that don't exist as often as they like."""
    texts = _TEXTS["pages"]
    return _render(site_name, status, *texts.get(str(status), texts["refused" if status < 500 else "fault"]))


def _render(site_name: str, status: int, title: str, text: str) -> str:
    return render_page(site_name, "", error_view(status, title, text), Visitor(), {})


def _page_response(html: str, status: int) -> web.Response:
    return web.Response(text=html, status=status, content_type="text/html", headers={"Cache-Control": "no-store"})
