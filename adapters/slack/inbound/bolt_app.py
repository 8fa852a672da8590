"""The Bolt app: acknowledges Slack's payloads and passes each to its handler once, whatever it contains.

https://docs.slack.dev/tools/bolt-python
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeAlias

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.error import BoltError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack.client import Workspaces
from adapters.slack.inbound.handlers import Ack, Handlers
from adapters.slack.inbound.workspace import find_workspace, is_proven
from adapters.slack.install.installs import Installs
from adapters.slack.outbound.answers import Answers, AnswerTarget
from adapters.slack.outbound.elements import Json
from adapters.slack.outbound.modals import FORM
from adapters.slack.payload import UnreadablePayload, count_unreadable, delivery_id, event_type, get_text
from bot.chat.event import Answer, Place
from bot.chat.message import Message
from bot.errors import PaperboyError, Refused
from bot.metrics import FAILURES
from bot.recent import RecentDict

log = logging.getLogger(__name__)
bolt_log = logging.getLogger(f"{__name__}.bolt")  # Bolt warns of tokens in the environment, which it doesn't use here
bolt_log.setLevel(logging.ERROR)

ANY = re.compile("")
ACK_HEAD_START_S = 0.02  # Bolt looks every 10 ms for an acknowledgement to send, and work must not delay that
MAX_REASON_CHARS = 200
MAX_REMEMBERED_EVENTS = 5_000  # the core recognizes older ones
STOP_TIMEOUT_S = 3.0  # for handlers under way when listening ends
MALFORMED = (AttributeError, BoltError, LookupError, RecursionError, TypeError, ValueError)  # raised by Bolt's reading

Handler: TypeAlias = Callable[[Json, str], Awaitable[None]]

# The events in `config/slack-manifest.yml`.
EVENT_HANDLERS: dict[str, Callable[[Handlers, Json, str], Awaitable[None]]] = {
    "app_context_changed": Handlers.on_assistant_moved,
    "app_home_opened": Handlers.on_home_opened,
    "app_mention": Handlers.on_mention,
    "app_uninstalled": Handlers.on_uninstalled,
    "assistant_thread_context_changed": Handlers.on_assistant_moved,
    "assistant_thread_started": Handlers.on_assistant_opened,
    "channel_id_changed": Handlers.on_channel_moved,
    "entity_details_requested": Handlers.on_details_requested,
    "function_executed": Handlers.on_workflow_step,
    "link_shared": Handlers.on_link_shared,
    "member_joined_channel": Handlers.on_channel_changed,
    "member_left_channel": Handlers.on_channel_changed,
    "message": Handlers.on_message,
    "reaction_added": Handlers.on_reaction,
    "reaction_removed": Handlers.on_reaction,
    "team_access_granted": Handlers.on_access_granted,
    "team_access_revoked": Handlers.on_access_revoked,
    "tokens_revoked": Handlers.on_uninstalled,
    **{
        f"{kind}_{what}": Handlers.on_channel_changed
        for kind in ("channel", "group")  # a private channel is a group
        for what in ("archive", "deleted", "left", "unarchive")
    },
}
COUNTED_TYPES = {*EVENT_HANDLERS, "block_actions", "command", "message_action", "view_submission"}


def make_authorize(installs: Installs) -> Callable[..., Awaitable[AuthorizeResult]]:
    """Bolt's `authorize` with our own records: the SDK's stores all keep tokens unencrypted.

    It raises `Refused` where Paperboy isn't installed, and passing faults (`Busy`, a locked database).
    Bolt asks for no token for `app_uninstalled` and the like, so those arrive after the end.
    """

    async def authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
        install = await installs.find_install(team_id or enterprise_id or "", enterprise_id or "")
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            bot_user_id=install.bot_user,
            bot_token=install.token,
            bot_scopes=install.scopes,
        )

    return authorize


class BoltApp:
    """Dispatches payloads, and keeps the tasks that handlers run in so that a stop can wait for them."""

    def __init__(self, workspaces: Workspaces, handlers: Handlers) -> None:
        self._workspaces = workspaces
        self._tasks: set[asyncio.Task[None]] = set()
        self.app = self._build(handlers)

    async def dispatch(self, payload: object) -> BoltResponse:
        """The acknowledgement of a payload, whose signature was checked. Never raises.

        Status 500 asks Slack to send it again. What can't be read is acknowledged: it would not be better next time.
        """
        body = payload if isinstance(payload, dict) else {}
        if body.get("type") == "app_rate_limited":
            log.warning("Slack drops events of workspace %s: more than 30,000 in an hour", get_text(body, "team_id"))
            return BoltResponse(status=200)
        try:
            request = AsyncBoltRequest(body=body, mode="socket_mode")  # already verified
            request.context.pop("response_url", None)  # Bolt would send errors there before it acknowledges
            request.context["team_id"] = find_workspace(body)
            if not is_proven(body, find_workspace(body)):
                request.context["enterprise_id"] = None  # so nothing is stored about who serves this workspace
            return await self.app.async_dispatch(request)
        except MALFORMED as error:
            return _failed(body, error)

    def _build(self, handlers: Handlers) -> AsyncApp:
        app = AsyncApp(
            name="paperboy",
            logger=bolt_log,
            client=self._workspaces.api.client(),
            signing_secret="unused: see server.py",  # noqa: S106
            authorize=make_authorize(self._workspaces.installs),
            raise_error_for_unhandled_request=True,
        )
        app.error(self._on_error)
        app.command(ANY)(self._acknowledge_first(handlers.on_command))
        app.message_shortcut(ANY)(self._acknowledge_first(handlers.on_shortcut))
        app.action(ANY)(self._acknowledge_first(handlers.on_press))
        app.view(FORM)(self._acknowledge_with_answer(handlers))
        app.view(ANY)(self._acknowledge_first(_ignore))
        for name, handler in EVENT_HANDLERS.items():
            app.event(name)(self._acknowledge_first(partial(handler, handlers)))
        app.event(ANY)(self._acknowledge_first(_ignore))  # an app may be subscribed to more
        return app

    async def finish_handlers(self) -> None:
        """Wait a little for handlers under way, then cancel them."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_TIMEOUT_S)
            for task in late:
                task.cancel()

    def _acknowledge_first(self, handler: Handler) -> Callable[..., Awaitable[None]]:
        seen = RecentDict[str, None](MAX_REMEMBERED_EVENTS)

        async def listener(ack: Ack, body: Json, context: AsyncBoltContext) -> None:
            await ack()
            await asyncio.sleep(ACK_HEAD_START_S)
            with _log_failure(body), first_delivery(seen, body) as new:
                if new:
                    await self._start(handler(body, context.team_id or ""))

        return listener

    def _acknowledge_with_answer(self, handlers: Handlers) -> Callable[..., Awaitable[None]]:
        """For a form, whose acknowledgement carries the answer."""
        seen = RecentDict[str, None](MAX_REMEMBERED_EVENTS)

        async def listener(ack: Ack, body: Json, context: AsyncBoltContext) -> None:
            with _log_failure(body), first_delivery(seen, body) as new:
                await (self._start(handlers.on_submit(body, context.team_id or "", ack)) if new else ack())

        return listener

    def _start(self, work: Awaitable[None]) -> asyncio.Future[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _on_error(self, error: Exception, request: AsyncBoltRequest) -> BoltResponse:
        """Bolt could not read a payload, or the workspace's token could not be found."""
        if isinstance(error, MALFORMED):
            return _failed(request.body, error)
        _log_line(request.body, error)
        if not isinstance(error, Refused):
            return BoltResponse(status=500)
        if "command" in request.body:
            return BoltResponse(status=200, body=str(error))  # Slack shows it to the person alone
        if url := get_text(request.body, "response_url"):
            target = AnswerTarget(place=Place("slack", "", ""), person="", response_url=url)
            self._start(Answers(self._workspaces).show_answer(Answer(message=Message(plain=str(error))), target))
        return BoltResponse(status=200)


@contextmanager
def first_delivery(seen: RecentDict[str, None], body: Json) -> Iterator[bool]:
    """Whether a payload is new: Slack sends one again when it saw no acknowledgement in time. When handling it fails,
    it counts as new again. https://docs.slack.dev/apis/events-api#retries"""
    id = delivery_id(body)
    new = not id or id not in seen
    if id and new:
        seen[id] = None
    try:
        yield new
    except BaseException:
        seen.pop(id, None)
        raise


@contextmanager
def _log_failure(body: Json) -> Iterator[None]:
    """Log a handler's failure: in one line, unless it is a fault of ours."""
    try:
        yield
    except UnreadablePayload as error:
        _failed(body, error)
    except PaperboyError as error:
        _log_line(body, error)
    except Exception:
        FAILURES.labels("slack").inc()
        log.exception("Slack event failed: %s, %s", event_type(body), delivery_id(body))


def _failed(body: Json, error: Exception) -> BoltResponse:
    """Count and log a payload that can't be read, and acknowledge it."""
    count_unreadable(body, COUNTED_TYPES)
    _log_line(body, error)
    return BoltResponse(status=200)


def _log_line(body: Json, error: Exception) -> None:
    reason = " ".join(str(error).split())[:MAX_REASON_CHARS]
    log.error("Slack event failed: %s, %s, %s: %s", event_type(body), delivery_id(body), type(error).__name__, reason)


async def _ignore(body: Json, space: str) -> None:
    """Nothing to do."""
