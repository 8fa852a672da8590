"""Events of a platform, and the person and place they come from; the adapter parses, the core acts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from bot.chat.form import Form
from bot.chat.message import Action, Message


class Place(Struct, frozen=True):
    """Where messages go. `space` is the tenant: a Slack workspace, a Discord server, the browser chat."""

    platform: str
    space: str
    channel: str
    thread: str = ""  # id of the message that started the thread; empty: the channel itself

    def __str__(self) -> str:
        return "/".join(filter(None, (f"{self.platform}:{self.space}", self.channel, self.thread)))

    @classmethod
    def parse(cls, wire: str) -> Place:
        """The place written `slack:T1/C1` or `slack:T1/C1/169.12`; raises `ValueError` for anything else."""
        home, *rest = wire.split("/")
        platform, colon, space = home.partition(":")
        if not (colon and platform and space and 1 <= len(rest) <= 2 and all(rest)):
            raise ValueError(f"not a place: {wire!r} (expected platform:space/channel)")
        return cls(platform, space, *rest)

    @property
    def tenant(self) -> str:
        """The tenant that owns the data, `slack:T1`; no data crosses from one tenant to another."""
        return f"{self.platform}:{self.space}"

    @property
    def list_owner(self) -> str:
        """Who owns the channel's lists of papers: never equal to a `Person.key`."""
        return f"{self.tenant}/{self.channel}#"

    def in_thread(self, message: str) -> Place:
        """The thread under a message (an id) of this channel; for an empty id the channel itself."""
        return Place(self.platform, self.space, self.channel, message)


class Ref(Struct, frozen=True):
    """A message on the platform: enough to edit it, count its reactions or reply to it."""

    place: Place
    id: str


class Person(Struct, frozen=True, kw_only=True):
    """Someone in a tenant. The name is only displayed, never stored."""

    platform: str
    space: str
    id: str
    name: str = ""
    language: str = ""  # tag such as `de` or `pt-BR`, where the platform tells it: what answers are written in
    time_zone: str = ""  # IANA name, where the platform tells it: what times without a zone mean
    guest: bool = False  # uses Paperboy where it is not installed: it answers them there, and can't post
    admin: bool = False  # may set schedules in this place; the adapter reads that from the platform's permissions

    @property
    def tenant(self) -> str:
        return f"{self.platform}:{self.space}"

    @property
    def key(self) -> str:
        """The person's id across platforms: `slack:T1/U1`."""
        return f"{self.tenant}/{self.id}"


class BaseEvent(Struct, frozen=True, kw_only=True):
    """The fields that every event has. `id` is the platform's id of the event; a redelivered event has the same."""

    id: str
    at: datetime
    who: Person
    place: Place


class Command(BaseEvent, frozen=True, kw_only=True, tag="command"):
    """Someone typed `/papers …` or wrote to the bot; `text` is what follows the name."""

    text: str


class ButtonPress(BaseEvent, frozen=True, kw_only=True, tag="press"):
    """Someone pressed a button or chose an entry of a message's menu; `message` is the message it belongs to."""

    action: Action
    message: Ref | None = None
    message_text: str = ""  # text of that message, where the platform sends it; anyone may have written it


class FormSubmission(BaseEvent, frozen=True, kw_only=True, tag="submit"):
    """Someone sent a form, or a command with typed options; `values` are keyed by field name."""

    action: Action
    values: Mapping[str, str]


class Reaction(BaseEvent, frozen=True, kw_only=True, tag="reaction"):
    """Someone added a reaction to a message or removed one."""

    message: Ref
    emoji: str  # Unicode, with skin tone: each tone is a reaction of its own
    added: bool


class LinkShared(BaseEvent, frozen=True, kw_only=True, tag="shared"):
    """Someone posted a link to a paper; the answer is its card, or None for an unknown paper."""

    url: str


class BotRemoved(BaseEvent, frozen=True, kw_only=True, tag="removed"):
    """The bot was removed from the tenant (`place.channel` is `*`) or from one channel, or the channel was archived."""

    why: str = "Paperboy was removed from here"


class BotReturned(BaseEvent, frozen=True, kw_only=True, tag="returned"):
    """The bot can post in the tenant (`*`) or the channel again."""


class ChannelMoved(BaseEvent, frozen=True, kw_only=True, tag="moved"):
    """The platform gave the channel `place` another id: it is `to` now."""

    to: Place


Event: TypeAlias = (
    Command | ButtonPress | FormSubmission | Reaction | LinkShared | BotRemoved | BotReturned | ChannelMoved
)


class Answer(Struct, frozen=True, kw_only=True):
    """The core's answer to an event."""

    message: Message
    private: bool = True  # only the person who asked sees it
    replace: bool = False  # replaces the message whose button was pressed
    brief: bool = False  # a short confirmation: a toast where the platform has one
    gradual: bool = False  # in sentences, and checked: a platform that can may show it piece by piece
    form: Form | None = None  # to fill in; `message` says the same in words for platforms without dialogs
