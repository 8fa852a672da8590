"""OAuth2: the page of consent, a code for a token, and what a person's token may ask."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from aiohttp import web

from tests.fakes.discord import wire
from tests.fakes.discord.calls import Call, Reply, endpoint
from tests.fakes.discord.errors import unauthorized, unknown
from tests.fakes.discord.model import Json, SignIn
from tests.fakes.discord.world import World

LIVES = 604_800  # seconds of a token


def authorize(world: World) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The page: agrees at once as `sign_in_as` of the settings, else says no."""

    async def handle(request: web.Request) -> web.Response:
        query = request.query
        redirect, state = query.get("redirect_uri", ""), query.get("state", "")
        if query.get("client_id") != world.application_id or query.get("response_type") != "code":
            return web.Response(status=400, text="Invalid OAuth2 authorize request")
        if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
            return web.Response(status=400, text="Invalid code_challenge_method")
        if not world.settings.sign_in_as:
            return _back(redirect, error="access_denied", state=state)
        code = secrets.token_urlsafe(22)
        world.sign_ins[code] = SignIn(
            user=world.settings.sign_in_as,
            redirect=redirect,
            challenge=query.get("code_challenge", ""),
            scopes=tuple(query.get("scope", "").split()),
        )
        return _back(redirect, code=code, state=state)

    return handle


def _back(redirect: str, **query: str) -> web.Response:
    return web.Response(status=302, headers={"Location": f"{redirect}?{urlencode(query)}"})


@endpoint("POST", "/oauth2/token", bot=False)
def token(call: Call) -> Json | Reply:
    world, form = call.world, call.form
    if (form.get("client_id"), form.get("client_secret")) != (world.application_id, world.client_secret):
        return Reply(401, {"error": "invalid_client"})
    found = world.sign_ins.get(str(form.get("code")))
    if found is None or found.used or form.get("grant_type") != "authorization_code":
        return Reply(400, {"error": "invalid_grant", "error_description": 'Invalid "code" in request.'})
    found.used = True
    if found.redirect != form.get("redirect_uri") or found.challenge != _challenge(str(form.get("code_verifier", ""))):
        return Reply(400, {"error": "invalid_grant", "error_description": 'Invalid "code" in request.'})
    access = secrets.token_urlsafe(22)
    world.people_tokens[access] = found.user if "guilds.members.read" in found.scopes else ""
    scope = " ".join(found.scopes)
    more = {"refresh_token": secrets.token_urlsafe(22), "scope": scope}
    return {"access_token": access, "token_type": "Bearer", "expires_in": LIVES} | more


def _challenge(verifier: str) -> str:
    if not verifier:
        return ""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


@endpoint("GET", "/users/@me/guilds/{guild_id}/member", bot=False)
def membership(call: Call) -> Json:
    """The person's own place in a guild, the bot in it or not."""
    user = call.world.people_tokens.get(call.bearer)
    if not user:
        raise unauthorized()
    guild = call.world.guilds.get(call.path["guild_id"])
    if guild is None or user not in guild.members:
        raise unknown("Guild")
    return wire.member(guild.members[user])
