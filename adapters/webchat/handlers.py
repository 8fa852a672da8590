"""Handles what people do on the page: each action becomes an event, and the core's answer a message or a toast."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from typing import NamedTuple

from msgspec.structs import replace

from adapters.webchat import events
from adapters.webchat.chat_state import ChatState
from adapters.webchat.events import Sender
from adapters.webchat.links import find_urls, linked_message
from adapters.webchat.people import BOT
from adapters.webchat.records import EMOJI, ChatMessage, OpenForm
from bot.chat.adapter import Core
from bot.chat.event import Answer, Command, FormSubmission, LinkShared, Person
from bot.chat.form import Field, Form
from bot.chat.message import Action, Footnote, Message, Paragraph, clean, text
from bot.errors import PaperboyError
from bot.languages import tr

log = logging.getLogger(__name__)

MAX_TEXT_CHARS = 12_000
MAX_CARDS = 3  # addresses in one message that get a card


class Outcome(NamedTuple):
    """The result of an action: a message, a toast, or both."""

    message: ChatMessage | None = None
    toast: str = ""


class Handlers:
    """Asks the core and shows its answers."""

    def __init__(self, state: ChatState, core: Core) -> None:
        self._state = state
        self._core = core
        self._card_tasks: set[asyncio.Task[None]] = set()

    def sender(self, who: Person, channel: str, thread: str = "") -> Sender:
        """The sender of a request, with a new event id."""
        return Sender(id=f"web-{secrets.token_hex(12)}", at=self._state.now(), who=who, channel=channel, thread=thread)

    async def send_text(self, sender: Sender, typed: str) -> Outcome:
        """Run a command, or post a message to the channel."""
        typed = typed.strip()[:MAX_TEXT_CHARS]
        if not typed:
            return Outcome(toast=tr("Type a message, or /papers and what you're looking for."))
        if (command := events.command_text(typed)) is not None:
            return await self._show(await self._core.handle_event(sender.event(Command, text=command)), sender)
        if typed.startswith("/"):
            return Outcome(toast=tr("There is no command {name}. Try /papers help.", name=clean(typed.split()[0], 30)))
        message = await self._state.add_message(self._message(sender, linked_message(typed), author=sender.who.id))
        self._start_cards(message, sender.who)
        return Outcome(message)

    async def press_button(self, sender: Sender, message_id: str, action: str) -> Outcome:
        """A button, or an entry of a message's menu."""
        message = self._state.message(message_id)
        event = events.press(sender, action, message_id, message)
        shown = await self._show(await self._core.handle_event(event), sender, replaces=message_id)
        if shown.message:
            return shown
        if message is None or message.channel != sender.channel:
            message = self._state.private_message(message_id, sender.who.id, sender.channel)
        return Outcome(message, shown.toast)  # with its button pressed

    async def submit_form(self, sender: Sender, message_id: str, action: str, values: Mapping[str, str]) -> Outcome:
        """A form. After a restart its message is gone: then the posted action says which form it was."""
        who, channel = sender.who.id, sender.channel
        message = self._state.private_message(message_id, who, channel)
        if message is None or message.open_form is None:
            event = sender.event(FormSubmission, action=Action.parse(action), values=values)
            return await self._show(await self._core.handle_event(event), sender)
        form = fill_form(message.open_form.form, values)
        if errors := form_errors(form):
            wrong = OpenForm(form=form, state="wrong")
            return Outcome(self._state.replace_private_message(message_id, who, channel, errors, wrong))
        event = sender.event(FormSubmission, action=form.action, values=field_values(form))
        answer = await self._core.handle_event(event)
        if answer is None or not answer.private:
            return await self._show(answer, sender)
        after = form_after(form, answer)
        shown = self._state.replace_private_message(message_id, who, channel, answer.message, after)
        return Outcome(shown or self._show_privately(sender, answer.message, after))

    async def toggle_reaction(self, sender: Sender, message_id: str, emoji: str) -> None:
        """Add a reaction to a public message, or take it back."""
        message = self._state.message(message_id)
        if emoji in EMOJI and message:
            added = await self._state.toggle_reaction(message_id, emoji, sender.who.id)
            await self._core.handle_event(events.reaction(sender, message, emoji, added=added))

    async def aclose(self) -> None:
        """Stop the look-ups that are under way."""
        for task in self._card_tasks:
            task.cancel()
        await asyncio.gather(*self._card_tasks, return_exceptions=True)

    def _start_cards(self, message: ChatMessage, who: Person) -> None:
        """Look up shared papers in the background: it can take seconds, and the cards arrive by the event stream."""
        if urls := find_urls(message.message.plain)[:MAX_CARDS]:
            task = asyncio.create_task(self._add_cards(message, who, urls))
            self._card_tasks.add(task)
            task.add_done_callback(self._card_tasks.discard)

    async def _add_cards(self, message: ChatMessage, who: Person, urls: list[str]) -> None:
        for url in urls:
            event = self.sender(who, message.channel, message.thread).event(LinkShared, url=url)
            answer = await self._core.handle_event(event)
            if answer is None or answer.private:  # no one asked for a card, so no one needs to know why there is none
                continue
            reply = self.sender(who, message.channel, message.thread or message.id)
            try:
                await self._state.add_message(self._message(reply, answer.message))
            except PaperboyError as error:
                log.error("card of a shared paper not stored: %s", error)

    async def _show(self, answer: Answer | None, sender: Sender, *, replaces: str = "") -> Outcome:
        if answer is None:
            return Outcome()
        if answer.brief and answer.form is None:
            return Outcome(toast=answer.message.plain)
        if not answer.private and answer.form is None:
            return Outcome(await self._state.add_message(self._message(sender, answer.message)), tr("Shared."))
        form = OpenForm(form=answer.form) if answer.form else None
        shown = None
        if answer.replace:
            who, channel = sender.who.id, sender.channel
            shown = self._state.replace_private_message(replaces, who, channel, answer.message, form)
        return Outcome(shown or self._show_privately(sender, answer.message, form))

    def _show_privately(self, sender: Sender, content: Message, form: OpenForm | None) -> ChatMessage:
        message = self._message(sender, content, private=True, form=form)
        self._state.add_private_message(message, sender.who.id)
        return message

    def _message(
        self,
        sender: Sender,
        content: Message,
        *,
        author: str = BOT,
        private: bool = False,
        form: OpenForm | None = None,
    ) -> ChatMessage:
        return ChatMessage(
            id=self._state.new_id(),
            channel=sender.channel,
            thread=sender.thread,
            author=author,
            at=self._state.now(),
            message=content,
            private=private,
            open_form=form,
        )


def field_values(form: Form) -> dict[str, str]:
    """The values in a form by the name of their field."""
    return {field.name: field.value for field in form.fields}


def fill_form(form: Form, values: Mapping[str, str]) -> Form:
    """The form with these values in its fields; a field without a value keeps its own."""
    return replace(form, fields=tuple(replace(f, value=values.get(f.name, f.value)) for f in form.fields))


def form_errors(form: Form) -> Message | None:
    """The message about invalid values in a form; None when all are valid. The browser makes the same checks."""
    errors = " ".join(filter(None, map(_field_error, form.fields)))
    return Message(plain=errors, blocks=(Paragraph(text(errors)),)) if errors else None


def form_after(form: Form, answer: Answer) -> OpenForm | None:
    """The form to show with the answer to it: None, the same form to correct, or another one.

    An answer in words alone, or one with the same form again, says that something has to be corrected.
    """
    only_words = all(isinstance(block, Paragraph | Footnote) for block in answer.message.blocks)
    if answer.form is None:
        return None if answer.brief else OpenForm(form=form, state="wrong" if only_words else "sent")
    if answer.form.action == form.action:
        return OpenForm(form=fill_form(answer.form, field_values(form)), state="wrong")
    return OpenForm(form=answer.form)


def _field_error(field: Field) -> str:
    if field.required and not field.value:
        return tr("Fill in “{field}”.", field=field.label)
    if len(field.value) > field.max_length:
        return tr("“{field}” is too long: the limit is {limit} characters.", field=field.label, limit=field.max_length)
    if field.choices and field.value and field.value not in dict(field.choices):
        return tr("“{field}” must be one of its choices.", field=field.label)
    return ""
