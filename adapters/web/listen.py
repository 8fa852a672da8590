"""From the page to the core: what somebody typed, pressed or reacted with becomes an event."""

from __future__ import annotations

import secrets

from adapters.web.people import PEOPLE, YOU, place
from adapters.web.room import CHANNEL, EMOJI, Room, Said
from bot.chat.adapter import Core
from bot.chat.event import Answer, Command, Person, Press, Reaction, Ref
from bot.chat.message import Action, Message, Paragraph, clean, text

MOST_CHARS = 12_000
NAME = "/papers"


class Desk:
    """Takes what a person does, and shows what comes of it."""

    def __init__(self, room: Room, core: Core) -> None:
        self._room = room
        self._core = core

    async def typed(self, who: Person, channel: str, thread: str, raw: str) -> tuple[Said | None, str]:
        """A command, or something said to the others. Returns what to show, or a toast."""
        words = raw.strip()[:MOST_CHARS]
        if not words:
            return None, "Type a message, or /papers and what you look for."
        if words.startswith(NAME) and words[len(NAME) : len(NAME) + 1].strip() == "":
            event = Command(
                id=_id(), at=self._room.now(), who=who, place=place(channel, thread), text=words[len(NAME) :].strip()
            )
            return await self._show(await self._core.handle(event), who, channel, thread)
        if words.startswith("/"):
            return None, f"There is no command {clean(words.split()[0], 30)}; try /papers help"
        spoken = Message(plain=words, blocks=(Paragraph(text(words)),))
        return await self._room.say(self._said(channel, thread, spoken, author=who.id)), ""

    async def pressed(
        self, who: Person, channel: str, thread: str, message: str, action: str
    ) -> tuple[Said | None, str]:
        """A button."""
        event = Press(
            id=_id(),
            at=self._room.now(),
            who=who,
            place=place(channel, thread),
            action=Action.parse(action),
            message=Ref(place(channel, thread), message) if message else None,
        )
        return await self._show(await self._core.handle(event), who, channel, thread, replaces=message)

    async def reacted(self, who: Person, message: str, emoji: str) -> None:
        """An emoji on a message, put or taken back."""
        said = self._room.get(message)
        if emoji not in EMOJI or said is None:
            return
        added = await self._room.react(message, emoji, who.id)
        where = place(said.channel, said.thread)
        event = Reaction(
            id=_id(),
            at=self._room.now(),
            who=who,
            place=where,
            message=Ref(where, message),
            emoji=emoji,
            added=added,
        )
        await self._core.handle(event)

    async def _show(
        self, answer: Answer | None, who: Person, channel: str, thread: str, *, replaces: str = ""
    ) -> tuple[Said | None, str]:
        if answer is None:
            return None, ""
        if answer.brief:
            return None, answer.message.plain
        if not answer.private:
            return await self._room.say(self._said(channel, thread, answer.message)), "Shared."
        if answer.replace and (found := self._room.rewrite(replaces, who.id, channel, answer.message)):
            return found, ""
        said = self._said(channel, thread, answer.message, private=True)
        self._room.whisper(said, who.id)
        return said, ""

    def _said(
        self, channel: str, thread: str, message: Message, *, author: str = "paperboy", private: bool = False
    ) -> Said:
        return Said(
            id=self._room.new_id(),
            channel=channel,
            thread=thread,
            author=author,
            at=self._room.now(),
            message=message,
            private=private,
        )


def person(cookie: str | None) -> Person:
    """Whom the reader plays."""
    return PEOPLE.get(cookie or "", YOU)


def channel_name(raw: str) -> str:
    """A channel's name as typed, made fit; empty when nothing is left of it."""
    name = "-".join(raw.strip().lstrip("#").casefold().split())[:40]
    return name if CHANNEL.fullmatch(name) else ""


def _id() -> str:
    return f"web-{secrets.token_hex(12)}"
