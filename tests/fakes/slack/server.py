"""The fake as an HTTP server."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from tests.fakes.slack.acts import People
from tests.fakes.slack.api import Api
from tests.fakes.slack.consent import Consent
from tests.fakes.slack.control import Control
from tests.fakes.slack.httpmode import HttpMode
from tests.fakes.slack.methods.files import receive
from tests.fakes.slack.openid import OpenId
from tests.fakes.slack.respond import Respond
from tests.fakes.slack.settings import Settings
from tests.fakes.slack.socketmode import SocketMode
from tests.fakes.slack.wire import Wire
from tests.fakes.slack.world import World


class Server:
    """Everything put together, on one port of 127.0.0.1."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.world = World(settings)
        self.socket = SocketMode(self.world)
        self.http = HttpMode(self.world)
        self.wire = Wire(self.world, self.socket, self.http)
        self.world.ticket = self.socket.ticket
        self.world.send_event = self.wire.event
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> str:
        """Listen; returns the address."""
        runner = self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
        self.world.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return self.world.base

    async def stop(self) -> None:
        await self.world.aclose()
        await self.socket.aclose()
        await self.http.aclose()
        if self._runner:
            await self._runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=4 * 1024 * 1024)
        api, control = Api(self.world), Control(self, People(self.world, self.wire))
        app.router.add_route("*", "/api/{method}", api.handle)
        app.add_routes(
            [
                web.get("/link/", self.socket.serve),
                web.post("/actions/{hook:.+}", Respond(self.world).handle),
                web.post("/upload/{file}", partial(receive, self.world)),
                web.get("/oauth/v2/authorize", Consent(self.world).handle),
                web.get("/openid/connect/authorize", OpenId(self.world).handle),
                web.get("/_control/read/{what}", control.read),
                web.post("/_control/do/{deed}", control.do),
            ]
        )
        return app
