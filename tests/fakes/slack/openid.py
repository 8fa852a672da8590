"""The page on which somebody signs in to another site with Slack."""

from __future__ import annotations

from aiohttp import web

from tests.fakes.slack.consent import back
from tests.fakes.slack.methods.oauth import CODE_LIVES
from tests.fakes.slack.state import SignIn
from tests.fakes.slack.world import World

SCOPES = {"openid", "email", "profile"}


class OpenId:
    """Handles GET of /openid/connect/authorize: agrees at once as `sign_in_as` of the settings, else says no."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle(self, request: web.Request) -> web.Response:
        world, query = self._world, request.query
        scopes = set(query.get("scope", "").split())
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != world.app.client_id or query.get("response_type") != "code":
            return web.Response(status=400, text="Invalid client_id parameter")
        if "openid" not in scopes or scopes - SCOPES:
            return web.Response(status=400, text="Invalid scopes")
        if "code_challenge" in query:
            return web.Response(status=400, text="PKCE is not enabled for this app")
        if not redirect.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            return web.Response(status=400, text="redirect_uri did not match any configured URIs")
        state = query.get("state", "")
        if not world.settings.sign_in_as:
            return back(redirect, error="access_denied", state=state)
        code = f"{world.number()}.{world.chance.randbytes(24).hex()}"
        world.sign_ins[code] = SignIn(
            user=world.settings.sign_in_as,
            redirect=redirect,
            nonce=query.get("nonce", ""),
            until=world.now() + CODE_LIVES,
        )
        return back(redirect, code=code, state=state)
