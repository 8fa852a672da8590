"""The assistant: Paperboy in the pane beside any channel, with prompts to begin with.

Its conversations are threads of the person's direct messages: since 2026 the person's own messages begin them
(`agent_view`), in older apps the pane does (`assistant_view`). https://docs.slack.dev/ai/developing-agents
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec.structs import replace

from adapters.slack.client import Workspaces
from adapters.slack.outbound.elements import Json
from adapters.slack.payload import get_list, get_object, get_text, require_text
from bot.chat.event import Command, Place
from bot.errors import PaperboyError
from bot.languages import mark, tr
from bot.recent import RecentDict

log = logging.getLogger(__name__)

SCOPE = "assistant:write"
PROMPTS = (  # at most four
    (mark("Today's papers"), "today"),
    (mark("What is trending?"), "trending"),
    (mark("Why is this channel quiet?"), "why"),
    (mark("New for my topics"), "mine"),
)
ABOUT_THE_CHANNEL = "why"  # the command that is about the channel beside the pane
STATUS = mark("is looking it up…")  # Slack puts the app's name in front
STATUS_DEADLINE_S = 5.0  # an answer does not wait longer for its status
MAX_REMEMBERED_PEOPLE = 5_000


class Assistant:
    """Offers prompts, shows that it is working, and knows the channel that each person has beside the pane."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces
        self._channels = RecentDict[tuple[str, str], str](MAX_REMEMBERED_PEOPLE)  # in memory: empty after a restart

    async def is_on(self, space: str) -> bool:
        """Whether the workspace has the assistant."""
        return SCOPE in (await self._workspaces.installs.find_install(space)).scopes

    async def offer_prompts(self, body: Json, space: str) -> None:
        """The pane was opened."""
        self.note_channel(body, space)
        event = get_object(body, "event")
        opened = get_object(event, "assistant_thread")
        channel = get_text(opened, "channel_id") or require_text(event, "channel")
        await self._call(
            Place("slack", space, channel, get_text(opened, "thread_ts")),
            "assistant_threads_setSuggestedPrompts",
            title=tr("For example"),
            prompts=[{"title": tr(title), "message": message} for title, message in PROMPTS],
        )

    def note_channel(self, body: Json, space: str) -> None:
        """Remember the channel beside the pane."""
        event = get_object(body, "event")
        opened = get_object(event, "assistant_thread")
        if person := person_at(body):
            self._channels[space, person] = channel_beside(get_object(opened or event, "context"), space)

    def about_the_channel(self, event: Command) -> Command:
        """The command, in the channel beside the pane if it is about that one."""
        channel = self._channels.get((event.who.space, event.who.id), "")
        if not channel or event.text.casefold() != ABOUT_THE_CHANNEL:
            return event
        return replace(event, place=Place("slack", event.place.space, channel))

    @asynccontextmanager
    async def working(self, thread: Place) -> AsyncIterator[None]:
        """Say in a thread that an answer is being made. Slack takes that away when the answer comes."""
        said = self._call(thread, "assistant_threads_setStatus", status=tr(STATUS)) if thread.thread else None
        status = asyncio.create_task(said) if said else None
        try:
            yield
        finally:
            if status:
                await asyncio.wait({status}, timeout=STATUS_DEADLINE_S)  # set later, it would stay
                status.cancel()

    async def _call(self, thread: Place, method: str, **arguments: object) -> None:
        """Call a method that an app without the assistant's scope has no use for. A failure costs no answer."""
        try:
            if await self.is_on(thread.space):
                ids = {"channel_id": thread.channel} | ({"thread_ts": thread.thread} if thread.thread else {})
                await self._workspaces.call(thread.space, method, **ids, **arguments)
        except PaperboyError as error:
            log.warning("Slack assistant in %s: %s", thread, error)


def person_at(body: Json) -> str:
    """Who opened the pane or looks at another channel; empty when that isn't said. Pure."""
    return get_text(body, "event", "assistant_thread", "user_id") or get_text(body, "event", "user")


def channel_beside(context: Json, space: str) -> str:
    """The channel of this workspace in what a person looks at; empty when there is none. Pure."""
    kinds = {"slack#/types/channel_id": ("value",), "slack#/types/message_context": ("value", "channel_id")}
    entities = [context, *get_list(context, "entities")]
    for entity in filter(lambda one: get_text(one, "team_id") in {space, ""}, entities):
        path = kinds.get(get_text(entity, "type"), ("channel_id",))
        if channel := get_text(entity, *path):
            return channel
    return ""
