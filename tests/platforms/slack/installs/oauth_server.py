"""As much of Slack as an installation meets: the page that asks for consent, and `oauth.v2.access`.

The whole fake is in `tests/fakes/slack`; this one can also lose an answer at a chosen moment.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode

from aiohttp import web
from msgspec import Struct, field

ID, SECRET, APP = "1000.2000", "tiny-client-secret", "A0PAPERBOY"
LIVES = 43_200


class Home(Struct, frozen=True):
    """A workspace, or with `org_wide` a whole organization."""

    team: str
    name: str = "Acme"
    enterprise: str = ""
    org_wide: bool = False


class OAuthServer(Struct):
    rotation: bool = False
    next_home: Home = Home("T1")  # whom the next consent is for
    consents: bool = True
    faults: list[str] = field(default_factory=list)  # of the next calls; see `_access`
    delay: float = 0.0  # between taking a grant and answering
    hold: bool = False  # take nothing and answer nothing
    codes: dict[str, Home] = field(default_factory=dict)
    refreshes: dict[str, Home] = field(default_factory=dict)
    issued: list[str] = field(default_factory=list)  # every secret that was ever given away
    spent: Counter[str] = field(default_factory=Counter)
    asked: list[dict[str, str]] = field(default_factory=list)
    answered: asyncio.Event = field(default_factory=asyncio.Event)  # a call has come and, but for `hold`, been acted on
    url: str = ""

    @property
    def api(self) -> str:
        return f"{self.url}/api/"

    def given(self, kind: str, home: Home) -> str:
        """A code or a refresh token."""
        value = f"{'xoxe-1-' if kind == 'refreshes' else 'code-'}{secrets.token_hex(16)}"
        getattr(self, kind)[value] = home
        self.issued.append(value)
        return value

    def grant(self, home: Home) -> dict[str, object]:
        """What Slack answers with, in the shape of its documentation."""
        token = f"{'xoxe.xoxb-1' if self.rotation else 'xoxb'}-{secrets.token_hex(16)}"
        self.issued.append(token)
        answer: dict[str, object] = {
            "ok": True,
            "access_token": token,
            "token_type": "bot",
            "scope": "chat:write,commands",
            "bot_user_id": f"U{home.team or home.enterprise}BOT",
            "app_id": APP,
            "team": None if home.org_wide else {"id": home.team, "name": home.name},
            "enterprise": {"id": home.enterprise, "name": home.name} if home.enterprise else None,
            "is_enterprise_install": home.org_wide,
            "authed_user": {"id": "UADA"},
        }
        if self.rotation:
            answer |= {"refresh_token": self.given("refreshes", home), "expires_in": LIVES}
        return answer


@asynccontextmanager
async def serve_oauth(slack: OAuthServer) -> AsyncIterator[OAuthServer]:
    app = web.Application()
    app.add_routes(
        [web.get("/oauth/v2/authorize", _Pages(slack).consent), web.post("/api/oauth.v2.access", _Pages(slack).access)]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield slack
    finally:
        await runner.cleanup()


class _Pages:
    def __init__(self, slack: OAuthServer) -> None:
        self._slack = slack

    async def consent(self, request: web.Request) -> web.Response:
        query = {"state": request.query["state"]}
        query |= (
            {"code": self._slack.given("codes", self._slack.next_home)}
            if self._slack.consents
            else {"error": "access_denied"}
        )
        raise web.HTTPFound(f"{request.query['redirect_uri']}?{urlencode(query)}")

    async def access(self, request: web.Request) -> web.StreamResponse:
        fault = self._slack.faults.pop(0) if self._slack.faults else ""
        form = {name: str(value) for name, value in (await request.post()).items()}
        self._slack.asked.append(form)
        if self._slack.hold:
            self._slack.answered.set()
            await asyncio.sleep(60)
        if fault == "429":
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "7"})
        if fault == "500":
            return web.Response(status=500, text="<html>oops</html>", content_type="text/html")
        if fault == "text":
            return web.Response(text="all is well")
        if fault == "drop":
            return self._hang_up(request)
        if (form.get("client_id"), form.get("client_secret")) != (ID, SECRET):
            return web.json_response({"ok": False, "error": "bad_client_secret"})
        answer = self._answer(form)
        self._slack.answered.set()
        await asyncio.sleep(self._slack.delay)
        if fault == "lose":  # the grant is spent, and nobody hears of it
            return self._hang_up(request)
        return web.json_response(answer)

    def _answer(self, form: dict[str, str]) -> dict[str, object]:
        kind, name = ("refreshes", "refresh_token") if form.get("grant_type") == "refresh_token" else ("codes", "code")
        value = form.get(name, "")
        self._slack.spent[value] += 1
        home = getattr(self._slack, kind).pop(value, None)
        return self._slack.grant(home) if home else {"ok": False, "error": f"invalid_{name}"}

    def _hang_up(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()
