"""From the page to the core: what somebody typed, pressed, filled in or reacted with becomes an event."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping

from adapters.webchat import blank, words
from adapters.webchat.people import BOT, PEOPLE, YOU, place
from adapters.webchat.records import CHANNEL, EMOJI, Blank, Said
from adapters.webchat.room import Room
from bot.chat.adapter import Core
from bot.chat.event import Answer, Command, Person, Press, Reaction, Ref, Shared, Submit
from bot.chat.message import Action, Message, clean
from bot.errors import PaperboyError

log = logging.getLogger(__name__)

MOST_CHARS = 12_000
MOST_CARDS = 3  # addresses in one message that are looked at
NAME = "/papers"

Shown = tuple[Said | None, str]
"""What to show of an answer, and a toast."""


class Desk:
    """Takes what a person does, and shows what comes of it."""

    def __init__(self, room: Room, core: Core) -> None:
        self._room = room
        self._core = core
        self._errands: set[asyncio.Task[None]] = set()

    async def typed(self, who: Person, channel: str, thread: str, raw: str) -> Shown:
        """A command, or something said to the others."""
        typed = raw.strip()[:MOST_CHARS]
        if not typed:
            return None, "Type a message, or /papers and what you look for."
        if typed.startswith(NAME) and typed[len(NAME) : len(NAME) + 1].strip() == "":
            asked = typed[len(NAME) :].strip()
            event = Command(id=_id(), at=self._room.now(), who=who, place=place(channel, thread), text=asked)
            return await self._show(await self._core.handle_event(event), who, channel, thread)
        if typed.startswith("/"):
            return None, f"There is no command {clean(typed.split()[0], 30)}; try /papers help"
        said = await self._room.say(self._said(channel, thread, words.message(typed), author=who.id))
        self._send_for_cards(said, who)
        return said, ""

    async def pressed(self, who: Person, channel: str, thread: str, message: str, action: str) -> Shown:
        """A button, or an entry of a message's menu."""
        stood = self._room.get(message)
        event = Press(
            id=_id(),
            at=self._room.now(),
            who=who,
            place=place(channel, thread),
            action=Action.parse(action),
            message=Ref(place(channel, thread), message) if message else None,
            said=stood.message.plain if stood and stood.channel == channel else "",
        )
        return await self._show(await self._core.handle_event(event), who, channel, thread, replaces=message)

    async def submitted(
        self, who: Person, channel: str, thread: str, message: str, *, action: str, values: Mapping[str, str]
    ) -> Shown:
        """A form. One that is not here any more (after a restart) still says itself what it is for."""
        kept = self._room.whispered(message, who.id, channel)
        form = blank.filled(kept.blank.form, values) if kept and kept.blank else None
        if form and (told := blank.wrong(form)):
            return self._room.rewrite(message, who.id, channel, told, Blank(form=form, state="wrong")), ""
        event = Submit(
            id=_id(),
            at=self._room.now(),
            who=who,
            place=place(channel, thread),
            action=form.action if form else Action.parse(action),
            values=blank.values(form) if form else values,
        )
        answer = await self._core.handle_event(event)
        if form is None or answer is None or not answer.private:
            return await self._show(answer, who, channel, thread)
        left = blank.left(form, answer)
        found = self._room.rewrite(message, who.id, channel, answer.message, left)
        return found or self._whisper(who, channel, thread, answer.message, left), ""

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
        await self._core.handle_event(event)

    async def aclose(self) -> None:
        """Drop what is still under way."""
        for errand in self._errands:
            errand.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)

    def _send_for_cards(self, said: Said, who: Person) -> None:
        """Looking up a paper can take a while: nobody waits for it, the card comes with the stream."""
        if found := words.addresses(said.message.plain)[:MOST_CARDS]:
            errand = asyncio.create_task(self._fetch_cards(said, who, found))
            self._errands.add(errand)
            errand.add_done_callback(self._errands.discard)

    async def _fetch_cards(self, said: Said, who: Person, addresses: list[str]) -> None:
        where = place(said.channel, said.thread)
        for url in addresses:
            event = Shared(id=_id(), at=self._room.now(), who=who, place=where, url=url)
            answer = await self._core.handle_event(event)
            if answer is None or answer.private:  # nobody asked, so nobody is told what went wrong
                continue
            try:
                await self._room.say(self._said(said.channel, said.thread or said.id, answer.message))
            except PaperboyError as error:
                log.error("the card of a shared paper could not be kept: %s", error)

    async def _show(
        self, answer: Answer | None, who: Person, channel: str, thread: str, *, replaces: str = ""
    ) -> Shown:
        if answer is None:
            return None, ""
        form = Blank(form=answer.form) if answer.form else None
        if answer.brief and form is None:
            return None, answer.message.plain
        if not answer.private and form is None:
            return await self._room.say(self._said(channel, thread, answer.message)), "Shared."
        if answer.replace and (found := self._room.rewrite(replaces, who.id, channel, answer.message, form)):
            return found, ""
        return self._whisper(who, channel, thread, answer.message, form), ""

    def _whisper(self, who: Person, channel: str, thread: str, message: Message, form: Blank | None) -> Said:
        said = self._said(channel, thread, message, private=True, blank=form)
        self._room.whisper(said, who.id)
        return said

    def _said(
        self,
        channel: str,
        thread: str,
        message: Message,
        *,
        author: str = BOT,
        private: bool = False,
        blank: Blank | None = None,
    ) -> Said:
        return Said(
            id=self._room.new_id(),
            channel=channel,
            thread=thread,
            author=author,
            at=self._room.now(),
            message=message,
            private=private,
            blank=blank,
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
