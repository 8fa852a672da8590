"""The pages as HTML, with the headers of a page that loads nothing from elsewhere."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import cache

from aiohttp import web
from jinja2 import Environment, PackageLoader

from adapters.email import subscription_form
from adapters.email.render import one_line
from adapters.email.subscription_form import SubscriptionRequest


def form_page(action: str, values: Mapping[str, str], error: str = "", status: int = 200) -> web.Response:
    """The form to subscribe, with what was filled in and what is wrong with it."""
    default = SubscriptionRequest()
    defaults = {"days": default.days, "time": default.time, "zone": default.zone, "count": str(default.count)}
    choices = {
        "day_choices": subscription_form.DAYS.items(),
        "times": [(time, time) for time in subscription_form.TIMES],
        "zones": [(zone, zone) for zone in subscription_form.time_zones()],
        "counts": [(str(count), str(count)) for count in subscription_form.COUNTS],
    }
    filled = defaults | dict(values)
    return page("form.html", status=status, action=action, error=error, is_new=not values, **filled, **choices)


def notice_page(
    title: str, text: str, *, status: int = 200, link: str = "", label: str = "Back to the form"
) -> web.Response:
    """A page with a few words and perhaps a link."""
    return page("notice.html", status=status, title=title, text=text, link=link, label=label)


def page(template: str, *, status: int = 200, **values: object) -> web.Response:
    nonce = secrets.token_urlsafe(16)
    html = _environment().get_template(template).render(nonce=nonce, **values)
    return web.Response(text=html, status=status, content_type="text/html", headers=_headers(nonce))


def _headers(nonce: str) -> dict[str, str]:
    inline = f"style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'"
    policy = f"default-src 'none'; {inline}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",  # the addresses of the pages contain tokens
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("adapters.email", "templates"),
        autoescape=True,
        finalize=one_line,
        trim_blocks=True,
        lstrip_blocks=True,
    )
