"""From an event to its answer: the core as adapters see it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import assert_never

from msgspec.structs import replace
from rapidfuzz import fuzz, process

from bot.chat.adapter import CommandHelp, MenuEntry
from bot.chat.catalog import Catalog
from bot.chat.event import (
    Answer,
    BaseEvent,
    BotRemoved,
    BotReturned,
    ButtonPress,
    Command,
    Event,
    FormSubmission,
    LinkShared,
    Person,
    Place,
    Reaction,
)
from bot.chat.message import Action
from bot.clock import Clock
from bot.commands import ask as asking
from bot.commands import buttons as presses
from bot.commands import search as find
from bot.commands.completion import complete
from bot.commands.concurrency import ConcurrencyLimit
from bot.commands.context import Command as Known
from bot.commands.context import CommandContext, Request
from bot.commands.registry import known
from bot.errors import AlreadyDone, AskError, PaperboyError
from bot.metrics import ANSWERS, FAILURES
from bot.papers.model import PaperId
from bot.views.results import problem, with_controls
from bot.votes import ballot

log = logging.getLogger(__name__)

NEAR = 80  # of 100: how like a command a word must be to be taken for a slip of the hand

Absent = Callable[[Place, str], Awaitable[None]]
"""Told when nothing can be posted in a place any more, and why."""

Present = Callable[[Place], Awaitable[None]]
"""Told when a place can be posted to again."""

Changed = Callable[[str, PaperId], Awaitable[None]]
"""Told when the votes on a paper changed in a tenant, so that its posted cards can follow."""


class Router:
    """Implements `bot.chat.adapter.Core`."""

    def __init__(
        self,
        desk: CommandContext,
        clock: Clock,
        *,
        changed: Changed,
        absent: Absent,
        present: Present,
        health: Callable[[], Awaitable[Mapping[str, str]]],
        catalog: Catalog,
    ) -> None:
        self._desk = desk
        self._clock = clock
        self._changed = changed
        self._absent = absent
        self._present = present
        self._health = health
        self._room = ConcurrencyLimit()
        self._catalog = catalog
        self._by_name = {command.name: command for command in known(feeds=desk.feed is not None, invites=desk.invites)}

    @property
    def commands(self) -> Sequence[CommandHelp]:
        return [command.help for command in self._by_name.values()]

    @property
    def menu(self) -> Sequence[MenuEntry]:
        return presses.MENU

    @property
    def catalog(self) -> Catalog:
        return self._catalog

    async def handle_event(self, event: Event) -> Answer | None:
        kind = type(event).__name__.lower()
        try:
            with ANSWERS.labels(kind).time(), self._room.of(event):
                return await self._act(event)
        except AlreadyDone:
            return None
        except AskError as error:
            return Answer(message=problem(error))
        except PaperboyError as error:
            log.error("event %s failed: %s", event.id, error)
        except Exception:
            log.exception("event %s failed", event.id)
        FAILURES.labels(kind).inc()
        sorry = PaperboyError("That did not work just now.", "Try again; the reason is in the log for the admin.")
        return Answer(message=problem(sorry))

    async def complete(self, text: str, who: Person) -> Sequence[str]:
        return await complete(list(self._by_name.values()), self._desk.store.papers, text)

    async def health_problems(self) -> Mapping[str, str]:
        return await self._health()

    async def _act(self, event: Event) -> Answer | None:
        match event:
            case Command(text=text):
                return await self._command(self._ask(event, text))
            case ButtonPress():
                return await self._press(event)
            case FormSubmission():
                return await self._submit(event)
            case LinkShared(url=url):
                return await find.shared(self._ask(event, url))
            case Reaction() | BotRemoved() | BotReturned():
                await self._note(event)
                return None
        assert_never(event)

    async def _note(self, event: Reaction | BotRemoved | BotReturned) -> None:
        """What has an effect and no answer."""
        match event:
            case Reaction():
                if paper := await ballot.react(self._desk.store, event, self._desk.emojis):
                    await self._changed(event.who.tenant, paper)
            case BotRemoved():
                await self._absent(event.place, event.why)
            case BotReturned():
                await self._present(event.place)

    async def _command(self, ask: Request) -> Answer:
        """A command by its first word; anything else is a search."""
        name, _, rest = ask.question.strip().partition(" ")
        if command := self._by_name.get(name.casefold()):
            _permit(command, ask.who)
            return await command.run(ask, rest.strip())
        if not ask.question.strip():
            return await self._by_name["help"].run(ask, "")
        if answered := await asking.in_thread(ask):
            return answered
        answer = await find.COMMAND.run(ask, ask.question)
        if meant := self._meant(name):
            button = presses.again(f"Did you mean /papers {meant}?", f"{meant} {rest.strip()}".strip())
            return replace(answer, message=with_controls(answer.message, button))
        return answer

    def _meant(self, word: str) -> str | None:
        """The command that a mistyped word is nearest to, if any is near."""
        near = process.extractOne(word.casefold(), list(self._by_name), scorer=fuzz.ratio, score_cutoff=NEAR)
        return near[0] if near else None

    async def _press(self, event: ButtonPress) -> Answer:
        ask = self._ask(event, "")
        match event.action:
            case Action(name="vote" | "unvote"):
                answer, paper = await presses.vote(ask, event)
                await self._changed(event.who.tenant, paper)
                return answer
            case Action(name="page" | "share" | "do" as name):
                offset, text = await presses.question(ask, event)
                answer = await self._command(self._ask(event, text, offset, shared=name == "share"))
                return replace(answer, private=name != "share", replace=name == "do" or (name == "page" and offset > 0))
            case Action(name="save" | "similar" | "show" as name):
                return await self._command(self._ask(event, f"{name} {await presses.subject(ask, event)}"))
            case Action(name="schedule", args=args):
                return await self._command(self._ask(event, " ".join(("change", *args) if args else ("schedule",))))
        raise AskError("That button is too old.", "Ask again with /papers.")

    async def _submit(self, event: FormSubmission) -> Answer:
        """A form, or the typed options of a command."""
        command = self._by_name.get(event.action.name)
        if command is None or command.form is None:
            raise AskError("That form is too old.", "Ask again with /papers.")
        _permit(command, event.who)
        try:
            return await command.form(self._ask(event, ""), event.values, event.action.args)
        except AskError as error:  # the form again, with what was typed
            again = command.again(event.action, event.values) if command.again else None
            return Answer(message=problem(error), form=again)

    def _ask(self, event: BaseEvent, text: str, offset: int = 0, *, shared: bool = False) -> Request:
        return Request(
            desk=self._desk,
            who=event.who,
            place=event.place,
            now=self._clock.now(),
            cause=event.id,
            question=text,
            offset=offset,
            shared=shared,
        )


def _permit(command: Known, who: Person) -> None:
    if command.help.admin and not who.admin:
        raise AskError(
            f"/papers {command.name} is for those who may set schedules here.",
            "Ask an admin of this channel; /papers why shows what is set up.",
        )
