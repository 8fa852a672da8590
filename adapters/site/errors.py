"""Requests that fail: a page for readers, a JSON problem for programs that use the API, a line of text for feeds."""

from functools import cache

from aiohttp import web

from adapters.site.api.problem import problem_response
from adapters.site.members.visitor import Visitor
from adapters.site.pages.view import error_view
from adapters.site.templating import render_page
from bot.http_server import has_own_text, plain_error
from bot.http_server.boundary import RenderError

API, FEEDS = "/api", ("/feeds/", "/live")

TEXTS = {
    400: ("I can’t read that address", "Check it for typing errors."),
    403: ("Not allowed", "Load the page again, and try once more."),
    404: ("This page doesn’t exist", "The address may be old, or was not copied completely."),
    405: ("That can’t be done here", "This page can only be read."),
    408: ("That took too long", "Try again."),
    413: ("That is too much", "Send less at once."),
    429: ("Too many requests", "Try again in a minute."),
    503: ("Not available", "Something isn’t working here. Try again in a few minutes."),
}
REFUSED = ("That request can’t be answered", "Check the address, or go back and try again.")
FAULT = ("Something went wrong", "Something went wrong on our side. It has been logged. Try again in a few minutes.")
API_TEXTS = {
    404: "There is nothing at this address. /api/v1/openapi.json lists what there is.",
    405: "The API can only be read.",
    415: "This kind of body can't be read here.",
    429: "Too many requests. Wait as long as Retry-After says.",
    500: "Something went wrong on our side. It has been logged.",
    503: "Something isn't working here. Try again in a minute.",
}


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
    return (error.text or "").strip() if has_own_text(error) else API_TEXTS.get(error.status, f"{error.reason}.")


def error_page(site_name: str, status: int, title: str, text: str) -> web.Response:
    """A page that no one keeps: what went wrong, and what to do."""
    return _page_response(_render(site_name, status, title, text), status)


@cache
def _known_page(site_name: str, status: int) -> str:
    """Made once for each status: strangers can ask for pages that don't exist as often as they like."""
    return _render(site_name, status, *TEXTS.get(status, REFUSED if status < 500 else FAULT))


def _render(site_name: str, status: int, title: str, text: str) -> str:
    return render_page(site_name, "", error_view(status, title, text), Visitor(), {})


def _page_response(html: str, status: int) -> web.Response:
    return web.Response(text=html, status=status, content_type="text/html", headers={"Cache-Control": "no-store"})
