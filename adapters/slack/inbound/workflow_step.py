"""The workflow step "Post today's papers": a workflow of Slack posts the newest list, or its papers on a topic.

https://docs.slack.dev/workflows/workflow-steps
"""

import logging
from datetime import datetime

from adapters.slack.client import Workspaces
from adapters.slack.outbound.answers import Answers
from adapters.slack.outbound.render import Json
from adapters.slack.payload import get_object, get_text, require_text
from bot.chat.adapter import Core
from bot.chat.event import Command, Person, Place
from bot.errors import PostError

log = logging.getLogger(__name__)

CALLBACK = "post_papers"  # the function's name in the manifest
MAX_TOPIC_CHARS = 200


class WorkflowStep:
    """Runs the step and tells Slack how it went."""

    def __init__(self, core: Core, workspaces: Workspaces, answers: Answers) -> None:
        self._core = core
        self._workspaces = workspaces
        self._answers = answers

    async def run(self, body: Json, space: str, now: datetime) -> None:
        event = get_object(body, "event")
        if get_text(event, "function", "callback_id") != CALLBACK:
            return
        command = parse_step(event, space, now)
        try:
            if answer := await self._core.handle_event(command):
                await self._answers.post_message(answer.message, command.place)
        except PostError as error:
            log.warning("Slack workflow step in %s failed: %s", command.place, error)
            await self._finish(event, space, "functions_completeError", error=str(error))
        else:
            await self._finish(event, space, "functions_completeSuccess", outputs={})

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
