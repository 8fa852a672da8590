"""The workflow step "Post today's papers": a workflow of Slack posts the newest list, or its papers on a topic.

https://docs.slack.dev/workflows/workflow-steps
"""

import logging
from datetime import datetime, timedelta

from adapters.slack.client import Workspaces
from adapters.slack.outbound.elements import Json
from adapters.slack.outbound.history import PostSearch
from adapters.slack.outbound.post import answer_payloads, post_payload
from adapters.slack.payload import get_object, get_text, require_text
from bot.chat.adapter import Core, KeyValue
from bot.chat.event import Command, Person, Place
from bot.chat.message import Message
from bot.errors import PostError

log = logging.getLogger(__name__)

CALLBACK = "post_papers"  # the function's name in the manifest
MAX_TOPIC_CHARS = 200
BEGUN = "workflow-step/"  # in the storage: `workflow-step/EXECUTION` → when its post was begun
MAX_POST = timedelta(minutes=2)  # after this, the process that began it is gone


class WorkflowStep:
    """Runs the step and tells Slack how it went. Slack may send a step again, also to another process: what is in the
    channel already is not posted again."""

    def __init__(self, core: Core, workspaces: Workspaces, storage: KeyValue) -> None:
        self._core = core
        self._workspaces = workspaces
        self._storage = storage
        self._search = PostSearch(workspaces, storage)

    async def run(self, body: Json, space: str, now: datetime) -> None:
        event = get_object(body, "event")
        if get_text(event, "function", "callback_id") != CALLBACK:
            return
        command = parse_step(event, space, now)
        try:
            begun = await self._begin(command.id, now)
            if begun and now - begun < MAX_POST:
                return  # another delivery of it is being handled
            if answer := await self._core.handle_event(command):
                await self._post(answer.message, command, begun)
        except PostError as error:
            log.warning("Slack workflow step in %s failed: %s", command.place, error)
            await self._finish(event, space, "functions_completeError", error=str(error))
        else:
            await self._finish(event, space, "functions_completeSuccess", outputs={})

    async def _begin(self, execution: str, now: datetime) -> datetime | None:
        """When this run of the step was begun before; None: it begins now."""
        if await self._storage.put(BEGUN + execution, now.isoformat().encode(), if_absent=True):
            return None
        return datetime.fromisoformat((await self._storage.get(BEGUN + execution) or b"").decode())

    async def _post(self, message: Message, command: Command, begun: datetime | None) -> None:
        for number, payload in enumerate(answer_payloads(message)):
            key = f"{command.id}/{number}"
            if begun is None or not await self._search.find_post(command.place, key, begun):
                await post_payload(self._workspaces, command.place, payload, key)

    async def _finish(self, event: Json, space: str, method: str, **arguments: object) -> None:
        ids = {"function_execution_id": require_text(event, "function_execution_id")}
        token = get_text(event, "bot_access_token")  # of this run of the workflow
        try:
            await self._workspaces.call(space, method, **ids, **arguments, **({"token": token} if token else {}))
        except PostError as error:
            log.warning("Slack workflow step in %s not finished: %s", space, error)


def parse_step(event: Json, space: str, now: datetime) -> Command:
    """The step as a command in the channel that the workflow chose. No person gives it. Pure."""
    execution = require_text(event, "function_execution_id")
    topic = get_text(event, "inputs", "topic")[:MAX_TOPIC_CHARS]
    return Command(
        id=f"slack:{execution}",
        at=now,
        who=Person(platform="slack", space=space, id=CALLBACK),
        place=Place("slack", space, require_text(event, "inputs", "channel")),
        text=f"today {topic}".strip(),
    )
