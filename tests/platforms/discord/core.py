"""A core that answers in every way a core can, and says what it heard."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from bot.chat.adapter import CommandHelp, MenuEntry
from bot.chat.event import Answer, ButtonPress, Command, Event, FormSubmission, Person
from bot.chat.form import Field, Form
from bot.chat.message import Action, Button, Controls, Heading, Message, Paragraph, text

WHEN = Field(name="when", label="When", hint="daily 09:00 Europe/Berlin", required=True)
TOP = Field(name="top", label="How many", choices=(("5", "Five"), ("10", "Ten")), value="10")
FORM = Form(title="Schedule papers", action=Action("schedule"), fields=(WHEN, TOP))


class TalkingCore:
    """Implements `bot.chat.adapter.Core`."""

    def __init__(self) -> None:
        self.heard: list[Event] = []
        self.gaps: list[str] = []  # platforms that told of one
        self.slow = 0.0  # seconds until it answers
        self.long = page_of("long", 1)
        self.commands: Sequence[CommandHelp] = (
            CommandHelp(name="today", usage="today", summary="Today's papers."),
            CommandHelp(name="board", usage="board", summary="The leaderboard.", private=False),
            CommandHelp(name="schedule", usage="schedule WHEN", summary="Post papers.", admin=True, fields=(TOP, WHEN)),
        )
        self.menu: Sequence[MenuEntry] = (MenuEntry(label="Similar papers", action=Action("similar")),)

    def note_gap(self, platform: str) -> None:
        self.gaps.append(platform)

    async def handle_event(self, event: Event) -> Answer | None:
        self.heard.append(event)
        await asyncio.sleep(self.slow)
        match event:
            case Command(text="nothing"):
                return None
            case Command(text="long"):
                return Answer(message=self.long)
            case Command(text="briefly"):
                return Answer(message=_says("Noted briefly."), brief=True)
            case Command(text="board"):
                return Answer(message=_says("The board"), private=False)
            case Command(text="schedule") | ButtonPress(action=Action(name="schedule")):
                return Answer(message=_says("Type the schedule."), form=FORM)
            case Command(text=asked):
                return Answer(message=page_of(asked, 1))
            case ButtonPress(action=Action(name="page", args=args)):
                return Answer(message=page_of(" ".join(args), 2), replace=True)
            case ButtonPress(action=Action(name="share", args=args)):
                return Answer(message=_says(f"Shared: {' '.join(args)}"), private=False)
            case ButtonPress(message_text=said):
                return Answer(message=_says(f"It says {said}"))
            case FormSubmission(values=values):
                return Answer(message=_says(f"Set to {values['when']}, top {values['top']}"))
            case _:
                return None

    async def complete(self, text: str, who: Person) -> Sequence[tuple[str, str]]:
        return [(f"{text} {n}", "what it does " * 20) for n in range(40)]

    async def health_problems(self) -> Mapping[str, str]:
        return {}

    def kind(self, wanted: type[Event]) -> list[Event]:
        return [event for event in self.heard if isinstance(event, wanted)]


def _says(words: str) -> Message:
    return Message(plain=words, blocks=(Paragraph(text(words)),))


def page_of(asked: str, number: int) -> Message:
    buttons = tuple(Button(label=name.title(), action=Action(name, (asked[:40],))) for name in ("page", "share", "say"))
    heading = Heading(f"Answer to {asked[:200]}")
    return Message(plain="An answer", blocks=(heading, Paragraph(text(f"page {number}")), Controls(buttons)))
