"""Adding Paperboy to a workspace: the page before Slack's own, and the one that people come back to.

The server these are added to must log no query strings (`access_log=None`): Slack brings the code in one.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlencode, urljoin

from aiohttp import web
from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape

from adapters.slack.install.installs import Install, StoredInstalls
from adapters.slack.install.oauth_client import Credentials, OAuthClient
from adapters.slack.install.oauth_states import LIFE, OAuthStates
from bot.errors import AskError, Busy, PaperboyError, Refused, Unsure

log = logging.getLogger(__name__)

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
BROWSER = re.compile(r"[\w-]{20,64}", re.ASCII)
WORD = re.compile(r"[a-z_]{1,60}", re.ASCII)
CANCELLED = "access_denied"


class InstallPages:
    """The two pages."""

    def __init__(
        self,
        app: Credentials,
        grants: OAuthClient,
        installs: StoredInstalls,
        states: OAuthStates,
        scopes: Mapping[str, str],
    ) -> None:
        """`scopes`: what Paperboy asks for, each with its reason."""
        self._app = app
        self._grants = grants
        self._installs = installs
        self._states = states
        self._scopes = scopes
        self._secure = app.redirect_uri.startswith("https:")
        self._cookie = "__Host-paperboy-install" if self._secure else "paperboy-install"

    def add(self, app: web.Application) -> None:
        """Both addresses."""
        app.add_routes([web.get(INSTALL, self.install), web.get(REDIRECT, self.redirect, allow_head=False)])

    async def install(self, request: web.Request) -> web.Response:
        """What Paperboy will be able to do and why, and the way to Slack."""
        browser = self._browser(request) or secrets.token_urlsafe(24)
        response = _page("install.html", scopes=self._scopes, authorize=self._authorize(browser))
        response.set_cookie(
            self._cookie,
            browser,
            max_age=int(LIFE.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",  # Slack sends people back by a link
        )
        return response

    async def redirect(self, request: web.Request) -> web.Response:
        """Back from Slack: with a code, or with why there is none."""
        if declined := request.query.get("error", ""):
            return _declined(declined)
        try:
            await self._states.spend(request.query.get("state", ""), self._browser(request))
            install = await self._grants.exchange(_code(request))
            await self._installs.save(install)
        except PaperboyError as error:
            return _failed(error)
        log.info("workspace %s installed Paperboy", install.space)
        return _page("installed.html", install=install, open_slack=self._open(install))

    def _browser(self, request: web.Request) -> str:
        """The browser's own secret; two tabs share it."""
        found = request.cookies.get(self._cookie, "")
        return found if BROWSER.fullmatch(found) else ""

    def _authorize(self, browser: str) -> str:
        query = {
            "client_id": self._app.client_id,
            "scope": ",".join(self._scopes),
            "redirect_uri": self._app.redirect_uri,
            "state": self._states.issue(browser),
        }
        given = urlencode({name: value for name, value in query.items() if value})
        return f"{urljoin(self._app.api_url, '/oauth/v2/authorize')}?{given}"

    def _open(self, install: Install) -> str:
        """Where Paperboy is in Slack; an organization has no such page."""
        if install.org_wide or not install.app_id:
            return ""
        query = urlencode({"app": install.app_id, "team": install.space})
        return f"{urljoin(self._app.api_url, '/app_redirect')}?{query}"


def _code(request: web.Request) -> str:
    if code := request.query.get("code", ""):
        return code
    raise AskError("Slack sent no code.", "Start again.")


def _declined(error: str) -> web.Response:
    if error == CANCELLED:
        return _problem("Nothing was installed", "You chose not to add Paperboy.", "", status=200)
    word = error if WORD.fullmatch(error) else "an error it has no plain word for"
    return _problem("Nothing was installed", f"Slack says: {word}.", "Start again, or ask a workspace admin.", 400)


def _failed(error: PaperboyError) -> web.Response:
    """What the person before the screen can do; what only the one who runs this can do goes to the log."""
    title = "Paperboy was not added"
    match error:
        case AskError() | Refused():
            return _problem(title, error.message, error.hint or "Start again.", 400)
        case Unsure():
            hint = "Slack may list Paperboy as added. Start again: adding it twice does no harm."
            return _problem(title, error.message, hint, 502)
        case Busy():
            log.error("an installation failed: %s", error)
            return _problem(title, error.message, "Try again in a few minutes, or tell whoever runs this server.", 503)
        case _:
            log.error("an installation could not be kept: %s", error)
            return _problem(title, "It could not be kept here.", "Start again in a few minutes.", 503)


def _problem(title: str, said: str, hint: str, status: int) -> web.Response:
    return _page("problem.html", title=title, said=said, hint=hint, again=INSTALL, status=status)


def _page(template: str, *, status: int = 200, **values: object) -> web.Response:
    nonce = secrets.token_urlsafe(16)
    html = _environment().get_template(template).render(nonce=nonce, **values)
    return web.Response(text=html, status=status, content_type="text/html", headers=_headers(nonce))


def _headers(nonce: str) -> dict[str, str]:
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",  # the address of the second page holds the code
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("adapters.slack.install", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["code"] = _marked
    return found


def _marked(text: str) -> Markup:
    """What stands between backticks, as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just now
