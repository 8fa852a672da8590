"""Hearing Slack, by Socket Mode or over HTTP: Bolt checks and acknowledges, the desk does the rest."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TypeAlias

from msgspec import Struct
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from adapters.slack.client import Workspaces
from adapters.slack.inbound.admins import Admins
from adapters.slack.inbound.authorize import Authorize
from adapters.slack.inbound.dedupe import RecentEvents
from adapters.slack.inbound.handlers import Ack, Handlers
from adapters.slack.inbound.server import Beside, Server
from adapters.slack.outbound.modals import FORM
from adapters.slack.outbound.render import Json
from bot.chat.adapter import Core
from bot.clock import Clock
from bot.errors import ConfigError, PaperboyError

log = logging.getLogger(__name__)
quiet = logging.getLogger(f"{__name__}.bolt")  # Bolt warns of the environment's tokens, which it need not look at
quiet.setLevel(logging.ERROR)

SOCKET, HTTP = "socket", "http"
ANY = re.compile("")
BREATH = 0.02  # seconds; Bolt looks every 10 ms for an acknowledgement to send, and work must not come before it
PING = 5.0  # seconds; a connection that broke without a word is noticed after so long
GRACE = 3.0  # seconds for what is under way when listening ends

Job: TypeAlias = Callable[[Json, str], Awaitable[None]]

# What Slack tells of its own accord, as in `config/slack-manifest.yml`.
LISTENS: dict[str, Callable[[Handlers, Json, str], Awaitable[None]]] = {
    "app_home_opened": Handlers.home,
    "app_mention": Handlers.mention,
    "app_uninstalled": Handlers.uninstalled,
    "channel_archive": Handlers.moved,
    "channel_deleted": Handlers.moved,
    "channel_left": Handlers.moved,
    "channel_unarchive": Handlers.moved,
    "group_archive": Handlers.moved,
    "group_deleted": Handlers.moved,
    "group_left": Handlers.moved,
    "group_unarchive": Handlers.moved,
    "link_shared": Handlers.shared,
    "member_joined_channel": Handlers.moved,
    "message": Handlers.direct,
    "reaction_added": Handlers.reaction,
    "reaction_removed": Handlers.reaction,
    "team_access_revoked": Handlers.access_revoked,
    "tokens_revoked": Handlers.uninstalled,
}


class Way(Struct, frozen=True, kw_only=True):
    """How Slack reaches us."""

    mode: str = SOCKET
    app_token: str = ""
    signing_secret: str = ""
    host: str = "127.0.0.1"
    port: int = 3000


class Listener:
    """Implements listening, until cancelled."""

    def __init__(self, workspaces: Workspaces, people: Admins, clock: Clock, way: Way, beside: Beside) -> None:
        self._workspaces = workspaces
        self._people = people
        self._clock = clock
        self._way = way
        self._beside = beside
        self._server: Server | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self.started = asyncio.Event()

    @property
    def url(self) -> str:
        return self._server.url if self._server else ""

    def missing(self) -> str:
        """What has to be set before Slack can be heard; empty when nothing is missing."""
        if self._way.mode == HTTP:
            return "" if self._way.signing_secret else "signing_secret"
        return "" if self._way.app_token else "app_token"

    async def run(self, core: Core) -> None:
        if name := self.missing():
            raise ConfigError(
                f"[adapters.slack] has no {name}, so Slack can't be heard.",
                f"Set SLACK_{name.upper()}; docs/slack.md says where Slack shows it.",
            )
        app = self._app(Handlers(core, self._workspaces, self._people, self._clock))
        hearing = self._over_http(app, core) if self._way.mode == HTTP else self._by_socket(app)
        jobs = [asyncio.create_task(hearing)]
        if self._beside.upkeep:
            jobs.append(asyncio.create_task(self._beside.upkeep()))
        try:
            await asyncio.gather(*jobs)
        finally:
            self.started.clear()
            for task in jobs:
                if not task.cancelling():  # a second cancel would break off the closing of connections
                    task.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
            await self._finish()

    async def aclose(self) -> None:
        await self._finish()
        if self._server:
            await self._server.aclose()

    async def _by_socket(self, app: AsyncApp) -> None:
        handler = AsyncSocketModeHandler(app, self._way.app_token, ping_interval=PING)
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]
            self.started.set()
            await asyncio.Event().wait()
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]

    async def _over_http(self, app: AsyncApp, core: Core) -> None:
        self._server = Server(app, core, self._beside)
        await self._server.start(self._way.host, self._way.port)
        self.started.set()
        try:
            await asyncio.Event().wait()
        finally:
            await self._server.aclose()

    def _app(self, desk: Handlers) -> AsyncApp:
        app = AsyncApp(
            name="paperboy",
            logger=quiet,
            client=self._workspaces.wire.client(),
            signing_secret=self._way.signing_secret or "none: Socket Mode signs nothing",
            authorize=Authorize(self._workspaces.installs),  # type: ignore[arg-type] # Bolt takes its own class too
        )
        app.command(ANY)(self._acknowledged(desk.command))
        app.message_shortcut(ANY)(self._acknowledged(desk.shortcut))
        app.action(ANY)(self._acknowledged(desk.press))
        app.view(FORM)(self._answering(desk))
        app.view(ANY)(self._acknowledged(_nothing))
        for name, job in LISTENS.items():
            app.event(name)(self._acknowledged(partial(job, desk)))
        app.event(ANY)(self._acknowledged(_nothing))  # an app may be subscribed to more
        return app

    def _acknowledged(self, job: Job) -> Callable[..., Awaitable[None]]:
        """A handler that acknowledges first and works then, in a task that a stop waits for."""
        repeats = RecentEvents()

        async def handler(ack: Ack, body: Json, context: AsyncBoltContext) -> None:
            await ack()
            await asyncio.sleep(BREATH)
            with logged(), repeats.once(body) as new:
                if new:
                    await self._work(job(body, await self._workspace(body, context)))

        return handler

    def _answering(self, desk: Handlers) -> Callable[..., Awaitable[None]]:
        """A form's handler: its acknowledgement is its answer."""
        repeats = RecentEvents()

        async def handler(ack: Ack, body: Json, context: AsyncBoltContext) -> None:
            with logged(), repeats.once(body) as new:
                await (self._work(desk.submit(body, _space(body, context), ack)) if new else ack())

        return handler

    async def _workspace(self, body: Json, context: AsyncBoltContext) -> str:
        """The workspace that the bot was asked in; one that its organization installed for is remembered."""
        space = _space(body, context)
        if context.enterprise_id and space != context.enterprise_id and body.get("type") == "event_callback":
            with suppress(PaperboyError):  # an event of removal comes when nothing is installed any more
                await self._workspaces.installs.of(space, context.enterprise_id)
        return space

    async def _work(self, job: Awaitable[None]) -> None:
        task = asyncio.ensure_future(job)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await task

    async def _finish(self) -> None:
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=GRACE)
            for task in late:
                task.cancel()


@contextmanager
def logged() -> Iterator[None]:
    """What Paperboy raises on purpose is told in one line."""
    try:
        yield
    except PaperboyError as error:
        log.error("something from Slack could not be handled: %s", error)


async def _nothing(body: Json, space: str) -> None:
    """There is nothing to do about it."""


def _space(body: Json, context: AsyncBoltContext) -> str:
    """The workspace that the bot was asked in."""
    return str(context.team_id or body.get("team_id") or context.enterprise_id or "")
