"""The pages as HTML."""

from collections.abc import Mapping

from aiohttp import web
from msgspec.structs import asdict

from adapters.email import subscription_form
from adapters.email.render import environment
from adapters.email.subscription_form import SubscriptionRequest
from bot.chat.form import time_zones
from bot.http_server import has_own_text

ERRORS = {
    404: ("Page not found", "This page doesn't exist."),
    413: ("Too large", "The form is too large."),
    429: ("Too many requests", "Try again in an hour."),
    503: ("Something went wrong on our side", "It has been logged. Try again in a few minutes."),
}


class Pages:
    """Renders pages; `root` is the path that they are below."""

    def __init__(self, root: str) -> None:
        self._root = root

    def form(self, values: Mapping[str, str], error: str = "", status: int = 200) -> web.Response:
        """The form to subscribe, with what was filled in and what is wrong with it."""
        filled = asdict(SubscriptionRequest()) | dict(values)
        choices = {"offered": subscription_form, "zones": time_zones(), "zip": zip}
        return self.page("form.html", status=status, error=error, is_new=not values, **filled, **choices)

    def notice(self, title: str, text: str, *, status: int = 200, label: str = "") -> web.Response:
        """A page with a short text; with a label, also a link to the form."""
        return self.page("notice.html", status=status, title=title, text=text, label=label)

    def error(self, request: web.Request, error: web.HTTPException) -> web.Response:
        """The page of a request that failed."""
        default = (error.reason, "Go back and try again.") if error.status < 500 else ERRORS[503]
        title, text = ERRORS.get(error.status, default)
        return self.notice(title, error.text or "" if has_own_text(error) else text, status=error.status)

    def page(self, template: str, *, status: int = 200, **values: object) -> web.Response:
        html = environment().get_template(template).render(root=self._root, **values)
        return web.Response(text=html, status=status, content_type="text/html")
