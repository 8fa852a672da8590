"""Answers to interactions: the core is asked at once, and Discord gets a response within three seconds.

The first response decides what can follow: a modal must be the first, and whether a "thinking …" is private can't be
changed later. So the core gets a moment to answer first, which it nearly always does. An interaction can be answered
for 15 minutes; after that nothing is sent.
"""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from typing import Any

import discord
from discord import InteractionType

from adapters.discord.delivery_mark import marked_ids
from adapters.discord.errors import is_expired
from adapters.discord.escape import width
from adapters.discord.events import is_installed_by_person
from adapters.discord.modals import render_modal
from adapters.discord.render import LIMITS, PRIVATE, Json, message_payload
from adapters.discord.rest import Rest
from bot.chat.event import Answer
from bot.chat.fit import fit
from bot.chat.message import Message
from bot.errors import PostError
from bot.languages import mark, tr

log = logging.getLogger(__name__)

ANSWER_AT_ONCE_S = 1.5  # of Discord's 3 seconds; the rest is for the network
MESSAGE, DEFER_MESSAGE, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9  # types of a first response
FROM_MESSAGE = frozenset({InteractionType.component, InteractionType.modal_submit})
MAX_CHOICES, MAX_CHOICE_CHARS = 25, 100
MAX_PERSONAL_FOLLOW_UPS = 5  # messages after the first, where only the person has installed the app: Discord's limit
DONE = mark("Done.")
SHARED = mark("Shared.")
CUT = mark("There is more than Discord lets me show here. Send me the same words in a direct message.")
UNREADABLE_REQUEST = mark("I can't read what Discord sent for this. Try again, or type the command.")


class InteractionResponse:
    """The responses to one interaction."""

    def __init__(self, rest: Rest, interaction: discord.Interaction[Any]) -> None:
        self._rest = rest
        self._interaction = interaction
        self._has_message = interaction.message is not None and interaction.type in FROM_MESSAGE

    async def show_answer(self, pending: Awaitable[Answer | None], *, private: bool) -> None:
        """Show `pending` when it is there; until then, before the time is up, that it will come."""
        task = asyncio.ensure_future(pending)
        try:
            done, _ = await asyncio.wait({task}, timeout=ANSWER_AT_ONCE_S)
            if done:
                await self._show_first(task.result())
            else:
                await self._defer(private)
                await self._show_deferred(await task, private)
        except PostError as error:
            self._log_unanswered(error)
            await task

    async def send_completions(self, pending: Awaitable[Sequence[tuple[str, str]]]) -> None:
        """Show completions of what is being typed, each with what it does."""
        found = [(text[:MAX_CHOICE_CHARS], about) for text, about in await pending if text][:MAX_CHOICES]
        shown = [(f"{text}: {about}" if about else text, text) for text, about in found]
        try:
            choices = [{"name": name[:MAX_CHOICE_CHARS], "value": text} for name, text in shown]
            await self._respond(CHOICES, {"choices": choices})
        except PostError as error:
            log.info("Discord completion not shown: %s", error)

    async def refuse_unreadable(self) -> None:
        """Tell the person that their request could not be read."""
        if self._interaction.type is InteractionType.autocomplete:
            return
        try:
            await self._respond(MESSAGE, message_payload(_said(UNREADABLE_REQUEST), private=True))
        except PostError as error:
            self._log_unanswered(error)

    async def _show_first(self, answer: Answer | None) -> None:
        """Show an answer as the first response."""
        if answer is None:
            await (self._respond(DEFER_UPDATE) if self._has_message else self._message(_said(DONE), private=True))
        elif answer.form and self._interaction.type is not InteractionType.modal_submit:  # a modal can't open a modal
            has_roles = self._interaction.guild_id is not None
            await self._respond(MODAL, render_modal(answer.form, has_roles=has_roles))
        elif answer.replace and self._has_message:
            first, *rest = _pages(answer)
            await self._respond(UPDATE, message_payload(first, ids=self._kept_ids()))
            await self._follow_up(rest, private=True)
        else:
            await self._message(*_pages(answer), private=answer.private)

    async def _defer(self, private: bool) -> None:
        """Respond that an answer will come."""
        if self._has_message:
            await self._respond(DEFER_UPDATE)
        else:
            await self._respond(DEFER_MESSAGE, {"flags": PRIVATE} if private else {})

    async def _show_deferred(self, answer: Answer | None, private: bool) -> None:
        """Show an answer after `defer`."""
        if self._interaction.is_expired():
            log.info("Discord interaction %d not answered: the answer took over 15 minutes", self._interaction.id)
        elif self._has_message:
            await self._show_on_message(answer)
        elif answer is None or answer.private == private:
            first, *rest = _pages(answer) if answer else (_said(DONE),)
            await self._edit_original(message_payload(first))
            await self._follow_up(rest, private=private)
        elif private:  # a private "thinking …" can't become public: it says so, and the answer follows
            await self._edit_original(message_payload(_said(SHARED)))
            await self._follow_up(_pages(answer), private=False)
        else:
            await self._webhook("DELETE", "/messages/@original")
            await self._follow_up(_pages(answer), private=True)

    async def _respond(self, kind: int, data: Json | None = None) -> None:
        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        body = {"type": kind} | ({"data": data} if data is not None else {})
        interaction = self._interaction
        await self._rest.call("POST", path, body, webhook_id=interaction.id, webhook_token=interaction.token)

    async def _show_on_message(self, answer: Answer | None) -> None:
        if answer is None:
            return
        pages = _pages(answer)
        if answer.replace:
            await self._edit_original(message_payload(pages[0], ids=self._kept_ids()))
            pages = pages[1:]
        await self._follow_up(pages, private=answer.private)

    def _kept_ids(self) -> tuple[int, ...]:
        """The ids of the message that is edited, so that its delivery can still be found."""
        message = self._interaction.message
        return marked_ids([part.to_dict() for part in message.components]) if message else ()

    async def _message(self, first: Message, *rest: Message, private: bool) -> None:
        await self._respond(MESSAGE, message_payload(first, private=private))
        await self._follow_up(rest, private=private)

    async def _edit_original(self, body: Json) -> None:
        await self._webhook("PATCH", "/messages/@original", body)

    async def _follow_up(self, pages: Sequence[Message], *, private: bool) -> None:
        if is_installed_by_person(self._interaction) and len(pages) > MAX_PERSONAL_FOLLOW_UPS:
            pages = (*pages[: MAX_PERSONAL_FOLLOW_UPS - 1], _said(CUT))
        for page in pages:
            await self._webhook("POST", "", message_payload(page, private=private))

    async def _webhook(self, method: str, path: str, body: Json | None = None) -> None:
        application, token = self._interaction.application_id, self._interaction.token
        path = "/webhooks/{webhook_id}/{webhook_token}" + path
        await self._rest.call(method, path, body, webhook_id=application, webhook_token=token)

    def _log_unanswered(self, error: PostError) -> None:
        if is_expired(error):
            log.info("Discord interaction %d not answered: too late, or answered before", self._interaction.id)
        else:
            log.warning("Discord interaction %d not answered: %s", self._interaction.id, error)


def _said(text: str) -> Message:
    return Message(plain=tr(text))


def _pages(answer: Answer) -> tuple[Message, ...]:
    return fit(answer.message, LIMITS, width)
