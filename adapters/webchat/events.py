"""From what the page posts to an event for the core. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from msgspec import Struct

from adapters.webchat.people import place
from adapters.webchat.records import CHANNEL_NAME, ChatMessage
from bot.chat.event import BaseEvent, ButtonPress, Person, Place, Reaction, Ref
from bot.chat.message import Action

E = TypeVar("E", bound=BaseEvent)
COMMAND = "/papers"
MAX_CHANNEL_CHARS = 40
FIELD_PREFIX = "field-"  # of a form field's name on the page, apart from the page's own fields


class Sender(Struct, frozen=True, kw_only=True):
    """The person, place and time of an event, with the event's `id`."""

    id: str
    at: datetime
    who: Person
    channel: str
    thread: str = ""

    @property
    def place(self) -> Place:
        return place(self.channel, self.thread)

    def event(self, kind: type[E], **fields: Any) -> E:
        """The event of a kind, with its further fields."""
        return kind(id=self.id, at=self.at, who=self.who, **{"place": self.place} | fields)


def command_text(typed: str) -> str | None:
    """The text after `/papers`; None for any other text."""
    name, rest = typed[: len(COMMAND)], typed[len(COMMAND) :]
    return rest.strip() if name == COMMAND and not rest[:1].strip() else None


def channel_name(typed: str) -> str:
    """A channel's name as typed, in the characters that names have; empty when it can't be one."""
    name = "-".join(typed.strip().lstrip("#").casefold().split())[:MAX_CHANNEL_CHARS]
    return name if CHANNEL_NAME.fullmatch(name) else ""


def posted_values(posted: Mapping[str, str]) -> dict[str, str]:
    """The values of a posted form by the name of their field."""
    fields = ((name, value) for name, value in posted.items() if name.startswith(FIELD_PREFIX))
    return {name.removeprefix(FIELD_PREFIX): value.strip() for name, value in fields}


def press(sender: Sender, action: str, message_id: str, message: ChatMessage | None) -> ButtonPress:
    """A pressed button; `message` is the public message that it is on, if there is one in this channel."""
    return sender.event(
        ButtonPress,
        action=Action.parse(action),
        message=Ref(sender.place, message_id) if message_id else None,
        message_text=message.message.plain if message and message.channel == sender.channel else "",
    )


def reaction(sender: Sender, message: ChatMessage, emoji: str, *, added: bool) -> Reaction:
    """A reaction, in the place where the message is."""
    where = place(message.channel, message.thread)
    return sender.event(Reaction, place=where, message=Ref(where, message.id), emoji=emoji, added=added)
