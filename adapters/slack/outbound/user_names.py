"""Shows people by their names: Slack's own mention would notify them, and a submission must not."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from adapters.slack.client import Workspaces
from bot.chat.adapter import CommandHelp, Core, MenuEntry
from bot.chat.catalog import Catalog
from bot.chat.event import Answer, Event, Person
from bot.chat.message import Block, Bullets, Card, Footnote, Message, Paragraph, Text, clean
from bot.clock import Clock
from bot.errors import PaperboyError

log = logging.getLogger(__name__)

CACHE_TTL = timedelta(hours=1)  # a new name shows after so long at most
MAX_CACHED_NAMES = 10_000
MAX_NAME_CHARS = 40
UNKNOWN = "someone here"


class UserNames:
    """Asks Slack for people's names and remembers them for an hour. They are not stored."""

    def __init__(self, workspaces: Workspaces, clock: Clock) -> None:
        self._workspaces = workspaces
        self._clock = clock
        self._cache: dict[tuple[str, str], tuple[datetime, str]] = {}

    async def with_names(self, message: Message, space: str) -> Message:
        """The message with names in place of people's ids."""
        people = {span.text for block in message.blocks for run in _runs(block) for span in run if span.person}
        names = {id: await self._name(space, id) for id in people}
        return replace(message, blocks=tuple(_with_names(b, names) for b in message.blocks)) if names else message

    async def _name(self, space: str, id: str) -> str:
        now = self._clock.now()
        until, name = self._cache.get((space, id), (now, UNKNOWN))
        if now >= until:
            try:
                user = (await self._workspaces.call(space, "users_info", user=id)).get("user") or {}
            except PaperboyError as error:
                log.warning("Slack did not say the name of %s: %s", id, error)
                return UNKNOWN
            profile = user.get("profile") or {}
            raw = profile.get("display_name") or profile.get("real_name") or user.get("name") or ""
            name = clean(str(raw), MAX_NAME_CHARS) or UNKNOWN
            if len(self._cache) >= MAX_CACHED_NAMES:
                self._cache.pop(next(iter(self._cache)))
            self._cache[space, id] = (now + CACHE_TTL, name)
        return name


class NamingCore:
    """The core, with people's names in its answers."""

    def __init__(self, core: Core, names: UserNames) -> None:
        self._core = core
        self._names = names

    @property
    def commands(self) -> Sequence[CommandHelp]:
        return self._core.commands

    @property
    def menu(self) -> Sequence[MenuEntry]:
        return self._core.menu

    @property
    def catalog(self) -> Catalog:
        return self._core.catalog

    async def handle_event(self, event: Event) -> Answer | None:
        answer = await self._core.handle_event(event)
        return answer and replace(answer, message=await self._names.with_names(answer.message, event.who.space))

    async def complete(self, text: str, who: Person) -> Sequence[str]:
        return await self._core.complete(text, who)

    async def health_problems(self) -> Mapping[str, str]:
        return await self._core.health_problems()


def _runs(block: Block) -> Sequence[Text]:
    """The texts of a block that may contain people."""
    match block:
        case Paragraph(text=run) | Footnote(text=run) | Card(facts=run):
            return (run,)
        case Bullets(items=runs):
            return runs
    return ()


def _with_names(block: Block, names: Mapping[str, str]) -> Block:
    match block:
        case Paragraph() | Footnote():
            return replace(block, text=_run_with_names(block.text, names))
        case Bullets():
            return replace(block, items=tuple(_run_with_names(item, names) for item in block.items))
        case Card():
            return replace(block, facts=_run_with_names(block.facts, names))
    return block


def _run_with_names(run: Text, names: Mapping[str, str]) -> Text:
    return tuple(replace(span, text=names[span.text], person=False) if span.person else span for span in run)
