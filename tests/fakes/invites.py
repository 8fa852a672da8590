"""Somebody who brings papers to addresses, and all commands as they are where there is one."""

from __future__ import annotations

from collections.abc import Mapping

from bot.chat.event import Person
from bot.chat.form import Field
from bot.commands.registry import commands
from bot.errors import AskError


class FakeInvites:
    """Implements `bot.chat.adapter.Invites`; writes down whom it was to ask."""

    page = "https://papers.example.org/"
    fields = (
        Field(name="address", label="Address", hint="ada@example.org", required=True, secret=True),
        Field(name="query", label="Topic", hint="Words, or nothing"),
    )

    def __init__(self) -> None:
        self.asked: list[tuple[Person, Mapping[str, str]]] = []

    async def invite(self, who: Person, values: Mapping[str, str]) -> None:
        if "@" not in values["address"]:
            raise AskError("That is no e-mail address.", "It looks like ada@example.org.")
        self.asked.append((who, values))


COMMANDS = commands(feeds=True, invites=FakeInvites())
