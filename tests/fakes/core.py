"""A core that keeps what it hears and answers in every way a core can."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import assert_never, cast

from bot.chat.adapter import CommandHelp, MenuEntry
from bot.chat.catalog import Catalog
from bot.chat.event import (
    Answer,
    BotRemoved,
    BotReturned,
    ButtonPress,
    ChannelMoved,
    Command,
    Event,
    FormSubmission,
    LinkShared,
    Person,
    Reaction,
)
from bot.chat.form import Field, Form
from bot.chat.message import Action, Button, Controls, Heading, Message, Paragraph, text

FORM = Form(
    title="Schedule papers",
    action=Action("schedule"),
    fields=(
        Field(name="when", label="When", hint="weekdays 09:00", required=True),
        Field(name="layout", label="Layout", value="thread", choices=(("thread", "A thread"), ("compact", "Compact"))),
    ),
)


class FakeCore:
    """Implements `bot.chat.adapter.Core`; like the real one it never raises."""

    commands: Sequence[CommandHelp] = (
        CommandHelp(name="today", usage="today", summary="Today's papers."),
        CommandHelp(
            name="schedule", usage="schedule WHEN", summary="Bring papers regularly.", admin=True, fields=FORM.fields
        ),
    )
    menu: Sequence[MenuEntry] = (
        MenuEntry(label="Find similar papers", action=Action("similar")),
        MenuEntry(label="Vote for this paper", action=Action("vote")),
    )

    @property
    def catalog(self) -> Catalog:
        """Nobody has voted; what reads more is tested against a real store (tests/builders.py)."""
        return cast(Catalog, _NoVotes())

    def __init__(self) -> None:
        self.heard: list[Event] = []
        self.gaps: list[str] = []  # platforms that told of one
        self.wrong: dict[str, str] = {}  # what `healthy` tells

    async def handle_event(self, event: Event) -> Answer | None:
        self.heard.append(event)
        match event:
            case Command(text="nothing"):
                return None
            case Command(text="schedule") | ButtonPress(action=Action(name="schedule")):
                return Answer(message=Message(plain="Say when."), form=FORM)
            case FormSubmission(values=values):
                return Answer(message=_page(" ".join(f"{name}={said}" for name, said in values.items()), 1))
            case LinkShared(url=url):
                return Answer(message=_page(url, 1), private=False) if "arxiv.org" in url else None
            case Command(text="briefly"):
                return Answer(message=Message(plain="Noted briefly."), brief=True)
            case Command(text=asked):
                return Answer(message=_page(asked, 1))
            case ButtonPress(action=Action(name="page", args=args)):
                return Answer(message=_page(" ".join(args), 2), replace=True)
            case ButtonPress(action=Action(name="share", args=args)):
                return Answer(message=_page(" ".join(args), 1), private=False)
            case ButtonPress() | Reaction() | BotRemoved() | BotReturned() | ChannelMoved():
                return None
            case _:
                assert_never(event)

    def note_gap(self, platform: str) -> None:
        self.gaps.append(platform)

    async def complete(self, text: str, who: Person) -> Sequence[tuple[str, str]]:
        return [(command.name, command.summary) for command in self.commands if command.name.startswith(text)]

    async def health_problems(self) -> Mapping[str, str]:
        return self.wrong


class _NoVotes:
    async def votes_by(self, who: Person, ids: Collection[str]) -> Mapping[str, int]:
        return {}


def _page(asked: str, number: int) -> Message:
    buttons = tuple(Button(label=name.title(), action=Action(name, (asked[:40],))) for name in ("page", "share"))
    heading = Heading(f"Answer to {asked[:200]}")
    return Message(plain="An answer", blocks=(heading, Paragraph(text(f"page {number}")), Controls(buttons)))
