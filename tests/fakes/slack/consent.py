"""The page on which somebody lets the app into their workspace."""

from __future__ import annotations

import html
from urllib.parse import urlencode

from aiohttp import web

from tests.fakes.slack.methods.oauth import CODE_LIVES
from tests.fakes.slack.state import Grant
from tests.fakes.slack.world import World


class Consent:
    """Handles GET of /oauth/v2/authorize.

    With `team` in the address, or `install_as` in the settings, it agrees at once and redirects; else it shows
    a page with a link for each workspace and organisation. `deny=1` is somebody who says no.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle(self, request: web.Request) -> web.Response:
        world, query = self._world, request.query
        scopes = tuple(filter(None, query.get("scope", "").split(",")))
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != world.app.client_id:
            return web.Response(status=400, text="Invalid client_id parameter")
        if not scopes or set(scopes) - set(world.settings.scopes):
            return web.Response(
                status=400, text=f"Invalid scopes: {', '.join(set(scopes) - set(world.settings.scopes))}"
            )
        if not redirect.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            return web.Response(status=400, text="redirect_uri did not match any configured URIs")
        if query.get("deny"):
            return back(redirect, error="access_denied", state=query.get("state", ""))
        chosen = query.get("team") or world.settings.install_as
        if not chosen:
            return self._page(request)
        return back(redirect, code=self._code(chosen, scopes, redirect), state=query.get("state", ""))

    def _code(self, chosen: str, scopes: tuple[str, ...], redirect: str) -> str:
        world = self._world
        code = f"{world.number()}.{world.chance.randbytes(24).hex()}"
        org = chosen in world.enterprises
        installer = next((u.id for u in world.users.values() if u.team == chosen and u.admin), "")
        world.codes[code] = Grant(
            team="" if org else chosen,
            enterprise=chosen if org else "",
            user=installer or world.id("U"),
            scopes=scopes,
            redirect=redirect,
            until=world.now() + CODE_LIVES,
        )
        return code

    def _page(self, request: web.Request) -> web.Response:
        places = {t.id: t.name for t in self._world.teams.values()}
        places |= {e.id: e.name for e in self._world.enterprises.values()}
        links = "".join(
            f'<li><a href="{html.escape(str(request.rel_url.update_query(team=id)))}">{html.escape(name)}</a></li>'
            for id, name in places.items()
        )
        return web.Response(text=f"<h1>Install into</h1><ul>{links}</ul>", content_type="text/html")


def back(redirect: str, **query: str) -> web.Response:
    joint = "&" if "?" in redirect else "?"
    return web.Response(status=302, headers={"Location": f"{redirect}{joint}{urlencode(query)}"})
