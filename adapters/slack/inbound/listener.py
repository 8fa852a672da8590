"""Listens to Slack, by Socket Mode or over HTTP."""

import asyncio
import logging

from aiohttp import ClientWebSocketResponse
from attrs import define
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack.client import Workspaces, answer_text
from adapters.slack.errors import as_post_errors
from adapters.slack.inbound.bolt_app import BoltApp
from adapters.slack.inbound.events import PLATFORM
from adapters.slack.inbound.handlers import Handlers
from adapters.slack.inbound.server import AddRoutes, make_server
from adapters.slack.install.installs import StoredInstalls
from adapters.slack.profiles import Profiles
from adapters.slack.settings import Settings
from bot.chat.adapter import Core, Setup
from bot.errors import Busy, ConfigError
from bot.http_server import WebListener

sdk_log = logging.getLogger(f"{__name__}.sdk")  # the SDK logs a traceback every few seconds while Slack is away
sdk_log.setLevel(logging.CRITICAL)

RENEW_TOKENS_EVERY_S = 600.0
PING_INTERVAL_S = 5.0  # a connection that broke silently is noticed after so long
MAX_DISCONNECTED_S = 60.0  # the SDK reconnects by itself; after so long listening starts again from the beginning


@define(eq=False)
class Listener(WebListener):
    """Listens until cancelled. `started` is set while Slack can reach us."""

    _workspaces: Workspaces
    _profiles: Profiles
    _settings: Settings
    _setup: Setup
    _installs: StoredInstalls | None = None  # whose tokens have to be renewed
    _add_routes: AddRoutes | None = None  # adds the installation pages in HTTP mode

    async def listen(self, core: Core) -> None:
        """Raises `ConfigError`, and `PostError` when Slack can't be reached: the supervisor calls it again."""
        if name := self._settings.missing_setting():
            raise ConfigError(
                f"[adapters.slack] has no {name}, so Slack can't reach Paperboy.",
                f"Set SLACK_{name.upper()}. docs/slack.md says where Slack shows it.",
            )
        handlers = Handlers(core, self._workspaces, self._profiles, self._settings, self._setup)
        bolt = BoltApp(self._workspaces, handlers)
        renewal = await self._start_token_renewal()
        try:
            await (self._serve_http(bolt, core) if self._settings.mode == "http" else self._connect_socket(bolt, core))
        finally:
            self.started.clear()
            if renewal:
                renewal.cancel()
                await asyncio.gather(renewal, return_exceptions=True)
            await bolt.finish_handlers()

    async def _start_token_renewal(self) -> asyncio.Task[None] | None:
        if self._installs is None:
            return None
        await self._installs.reseal_records(forget_unreadable=self._settings.forget_unreadable)
        renew = self._installs.renew_expiring_tokens
        return self._setup.tasks.start_repeating("slack token renewal", renew, RENEW_TOKENS_EVERY_S)

    async def _serve_http(self, bolt: BoltApp, core: Core) -> None:
        settings = self._settings
        https = settings.redirect_url.startswith("https:")
        server = make_server(bolt.dispatch, core, settings.signing_secret, self._add_routes, https=https)
        async with self.answering(server, settings.host, settings.port, setting="SLACK_PORT"):
            core.note_gap(PLATFORM)
            await asyncio.Event().wait()

    async def _connect_socket(self, bolt: BoltApp, core: Core) -> None:
        handler = _SocketModeHandler(bolt, self._settings.app_token)
        client: SocketModeClient = handler.client
        try:
            # Asked for here, because the SDK would ask for ever, without saying that the token is wrong.
            client.wss_uri = await self._open_socket_url()
            async with asyncio.timeout(MAX_DISCONNECTED_S):
                await handler.connect_async()  # type: ignore[no-untyped-call]
            await self._watch_connection(client, core)
        except TimeoutError:
            raise Busy("Slack's socket can't be reached.", retry_after=PING_INTERVAL_S) from None
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]

    async def _open_socket_url(self) -> str:
        with as_post_errors():
            api = self._workspaces.api.client()
            answer = await api.apps_connections_open(app_token=self._settings.app_token)
        return answer_text(answer, "url")

    async def _watch_connection(self, client: SocketModeClient, core: Core) -> None:
        """Keep `started` true to the connection, and note each new one: what happened before it may not have been
        heard. Raises `Busy` when it stays away."""
        disconnected_s = 0.0
        known: ClientWebSocketResponse | None = None
        while disconnected_s < MAX_DISCONNECTED_S:
            if await client.is_connected():
                disconnected_s = 0.0
                self.started.set()
                if client.current_session is not known:
                    known = client.current_session
                    core.note_gap(PLATFORM)
            else:
                disconnected_s += PING_INTERVAL_S
                self.started.clear()
            await asyncio.sleep(PING_INTERVAL_S)
        raise Busy("The connection to Slack was lost.", retry_after=PING_INTERVAL_S)


class _SocketModeHandler(AsyncSocketModeHandler):
    """Passes payloads to `BoltApp.dispatch`, which never raises."""

    def __init__(self, bolt: BoltApp, app_token: str) -> None:
        super().__init__(bolt.app, app_token, logger=sdk_log, ping_interval=PING_INTERVAL_S)
        self._bolt = bolt

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        response = await self._bolt.dispatch(req.payload)
        await send_async_response(client, req, response, 0.0)
