"""Turns events into answers: the core as adapters see it."""

import dataclasses
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import assert_never

from attrs import define, field
from msgspec.structs import replace

from bot.chat.adapter import CommandHelp, MenuEntry
from bot.chat.catalog import Catalog
from bot.chat.event import (
    Answer,
    BaseEvent,
    BotRemoved,
    BotReturned,
    ButtonPress,
    ChannelMoved,
    Event,
    FormSubmission,
    LinkShared,
    Person,
    Place,
    Reaction,
)
from bot.chat.event import Command as Typed
from bot.chat.message import Action
from bot.clock import Clock
from bot.commands import ask, buttons, search
from bot.commands.bound_buttons import bound_command
from bot.commands.completion import complete
from bot.commands.concurrency import ConcurrencyLimit
from bot.commands.context import Command, CommandContext, Effect, Request, channel_language, exact_paper
from bot.commands.registry import commands
from bot.delivery.availability import Released
from bot.delivery.reconcile import Changed
from bot.errors import AlreadyDone, AskError, PaperboyError
from bot.languages import speaking, tr, tr_count
from bot.metrics import ANSWERS, FAILURES
from bot.views.results import note, problem, with_controls
from bot.views.why import posts_of_today
from bot.votes import ballot

log = logging.getLogger(__name__)

MIN_COMMAND_SIMILARITY_PERCENT = 80  # from which a word is taken for a mistyped command


@define(eq=False)
class Router:
    """Implements `bot.chat.adapter.Core`."""

    _context: CommandContext
    _clock: Clock
    _changed: Changed
    _absent: Callable[[Place, str], Awaitable[None]]  # gets a place that can't be posted to any more, and the reason
    _present: Callable[[Place], Awaitable[Released]]  # gets a place that can be posted to again; says what goes on
    _gap: Callable[[str], None]
    _health: Callable[[], Awaitable[Mapping[str, str]]]
    catalog: Catalog
    _concurrency: ConcurrencyLimit = field(init=False, factory=ConcurrencyLimit)
    _by_name: Mapping[str, Command] = field(init=False)

    @_by_name.default
    def _offered(self) -> Mapping[str, Command]:
        offered = commands(feeds=self._context.feed is not None, invites=self._context.invites)
        return {command.name: command for command in offered}

    @property
    def commands(self) -> Sequence[CommandHelp]:
        return [command.help for command in self._by_name.values()]

    @property
    def menu(self) -> Sequence[MenuEntry]:
        return buttons.MENU

    async def handle_event(self, event: Event) -> Answer | None:
        with speaking(event.who.language):
            return await self._answer_safely(event)

    async def _answer_safely(self, event: Event) -> Answer | None:
        kind = type(event).__name__.lower()
        try:
            with ANSWERS.labels(kind).time(), self._concurrency.slot_for(event):
                return await self._answer(event)
        except AlreadyDone:
            return None
        except AskError as error:
            return Answer(message=problem(error))
        except PaperboyError as error:
            log.error("%s %s failed: %s", type(event).__name__, event.id, error)
        except Exception:
            log.exception("%s %s failed", type(event).__name__, event.id)
        FAILURES.labels(kind).inc()
        unknown = PaperboyError(
            tr("Something went wrong on our side. It has been logged."), tr("Try again in a moment.")
        )
        return Answer(message=problem(unknown))

    def note_gap(self, platform: str) -> None:
        self._gap(platform)

    async def complete(self, text: str, who: Person) -> Sequence[tuple[str, str]]:
        with speaking(who.language):
            return await complete(list(self._by_name.values()), self._context.search, text)

    async def health_problems(self) -> Mapping[str, str]:
        return await self._health()

    async def _answer(self, event: Event) -> Answer | None:
        match event:
            case Typed(text=text):
                return await self._command(self.request_for(event, text))
            case ButtonPress():
                return await self._press(event)
            case FormSubmission():
                return await self._submit(event)
            case LinkShared(url=url):
                request = self.request_for(event, url)
                with speaking(await channel_language(request, event.who.language)):
                    return await search.link_card(request)
            case Reaction():
                if paper := await ballot.record_reaction(self._context.store, event, self._context.emojis):
                    await self._changed(event.who.tenant, paper)
            case BotRemoved():
                await self._absent(event.place, event.why)
            case BotReturned():
                released = await self._present(event.place)
                return _welcome_back(released) if released.schedules else None
            case ChannelMoved(place=old, to=new):
                moved = await self._context.store.subscriptions.move_channel(old, new)
                log.info("channel %s is %s now: %d schedules moved", old, new.channel, moved)
            case _:
                assert_never(event)
        return None

    async def _command(self, request: Request) -> Answer:
        """Run a command by its first word; anything else is a search."""
        command, name, rest = self._parse(request.question)
        if command:
            command.check_rights(request.who)
            return await command.run(request, rest)
        if not request.question.strip():
            return await self._by_name["help"].run(request, "")
        if answer := await ask.answer_in_thread(request):
            return answer
        answer = await search.find.run(request, request.question)
        similar = self._similar_command(name)
        button = await buttons.suggestion(request, similar, rest) if similar else None
        return replace(answer, message=with_controls(answer.message, button)) if button else answer

    def _parse(self, text: str) -> tuple[Command | None, str, str]:
        """The command of a text, None for a search; its first word; and the rest."""
        name, _, rest = text.strip().partition(" ")
        return self._by_name.get(name.casefold()), name, rest.strip()

    def _similar_command(self, word: str) -> Command | None:
        """The command that a word looks like a mistyping of."""
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - imported for the first mistyped command

        best = process.extractOne(
            word.casefold(), list(self._by_name), scorer=fuzz.ratio, score_cutoff=MIN_COMMAND_SIMILARITY_PERCENT
        )
        return self._by_name[best[0]] if best else None

    async def _press(self, event: ButtonPress) -> Answer:
        request = self.request_for(event, "")
        match event.action:
            case Action(name="vote" | "unvote"):
                answer, voted = await buttons.vote(request, event)
                await self._changed(event.who.tenant, voted)
                return answer
            case Action(name="page" | "share" as name):
                return await self._repeat(event, shared=name == "share")
            case Action(name="run" | "confirm" as name):
                text, signature = await bound_command(request, event.action)
                bound = dataclasses.replace(
                    self.request_for(event, text), cause=f"button {signature}", confirmed=name == "confirm"
                )
                return replace(await self._command(bound), replace=True)
            case Action(name="save" | "similar" | "show" as name):
                paper = await exact_paper(request, await buttons.pressed_paper(request, event))
                return await self._command(self.request_for(event, f"{name} {paper.id}"))
            case Action(name="schedule", args=args):  # opens the form, and takes nothing but an id
                return await self._command(
                    self.request_for(event, f"change {args[0].partition(' ')[0]}" if args else "schedule")
                )
        raise buttons.outdated()

    async def _repeat(self, event: ButtonPress, *, shared: bool) -> Answer:
        """Ask the question of a page or share button, for the presser. Anyone may have made the button, so it only
        runs commands that read."""
        offset, text = await buttons.repeated_question(self.request_for(event, ""), event)
        command, *_ = self._parse(text)
        effect = command.effect if command else Effect.READS
        if effect is Effect.CHANGES:
            raise AskError(
                tr("This button can't change anything."), tr("To run the command, type: /papers {text}", text=text)
            )
        if shared and effect is not Effect.READS:
            raise AskError(tr("This answer is only for you, so it can't be shared."))
        request = dataclasses.replace(self.request_for(event, text), offset=offset, shared=shared)
        with speaking(await channel_language(request, event.who.language) if shared else event.who.language):
            answer = await self._command(request)
        return replace(answer, private=not shared, replace=offset > 0 and not shared)

    async def _submit(self, event: FormSubmission) -> Answer:
        """A form, or the typed options of a command. One that can't be read is offered again as it was filled in."""
        command = self._by_name.get(event.action.name)
        if command is None or command.submit is None:
            raise AskError(tr("This form no longer works."), tr("Type the command again: /papers"))
        command.check_rights(event.who)
        try:
            return await command.submit(self.request_for(event, ""), event.values, event.action.args)
        except AskError as error:
            form = command.refill(event.action, event.values) if command.refill else None
            return Answer(message=problem(error), form=form)

    def request_for(self, event: BaseEvent, text: str) -> Request:
        now = self._clock.now()
        return Request(context=self._context, who=event.who, place=event.place, now=now, cause=event.id, question=text)


def _welcome_back(released: Released) -> Answer:
    lines = [tr_count("{count} schedule runs again.", "{count} schedules run again.", released.schedules)]
    if released.posts:
        lines.append(posts_of_today(released.posts))
    return Answer(message=note(" ".join(lines)))
