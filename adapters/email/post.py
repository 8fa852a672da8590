"""The adapter: one mail a post, looked up in its own journal, and small web pages to come and go by."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from markupsafe import escape

from adapters.email import address, check, wish
from adapters.email.render import Foot, href
from adapters.email.server import Server
from adapters.email.signup import PLATFORM, SPACE, Parts, Signup
from adapters.email.subscribers import Subscriber
from bot.chat.adapter import Core, Finding, Limits
from bot.chat.event import Person, Place, Ref
from bot.chat.form import Field
from bot.chat.message import Message, Text
from bot.errors import AskError, Busy, ConfigError, Refused

AT_ONCE = 16  # mails: all readers are one tenant, and a mail server takes some time for each


class EmailAdapter:
    """Implements `Posts`, `Finds`, `Invites`, `Listens` and `Checks`."""

    name = PLATFORM
    label = ""
    # 30 papers of 2,100 bytes each, twice encoded and with their markup, are one mail under 100 KB.
    limits = Limits(
        max_chars=66_000,
        max_blocks=120,
        max_block_chars=2_100,
        max_buttons=8,
        has_threads=False,
        max_concurrent_posts=AT_ONCE,
    )

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._signup = Signup(parts)
        self._server = Server(parts, self._signup)

    @property
    def started(self) -> asyncio.Event:
        """Set when the pages answer."""
        return self._server.started

    @property
    def url(self) -> str:
        """Where the pages are on this machine."""
        return self._server.url

    def text_width(self, run: Text) -> int:
        """Bytes in both parts: a mail says everything twice."""
        return sum(_bytes(span.text) + _bytes(escape(span.text)) + 2 * len(href(span.url)) for span in run)

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        reader = await self._reader(place)
        ref = Ref(place, self._parts.writer.message_id(key))
        entry = await self._parts.journal.get(key)
        if entry is None or entry.state != "sent":
            await self._send(place, reader, message, key)
        return ref

    async def find_post(self, place: Place, *, key: str, since: datetime) -> Ref | None:
        """What the journal knows. Of a mail that was begun and has no end, nobody knows whether it arrived: that is
        `Refused`, so that there is a gap and no repeat."""
        entry = await self._parts.journal.get(key)
        if entry and entry.state == "sent":
            return Ref(place, self._parts.writer.message_id(key))
        if entry and entry.state == "begun" and self._parts.settings.unsure == "gap":
            raise Refused(
                "The connection ended after this mail was handed over: it may have arrived.",
                f"Its Message-ID is {self._parts.writer.message_id(key)}; paperboy retry sends it again.",
            )
        return None

    @property
    def fields(self) -> tuple[Field, ...]:
        return wish.FIELDS

    @property
    def page(self) -> str:
        return f"{self._parts.settings.base_url}/"

    async def invite(self, who: Person, values: Mapping[str, str]) -> None:
        """What `/papers mail me` does: the same as the form on the page, with the same limits."""
        if not self._parts.limit.allows(who.key):
            raise AskError("That was often enough for now.", "Try again in an hour.")
        await self._signup.ask(values.get("address", ""), wish.read(values))

    async def check_setup(self) -> Sequence[Finding]:
        return await check.check(self._parts)

    async def listen(self, core: Core) -> None:
        await self._server.serve(core)

    async def aclose(self) -> None:
        await self._server.aclose()
        await self._parts.relay.aclose()

    async def _reader(self, place: Place) -> Subscriber:
        """Whom a place is. Raises `Refused` when they are not to be written to."""
        again = "They can subscribe again on the page."
        try:
            reader = await self._parts.subscribers.get(place.channel) if place.space == SPACE else None
        except ConfigError as error:  # the key, not the reader
            raise Busy(error.message, retry_after=600.0, hint=error.hint) from error
        if reader is None:
            raise Refused("Nobody reads here by mail.", again, broken=True)
        if reader.stopped:
            raise Refused(reader.stopped, again, broken=True)
        return reader

    async def _send(self, place: Place, reader: Subscriber, message: Message, key: str) -> None:
        parts, id = self._parts, place.channel
        await parts.pace.turn(address.domain(reader.address), key)
        tag = parts.subscribers.leave_token(id)
        letter = parts.writer.write(
            message,
            self._foot(reader, tag),
            to=reader.address,
            key=key,
            tag=tag,
            at=parts.clock.now(),
            answers=place.thread,
        )
        try:
            begin = partial(parts.journal.note, key, id, "begun")
            await parts.relay.send(letter, begin=begin, rest=partial(parts.pace.rest, id))
        except (Busy, Refused) as error:
            await parts.journal.forget(key)
            if isinstance(error, Refused) and error.broken:
                await parts.subscribers.stop(id, error.message)
            raise
        await parts.journal.note(key, id, "sent")
        parts.pace.went_well(id)

    def _foot(self, reader: Subscriber, tag: str) -> Foot:
        since = f"{reader.since.day} {reader.since:%B %Y}"
        return Foot(
            why=f"You get this because you asked for it on {since}: {reader.wish.words}.",
            leave=f"{self._parts.settings.base_url}/unsubscribe/{tag}",
            change=f"{self._parts.settings.base_url}/",
        )


def _bytes(words: str) -> int:
    return len(words.encode(errors="replace"))
