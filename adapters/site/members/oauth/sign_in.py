"""Signing in and out: to the platform, back with a code, and a session in the browser."""

import hashlib
import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from aiohttp import web
from yarl import URL

from adapters.site.errors import error_page
from adapters.site.members.forms import local_path, read_form, redirect_to
from adapters.site.members.oauth.discord import DiscordProvider
from adapters.site.members.oauth.provider import Attempt, OAuthProvider
from adapters.site.members.oauth.slack import SlackProvider
from adapters.site.members.sessions import KEY_FILE, Sessions
from adapters.site.members.visitor import FEATURES, SESSIONS, MemberFeatures
from adapters.site.site import Site
from bot.errors import AskError, PaperboyError
from bot.http_server import RateLimiter, open_sealer

log = logging.getLogger(__name__)

ATTEMPT_MAX_AGE = timedelta(minutes=10)  # from leaving for the platform to coming back
MAX_CLIENT_RETURNS_PER_MINUTE = 10  # of one address: each makes us call the platform
MAX_RETURNS_PER_MINUTE = 60  # of all together
EVERYONE = "everyone"
SPENT = "spent/"  # in the storage: digests of states that were used
TITLE = "You aren’t signed in"


def add_routes(app: web.Application, site: Site) -> None:
    """The addresses for signing in; none where no platform is set up."""
    providers = _providers(site)
    has_submit = any(command.name == "submit" for command in site.core.commands)
    app[FEATURES] = MemberFeatures(
        providers=tuple((provider.name, provider.label) for provider in providers),
        takes_submissions=has_submit and bool(providers),
    )
    if not providers:
        return
    communities = frozenset((provider.name, provider.space) for provider in providers)
    sealer = open_sealer(site.home / KEY_FILE, "the key of the site's sessions", site.clock)
    app[SESSIONS] = sessions = Sessions(site, sealer, communities)
    limits = [
        RateLimiter(site.clock, policy="sign-in", limit=limit)
        for limit in (MAX_CLIENT_RETURNS_PER_MINUTE, MAX_RETURNS_PER_MINUTE)
    ]
    for provider in providers:
        flow = SignInFlow(site, sessions, provider, limits)
        path = f"/sign-in/{provider.name}"
        app.add_routes(
            [web.get(path, flow.leave, allow_head=False), web.get(f"{path}/back", flow.come_back, allow_head=False)]
        )

    async def sign_out(request: web.Request) -> web.Response:
        form = await read_form(request, site)
        response = redirect_to(site, form.next)
        await sessions.end_session(response, form.session)
        return response

    async def load_ended(app: web.Application) -> None:
        await sessions.load_ended()

    app.add_routes([web.post("/sign-out", sign_out)])
    app.on_startup.append(load_ended)


def _providers(site: Site) -> list[OAuthProvider]:
    found: list[OAuthProvider] = []
    if site.settings.slack_client_id:
        found.append(SlackProvider(site.settings, site.clock))
    if site.settings.discord_client_id:
        found.append(DiscordProvider(site.settings, site.refusals.for_service("Discord")))
    return found


class SignInFlow:
    """The two addresses of one platform."""

    def __init__(self, site: Site, sessions: Sessions, provider: OAuthProvider, limits: Sequence[RateLimiter]) -> None:
        """`limits` of returns with a code, for one address and in all: strangers can make codes up."""
        self._site = site
        self._sessions = sessions
        self._provider = provider
        self._limits = limits
        self._return_url = f"{site.url}/sign-in/{provider.name}/back"
        self._cookie = sessions.cookie_name(f"paperboy-{provider.name}")

    async def leave(self, request: web.Request) -> web.Response:
        """To the platform. Nothing is stored here yet."""
        if not self._site.settings.public_url and request.host != URL(self._site.url).authority:
            return redirect_to(self._site, request.path_qs)  # `localhost` would lose its cookies on the way back
        attempt = Attempt.new(self._provider.name, local_path(request.query.get("next", "")))
        location = self._provider.authorize_url(attempt, self._return_url)
        response = web.Response(status=302, headers={"Location": location, "Cache-Control": "no-store"})
        self._sessions.set_cookie(response, self._cookie, msgspec.msgpack.encode(attempt), ATTEMPT_MAX_AGE)
        return response

    async def come_back(self, request: web.Request) -> web.Response:
        """Back from the platform: with a code, or with the reason why there is none."""
        site_name = self._site.settings.name
        try:
            attempt = await self._attempt(request)
            person = await self._provider.fetch_person(attempt, self._return_url, _code(request))
        except AskError as error:
            response = error_page(site_name, 403, TITLE, str(error))
        except PaperboyError as error:
            log.error("sign-in with %s failed: %s", self._provider.label, error)
            response = error_page(site_name, 503, TITLE, "Signing in didn't work. Try again in a few minutes.")
        else:
            response = redirect_to(self._site, attempt.next)
            self._sessions.start_session(response, person)
        self._sessions.delete_cookie(response, self._cookie)
        response.headers["Referrer-Policy"] = "no-referrer"  # the address holds the code
        return response

    async def _attempt(self, request: web.Request) -> Attempt:
        """What this browser began; it can be used once. Raises `AskError`."""
        value = self._sessions.read_cookie(request, self._cookie, ATTEMPT_MAX_AGE)
        if value is None:
            raise AskError(
                "This browser didn't start a sign-in in the last ten minutes.",
                "Start again, with cookies allowed for this site.",
            )
        attempt = msgspec.msgpack.decode(value, type=Attempt)
        if not secrets.compare_digest(attempt.state.encode(), request.query.get("state", "").encode(errors="replace")):
            raise AskError("This address belongs to another sign-in.", "Start again.")
        for limiter, client in zip(self._limits, (self._site.client(request), EVERYONE), strict=True):
            limiter.admit(client)
        await self._spend(attempt.state)
        return attempt

    async def _spend(self, state: str) -> None:
        """A state works once, in every process on this store."""
        storage, now = self._site.storage, self._site.clock.now()
        for key, ends in await storage.scan(SPENT):
            if datetime.fromisoformat(ends.decode()) <= now:  # by then the cookie is too old
                await storage.delete(key)
        key = SPENT + hashlib.sha256(state.encode()).hexdigest()
        if not await storage.put(key, (now + ATTEMPT_MAX_AGE).isoformat().encode(), if_absent=True):
            raise AskError("This sign-in link was already used.", "Start again.")


def _code(request: web.Request) -> str:
    if request.query.get("error") == "access_denied":
        raise AskError("You chose not to sign in.", "You can read everything without signing in.")
    if code := request.query.get("code", ""):
        return code
    raise AskError("The platform sent no code.", "Start again.")
