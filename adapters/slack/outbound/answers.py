"""Showing what the core says: to one person or to all, where they asked, and in the manner of that place."""

from __future__ import annotations

import logging

from msgspec import Struct

from adapters.slack.client import Workspaces
from adapters.slack.outbound import modals
from adapters.slack.outbound.render import Json, pages
from bot.chat.event import Answer, Place
from bot.chat.message import Message
from bot.errors import PostError

log = logging.getLogger(__name__)

USES = 5  # of a response address, within 30 minutes


class AnswerTarget(Struct, frozen=True, kw_only=True):
    """Where and how somebody asked, and so how they can be answered."""

    place: Place
    person: str
    root: str = ""  # the message that was written, which an answer for all hangs from
    address: str = ""  # a response address
    trigger: str = ""  # the right to open one dialog, for three seconds
    view: str = ""  # the modal a button stood in
    own: bool = False  # the button stood on a message that only this person sees
    alone: bool = False  # a conversation with Paperboy alone


class Answers:
    """Shows answers through the Web API and response addresses. What can't be shown is logged: nobody waits for it."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def show(self, answer: Answer, asked: AnswerTarget) -> None:
        """The one that fits the place."""
        try:
            if answer.form and asked.trigger and await self._dialog(answer, asked):
                return
            if asked.view:
                await self._in_modal(answer, asked)
            elif asked.address:
                await self._to_address(answer, asked)
            elif asked.trigger and answer.private:  # a button beneath a link, maybe where Paperboy is not
                await self.modal(answer.message, asked)
            else:
                await self._in_channel(answer, asked)
        except PostError as error:
            log.warning("an answer in %s could not be shown: %s", asked.place, error)

    async def home(self, message: Message, person: str, place: Place) -> None:
        """What stands in somebody's App Home."""
        try:
            view = modals.home(message, place.channel)
            await self._workspaces.call(place.space, "views_publish", user_id=person, view=view)
        except PostError as error:
            log.warning("App Home in %s could not be shown: %s", place.tenant, error)

    async def modal(self, message: Message, asked: AnswerTarget) -> None:
        """A message in a modal of its own: where there is no conversation to answer in."""
        try:
            await self._workspaces.call(
                asked.place.space, "views_open", trigger_id=asked.trigger, view=modals.sheet(message, asked.place)
            )
        except PostError as error:
            log.warning("an answer in %s could not be shown: %s", asked.place, error)

    async def update(self, message: Message, view: str, place: Place) -> None:
        """Another content for a modal that is open. Raises `PostError`."""
        await self._workspaces.call(place.space, "views_update", view_id=view, view=modals.sheet(message, place))

    async def unfurl(self, shown: dict[str, Json], where: Json, space: str) -> None:
        """Cards beneath links, by address."""
        try:
            await self._workspaces.call(space, "chat_unfurl", unfurls=shown, **where)
        except PostError as error:
            log.warning("links in %s could not be unfurled: %s", space, error)

    async def _dialog(self, answer: Answer, asked: AnswerTarget) -> bool:
        """Open the form; False when it came too late, and words must do."""
        if answer.form is None:
            return False
        method = "views_push" if asked.view else "views_open"
        view = modals.dialog(answer.form, asked.place)
        try:
            await self._workspaces.call(asked.place.space, method, trigger_id=asked.trigger, view=view)
        except PostError as error:
            log.warning("a form could not be opened: %s", error)
            return False
        return True

    async def _in_modal(self, answer: Answer, asked: AnswerTarget) -> None:
        """On top of the modal, or in its place. A modal that is full or was left takes no other on top."""
        if not answer.private:
            await self._post(answer.message, asked.place)
        if answer.replace:
            await self.update(answer.message, asked.view, asked.place)
            return
        message = answer.message if answer.private else Message(plain="It stands in the channel now.")
        view = modals.sheet(message, asked.place)
        try:
            await self._workspaces.call(asked.place.space, "views_push", trigger_id=asked.trigger, view=view)
        except PostError:
            await self.update(message, asked.view, asked.place)

    async def _to_address(self, answer: Answer, asked: AnswerTarget) -> None:
        """By the response address: it works in channels that Paperboy is not in."""
        replace = answer.replace and (asked.own or asked.alone)  # never what others see too
        kind = "ephemeral" if answer.private else "in_channel"
        for i, page in enumerate(pages(answer.message)[:USES]):
            how: Json = {"response_type": kind, "replace_original": replace and i == 0}
            if asked.place.thread and not how["replace_original"]:
                how["thread_ts"] = asked.place.thread
            await self._workspaces.wire.answer(asked.address, page | how | QUIET)

    async def _in_channel(self, answer: Answer, asked: AnswerTarget) -> None:
        """To somebody who wrote a message: beneath it for all, or for their eyes only."""
        if asked.alone:
            await self._post(answer.message, asked.place)
        elif answer.private:
            await self._whisper(answer.message, asked)
        else:
            await self._post(answer.message, asked.place.in_thread(asked.place.thread or asked.root))

    async def _post(self, message: Message, place: Place) -> None:
        for page in pages(message):
            await self._workspaces.call(
                place.space,
                "chat_postMessage",
                channel=place.channel,
                thread_ts=place.thread or None,
                mrkdwn=False,
                **QUIET,
                **page,
            )

    async def _whisper(self, message: Message, asked: AnswerTarget) -> None:
        for page in pages(message):
            await self._workspaces.call(
                asked.place.space,
                "chat_postEphemeral",
                channel=asked.place.channel,
                user=asked.person,
                thread_ts=asked.place.thread or None,
                **page,
            )


QUIET: Json = {"unfurl_links": False, "unfurl_media": False}
