"""Answering an interaction: the core is asked at once, and Discord told within its three seconds whatever comes.

The first response decides what can follow: a dialog must be it, and whether a "thinking …" is private can't be changed
later. So the core gets a moment to answer first, which it nearly always does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any

import discord
from discord import InteractionType

from adapters.discord.escape import width
from adapters.discord.mark import stamped
from adapters.discord.modal import modal
from adapters.discord.problems import ANSWERED, UNKNOWN_INTERACTION, code
from adapters.discord.render import LIMITS, PRIVATE, Json, payload
from adapters.discord.rest import Rest
from bot.chat.event import Answer
from bot.chat.fit import fit
from bot.chat.message import Message
from bot.errors import PostError

log = logging.getLogger(__name__)

MOMENT = 1.5  # of 3 seconds: the rest is for the way there and back
MESSAGE, LATER, LATER_HERE, HERE, CHOICES, DIALOG = 4, 5, 6, 7, 8, 9  # kinds of responses
PRESSES = frozenset({InteractionType.component, InteractionType.modal_submit})
DONE = Message(plain="Done.")
SHARED = Message(plain="Shared.")


class Answerer:
    """Shows the core's answers to interactions."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def answer(
        self, interaction: discord.Interaction[Any], coming: Awaitable[Answer | None], *, private: bool
    ) -> None:
        """Show an answer when it comes; say before the time is up that it will."""
        task = asyncio.ensure_future(coming)
        reply = _Reply(self._rest, interaction)
        try:
            done, _ = await asyncio.wait({task}, timeout=MOMENT)
            if done:
                await reply.at_once(task.result())
            else:
                await reply.defer(private)
                await reply.late(await task, private)
        except PostError as error:  # nobody is left to tell
            known = code(error) in {UNKNOWN_INTERACTION, ANSWERED}  # it came too late, or twice
            log.log(logging.INFO if known else logging.WARNING, "%d could not be answered: %s", interaction.id, error)
            await task

    async def complete(self, interaction: discord.Interaction[Any], found: list[str]) -> None:
        """Show continuations of what is being typed."""
        choices = [{"name": text[:100], "value": text[:100]} for text in found[:25] if text]
        try:
            await _Reply(self._rest, interaction).respond(CHOICES, {"choices": choices})
        except PostError as error:
            log.info("a completion came too late: %s", error)


class _Reply:
    """What is said to one interaction."""

    def __init__(self, rest: Rest, interaction: discord.Interaction[Any]) -> None:
        self._rest = rest
        self._it = interaction
        self._on_message = interaction.message is not None and interaction.type in PRESSES

    async def at_once(self, answer: Answer | None) -> None:
        """As the first response."""
        if answer is None:
            await (self.respond(LATER_HERE) if self._on_message else self._message(DONE, private=True))
        elif answer.form and self._it.type is not InteractionType.modal_submit:  # Discord opens no dialog from a dialog
            await self.respond(DIALOG, modal(answer.form))
        elif answer.replace and self._on_message:
            first, *rest = _pages(answer)
            await self.respond(HERE, payload(first, ids=self._marks()))
            await self._follow(rest, private=True)
        else:
            await self._message(*_pages(answer), private=answer.private)

    async def defer(self, private: bool) -> None:
        """Say that an answer comes."""
        if self._on_message:
            await self.respond(LATER_HERE)
        else:
            await self.respond(LATER, {"flags": PRIVATE} if private else {})

    async def late(self, answer: Answer | None, private: bool) -> None:
        """After `defer`."""
        if self._on_message:
            await self._late_here(answer)
        elif answer is None or answer.private == private:
            first, *rest = _pages(answer) if answer else (DONE,)
            await self._original(payload(first))
            await self._follow(rest, private=private)
        elif private:  # what was announced in private can't become public: it says so, and the answer comes beside it
            await self._original(payload(SHARED))
            await self._follow(_pages(answer), private=False)
        else:
            await self._hook("DELETE", "/messages/@original")
            await self._follow(_pages(answer), private=True)

    async def respond(self, kind: int, data: Json | None = None) -> None:
        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        body = {"type": kind} | ({"data": data} if data is not None else {})
        await self._rest.call("POST", path, body, webhook_id=self._it.id, webhook_token=self._it.token)

    async def _late_here(self, answer: Answer | None) -> None:
        if answer is None:
            return
        pages = _pages(answer)
        if answer.replace:
            await self._original(payload(pages[0], ids=self._marks()))
            pages = pages[1:]
        await self._follow(pages, private=answer.private)

    def _marks(self) -> tuple[int, ...]:
        """Of the message that is changed: a delivery stays to be found."""
        return stamped([part.to_dict() for part in self._it.message.components]) if self._it.message else ()

    async def _message(self, first: Message, *rest: Message, private: bool) -> None:
        await self.respond(MESSAGE, payload(first, private=private))
        await self._follow(rest, private=private)

    async def _original(self, body: Json) -> None:
        await self._hook("PATCH", "/messages/@original", body)

    async def _follow(self, pages: list[Message] | tuple[Message, ...], *, private: bool) -> None:
        for page in pages:
            await self._hook("POST", "", payload(page, private=private))

    async def _hook(self, method: str, path: str, body: Json | None = None) -> None:
        where = "/webhooks/{webhook_id}/{webhook_token}" + path
        application, token = self._it.application_id, self._it.token
        await self._rest.call(method, where, body, webhook_id=application, webhook_token=token)


def _pages(answer: Answer) -> tuple[Message, ...]:
    return fit(answer.message, LIMITS, width)
