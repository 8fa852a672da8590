"""The pages for adding Paperboy to a workspace: the one before Slack's own, and the one people return to.

The server must not log query strings (`access_log=None`): Slack sends the code in one.
https://docs.slack.dev/authentication/installing-with-oauth
"""

import logging
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from urllib.parse import urlencode, urljoin

from aiohttp import web
from attrs import define, field
from jinja2 import Environment
from markupsafe import Markup, escape

from adapters.slack.install.installs import StoredInstalls
from adapters.slack.install.oauth_client import Credentials, OAuthClient
from adapters.slack.install.oauth_states import STATE_TTL, OAuthStates
from adapters.slack.install.records import Install
from bot.chat.adapter import Core
from bot.chat.event import BotReturned, Person, Place
from bot.clock import Clock
from bot.errors import AskError, Busy, PaperboyError, Refused, Unsure
from bot.http_server import RateLimiter, client_address, template_environment

log = logging.getLogger(__name__)

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
BROWSER_SECRET = re.compile(r"[\w-]{20,64}", re.ASCII)
ERROR_WORD = re.compile(r"[a-z_]{1,60}", re.ASCII)
CANCELLED = "access_denied"
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
ORG_WORKSPACES = "https://app.slack.com/manage/{org}/integrations/profile/{app}/workspaces/add"
CODES_PER_CLIENT, CODES_IN_ALL = 10, 60  # sent to Slack in a minute: a stranger can invent codes


@define(eq=False, slots=False)
class InstallPages:
    """The two pages, and their routes."""

    _app: Credentials
    _oauth: OAuthClient
    _installs: StoredInstalls
    _states: OAuthStates
    _scopes: Mapping[str, str] = field(kw_only=True)  # each scope Paperboy asks for, and its reason
    _clock: Clock = field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        self._secure = self._app.redirect_uri.startswith("https:")
        self._per_client = RateLimiter(self._clock, policy="address", limit=CODES_PER_CLIENT)
        self._in_all = RateLimiter(self._clock, policy="all", limit=CODES_IN_ALL)
        self._cookie = "__Host-paperboy-install" if self._secure else "paperboy-install"

    def add_routes(self, app: web.Application, core: Core) -> None:
        """Add both pages. `core` hears of each workspace that installed Paperboy, perhaps again."""
        finish = partial(self._finish_install, core)
        app.add_routes([web.get(INSTALL, self._show_install), web.get(REDIRECT, finish, allow_head=False)])

    async def _show_install(self, request: web.Request) -> web.Response:
        """What Paperboy will be able to do and why, and the button that leads to Slack."""
        browser = self._browser(request) or secrets.token_urlsafe(24)
        response = _page("install.html", scopes=self._scopes, authorize=self._authorize_url(browser))
        response.set_cookie(
            self._cookie,
            browser,
            max_age=int(STATE_TTL.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",  # Slack sends people back by a link
        )
        return response

    async def _finish_install(self, core: Core, request: web.Request) -> web.Response:
        """The person returns from Slack, with a code or an error."""
        if declined := request.query.get("error", ""):
            return _declined(declined)
        try:
            await self._states.spend_state(request.query.get("state", ""), self._browser(request))
            if not (code := request.query.get("code", "")):
                raise AskError("Slack sent no code.", "Start again.")
            self._limit(request)
            install = await self._oauth.exchange_code(code)
            await self._installs.save_install(install)
        except PaperboyError as error:
            return _failed(error)
        log.info("Slack workspace %s installed Paperboy", install.space)
        answer = await core.handle_event(_returned(install, self._clock.now()))
        news = answer.message.plain if answer else ""
        return _page("installed.html", install=install, news=news, open_slack=self._open_slack_url(install))

    def _limit(self, request: web.Request) -> None:
        """Raises `web.HTTPTooManyRequests`. An https address means that a proxy is in front of this server."""
        text = "Too many requests. Try again in a minute.\n"
        self._per_client.admit(client_address(request, proxied=self._secure), text)
        self._in_all.admit("", text)

    def _browser(self, request: web.Request) -> str:
        """The secret in the browser's cookie, which its tabs share; empty when there is none."""
        found = request.cookies.get(self._cookie, "")
        return found if BROWSER_SECRET.fullmatch(found) else ""

    def _authorize_url(self, browser: str) -> str:
        query = {
            "client_id": self._app.client_id,
            "scope": ",".join(self._scopes),
            "redirect_uri": self._app.redirect_uri,
            "state": self._states.issue_state(browser),
        }
        parameters = urlencode({name: value for name, value in query.items() if value})
        return f"{urljoin(self._app.api_url, '/oauth/v2/authorize')}?{parameters}"

    def _open_slack_url(self, install: Install) -> str:
        """The address that opens Paperboy in Slack, or where an organization's admin chooses its workspaces."""
        if not install.app_id:
            return ""
        if install.org_wide:
            return ORG_WORKSPACES.format(org=install.space, app=install.app_id)
        query = urlencode({"app": install.app_id, "team": install.space})
        return f"{urljoin(self._app.api_url, '/app_redirect')}?{query}"


def _returned(install: Install, at: datetime) -> BotReturned:
    """Schedules that were held while Paperboy wasn't installed go on."""
    return BotReturned(
        id=f"slack:installed:{install.space}:{at.timestamp()}",
        at=at,
        who=Person(platform="slack", space=install.space, id=install.installer),
        place=Place("slack", install.space, "*"),
    )


def _declined(error: str) -> web.Response:
    if error == CANCELLED:
        return _problem("Nothing was installed", "You chose not to add Paperboy.", "", status=200)
    word = error if ERROR_WORD.fullmatch(error) else "unknown error"
    return _problem("Nothing was installed", f"Slack says: {word}.", "Start again, or ask a workspace admin.", 400)


def _failed(error: PaperboyError) -> web.Response:
    """What the person who installs can do about it. What only the operator can do goes to the log."""
    title = "Paperboy was not added"
    match error:
        case AskError() | Refused():
            return _problem(title, error.message, error.hint or "Start again.", 400)
        case Unsure():
            hint = "Slack may list Paperboy as added. Start again: adding it twice is safe."
            return _problem(title, error.message, hint, 502)
        case Busy():
            log.error("Slack installation failed: %s", error)
            return _problem(title, error.message, "Try again in a few minutes, or tell this server's operator.", 503)
        case _:
            log.error("Slack installation could not be stored: %s", error)
            return _problem(title, "This server could not store it.", "Start again in a few minutes.", 503)


def _problem(title: str, message: str, hint: str, status: int) -> web.Response:
    return _page("problem.html", title=title, message=message, hint=hint, again=INSTALL, status=status)


def _page(template: str, *, status: int = 200, **values: object) -> web.Response:
    nonce = secrets.token_urlsafe(16)
    html = _environment().get_template(template).render(nonce=nonce, **values)
    headers = {
        "Content-Security-Policy": f"{POLICY}; style-src 'nonce-{nonce}'",
        "Referrer-Policy": "no-referrer",  # the second page's address contains the code
        "Cache-Control": "no-store",
    }
    return web.Response(text=html, status=status, content_type="text/html", headers=headers)


@cache
def _environment() -> Environment:
    found = template_environment("adapters.slack.install")
    # Text between backticks is code.
    found.filters["code"] = lambda text: Markup(  # noqa: S704 - escaped just now
        re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    )
    return found
