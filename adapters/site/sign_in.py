"""Signing in and out: the way to the platform, the way back, and the end.

The server these are added to must log no query strings (`access_log=None`): the platform brings its code in one.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import datetime, timedelta

import msgspec
from aiohttp import web
from yarl import URL

from adapters.site.forms import home, local, sent, told
from adapters.site.session import Sessions, open_seals
from adapters.site.sign_in_discord import DiscordWay
from adapters.site.sign_in_slack import SlackWay
from adapters.site.sign_in_way import Attempt, Way
from adapters.site.site import Site
from adapters.site.visitor import OFFERS, SESSIONS, Offers
from bot.errors import AskError, PaperboyError

log = logging.getLogger(__name__)

LIFE = timedelta(minutes=10)  # from leaving for the platform to coming back
SPENT = "spent/"
TITLE = "You are not signed in"


def add(app: web.Application, site: Site) -> None:
    """The addresses, where a platform is set up; without one, everybody only reads."""
    ways = _ways(site)
    submits = any(command.name == "submit" for command in site.core.commands)
    app[OFFERS] = Offers(ways=tuple((way.name, way.label) for way in ways), submits=submits and bool(ways))
    if not ways:
        return
    sessions = Sessions(site, open_seals(site.home), frozenset((way.name, way.space) for way in ways))
    app[SESSIONS] = sessions
    for way in ways:
        rooms = Door(site, sessions, way)
        app.add_routes(
            [
                web.get(f"/sign-in/{way.name}", rooms.leave, allow_head=False),
                web.get(f"/sign-in/{way.name}/back", rooms.come_back, allow_head=False),
            ]
        )

    async def sign_out(request: web.Request) -> web.Response:
        form = await sent(request, site)
        response = home(site, form.next)
        await sessions.end(response, form.session)
        return response

    async def recall(app: web.Application) -> None:
        await sessions.recall()

    app.add_routes([web.post("/sign-out", sign_out)])
    app.on_startup.append(recall)


def _ways(site: Site) -> list[Way]:
    found: list[Way] = []
    if site.settings.slack_client_id:
        found.append(SlackWay(site.settings, site.clock))
    if site.settings.discord_client_id:
        found.append(DiscordWay(site.settings))
    return found


class Door:
    """The two addresses of one platform."""

    def __init__(self, site: Site, sessions: Sessions, way: Way) -> None:
        self._site = site
        self._sessions = sessions
        self._way = way
        self._back = f"{site.url}/sign-in/{way.name}/back"
        self._cookie = ("__Host-" if site.url.startswith("https:") else "") + f"paperboy-{way.name}"

    async def leave(self, request: web.Request) -> web.Response:
        """To the platform. Looking at this address writes nothing here."""
        if not self._site.settings.public_url and request.host != URL(self._site.url).authority:
            return home(self._site, request.path_qs)  # `localhost` would lose its cookies on the way back
        attempt = Attempt.new(self._way.name, local(request.query.get("next", "")))
        response = web.Response(status=302, headers={"Location": self._way.authorize(attempt, self._back)})
        response.headers["Cache-Control"] = "no-store"
        self._sessions.give(response, self._cookie, msgspec.msgpack.encode(attempt), LIFE)
        return response

    async def come_back(self, request: web.Request) -> web.Response:
        """Back from the platform: with a code, or with why there is none."""
        try:
            attempt = await self._attempt(request)
            person = await self._way.person(attempt, self._back, _code(request))
        except AskError as error:
            response = told(self._site, 403, TITLE, str(error))
        except PaperboyError as error:
            log.error("signing in with %s failed: %s", self._way.label, error)
            said = "That did not work just now. Try again in a few minutes."
            response = told(self._site, 503, TITLE, said)
        else:
            response = home(self._site, attempt.next)
            self._sessions.begin(response, person)
        self._sessions.forget(response, self._cookie)
        response.headers["Referrer-Policy"] = "no-referrer"  # the address holds the code
        return response

    async def _attempt(self, request: web.Request) -> Attempt:
        """What this browser began, used up. Raises `AskError`."""
        kept = self._sessions.kept(request, self._cookie, LIFE)
        if kept is None:
            raise AskError(
                "This browser did not begin to sign in, or more than ten minutes ago.",
                "Start again, with cookies allowed for this site.",
            )
        attempt = msgspec.msgpack.decode(kept, type=Attempt)
        if not secrets.compare_digest(attempt.state.encode(), request.query.get("state", "").encode()):
            raise AskError("That address is not of this sign-in.", "Start again.")
        await self._spend(attempt.state)
        return attempt

    async def _spend(self, state: str) -> None:
        """A state works once, in every process on this store."""
        storage, now = self._site.storage, self._site.clock.now()
        for key, ends in await storage.scan(SPENT):
            if datetime.fromisoformat(ends.decode()) <= now:  # by then the cookie is too old
                await storage.delete(key)
        key = SPENT + hashlib.sha256(state.encode()).hexdigest()
        if not await storage.put(key, (now + LIFE).isoformat().encode(), if_absent=True):
            raise AskError("That sign-in has been gone through already.", "Start again.")


def _code(request: web.Request) -> str:
    if request.query.get("error") == "access_denied":
        raise AskError("You chose not to.", "You can read everything without.")
    if code := request.query.get("code", ""):
        return code
    raise AskError("The platform sent no code.", "Start again.")
