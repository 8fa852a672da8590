"""Coming and going: asking, confirming, leaving, and being found gone. What the pages do, without the pages."""

from __future__ import annotations

import logging
import secrets

from msgspec import Struct

from adapters.email import address, reports
from adapters.email.journal import Journal
from adapters.email.letter import Letter, Writer
from adapters.email.limit import Limit
from adapters.email.pace import Pace
from adapters.email.relay import Relay
from adapters.email.render import Foot
from adapters.email.settings import Settings
from adapters.email.subscribers import Asked, Subscriber, Subscribers
from adapters.email.wish import Wish
from bot.chat.adapter import Core
from bot.chat.event import Answer, BotRemoved, Command, Person, Place
from bot.chat.message import Controls, Footnote, Heading, LinkButton, Message, Paragraph, text
from bot.clock import Clock
from bot.errors import AskError, Busy, Refused

log = logging.getLogger(__name__)

PLATFORM, SPACE = "email", "mail"


class Parts(Struct, frozen=True, kw_only=True):
    """What the adapter is made of, as far as posting and signing up share it."""

    settings: Settings
    subscribers: Subscribers
    journal: Journal
    writer: Writer
    relay: Relay
    pace: Pace
    limit: Limit
    clock: Clock


class Signup:
    """Double opt-in: nothing but the question is sent to an address until somebody who reads there says yes."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._readers = parts.subscribers

    async def ask(self, mail_address: str, wish: Wish) -> None:
        """Send a mail with a link to confirm. Who was asked enough lately, or wants nothing from us, gets none, and
        whoever asked for it sees no difference. Raises `AskError`, or `Busy` and `Unsure` like `post`."""
        asked = await self._readers.ask(address.parse(mail_address), wish)
        if asked is None:
            return
        try:
            await self._send(asked)
        except Refused as error:
            await self._readers.withdraw(asked)
            raise AskError(
                "The mail server does not take mail for this address.", "Look for a typing error."
            ) from error
        except Busy:
            await self._readers.withdraw(asked)
            raise  # after `Unsure` the link stays good: it may have arrived

    async def confirm(self, token: str, core: Core) -> Subscriber | None:
        """Somebody said yes: keep them, and have the core bring what they wished. The same however often it is done;
        None for a link that is not good any more. Raises `AskError` with what the core has against the wish."""
        asked = await self._readers.asked(token)
        if asked is None:
            return await self._readers.confirmed_by(token)
        reader = await self._readers.confirm(asked)
        if reader.replaces:
            await self._tell(core, asked.id, "unschedule", f"{asked.nonce}-off")
        answer = await self._tell(core, asked.id, reader.wish.command, f"{asked.nonce}-on")
        if answer and _is_problem(answer):
            raise AskError(answer.message.plain)
        await self._readers.settle(asked.id)
        log.info("subscriber %s confirmed", asked.id)
        return reader

    async def leave(self, token: str, core: Core) -> bool:
        """Somebody said no: forget them. Also true when they had left before; False for a token that is none."""
        id = self._readers.leaves(token)
        if not id:
            return False
        waited = await self._readers.settle(id)
        if await self._readers.erase(id):  # first: whatever else fails, nothing is sent any more
            log.info("subscriber %s left", id)
            await self._tell(core, id, "unschedule", secrets.token_hex(8))
        elif waited:
            await self._readers.block(id)  # they never asked for it
        return True

    async def report(self, raw: bytes, core: Core) -> str:
        """Take a bounce or a complaint; what came of it, in a word."""
        report = reports.read(raw)
        if report is None:
            return "ignored"
        ids = await self._named(report)
        for id in ids:
            log.info("subscriber %s: %s %s", id, report.kind, report.status)
            await (self._complained(id, core) if report.kind == "complaint" else self._bounced(id, report.status, core))
        return report.kind if ids else "unknown"

    async def _named(self, report: reports.Report) -> set[str]:
        ids = {id for token in report.tokens if (id := self._readers.leaves(token))}
        entries = [await self._parts.journal.get(key) for key in report.keys] if not ids else []
        return ids | {entry.reader for entry in entries if entry}

    async def _complained(self, id: str, core: Core) -> None:
        """“This is spam” means: never again."""
        await self._readers.block(id)
        await self._readers.settle(id)
        if await self._readers.erase(id):
            await self._tell(core, id, "unschedule", secrets.token_hex(8))

    async def _bounced(self, id: str, status: str, core: Core) -> None:
        """Nobody reads there. The wish stands still; its record says why."""
        why = f"Mail to it came back ({status})."
        await self._readers.settle(id)
        if await self._readers.get(id):
            await self._readers.stop(id, why)
            now = self._parts.clock.now()
            await core.handle_event(
                BotRemoved(id=_event(secrets.token_hex(8)), at=now, who=_who(id), place=place(id), why=why)
            )

    async def _tell(self, core: Core, id: str, command: str, cause: str) -> Answer | None:
        """Say a command in the subscriber's own place, where they alone may decide."""
        now = self._parts.clock.now()
        return await core.handle_event(Command(id=_event(cause), at=now, who=_who(id), place=place(id), text=command))

    async def _send(self, asked: Asked) -> None:
        """At once, whatever its domain has to get: somebody is waiting before the page."""

        async def begin() -> None:
            """Nothing to note: asking twice does no harm."""

        await self._parts.relay.send(self._question(asked), begin=begin)

    def _question(self, asked: Asked) -> Letter:
        parts = self._parts
        token, tag = self._readers.confirm_token(asked), self._readers.leave_token(asked.id)
        return parts.writer.write(
            _question(asked.pending.wish, f"{parts.settings.base_url}/confirm/{token}"),
            Foot(
                why="Somebody entered this address at Paperboy. If it was not you, do nothing: you get no more mail.",
                leave=f"{parts.settings.base_url}/unsubscribe/{tag}",
                leave_label="I did not ask for this",
            ),
            to=asked.pending.address,
            key=f"confirm-{asked.nonce}",
            tag=tag,
            at=parts.clock.now(),
        )


def place(id: str) -> Place:
    """Where a subscriber reads."""
    return Place(PLATFORM, SPACE, id)


def _who(id: str) -> Person:
    """A subscriber, who decides in their own place."""
    return Person(platform=PLATFORM, space=SPACE, id=id, admin=True)


def _event(cause: str) -> str:
    return f"mail-{cause}"


def _question(wish: Wish, link: str) -> Message:
    said = f"Paperboy would bring you research papers by mail: {wish.chosen}."
    return Message(
        plain="Please confirm: research papers by mail",
        blocks=(
            Heading("Please confirm"),
            Paragraph(text(said)),
            Controls((LinkButton(label="Yes, send me these papers", url=link),)),
            Footnote(text("The link is good for two days. Nothing is sent before you follow it.")),
        ),
    )


def _is_problem(answer: Answer) -> bool:
    """What the core did not do it says in bare words; what it did stands under a heading."""
    return all(isinstance(block, Paragraph | Footnote) for block in answer.message.blocks)
