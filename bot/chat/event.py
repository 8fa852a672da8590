"""What a platform tells us, and who and where; the adapter parses, the core acts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from bot.chat.form import Form
from bot.chat.message import Action, Message


class Place(Struct, frozen=True):
    """Where messages go. `space` is the tenant: a Slack workspace, a Discord guild, a web home."""

    platform: str
    space: str
    channel: str
    thread: str = ""  # id of the message a thread hangs from; empty: the channel itself

    def __str__(self) -> str:
        return "/".join(filter(None, (f"{self.platform}:{self.space}", self.channel, self.thread)))

    @classmethod
    def parse(cls, wire: str) -> Place:
        """The place of `slack:T1/C1` or `slack:T1/C1/169.12`; `ValueError` for anything else."""
        home, *rest = wire.split("/")
        platform, colon, space = home.partition(":")
        if not (colon and platform and space and 1 <= len(rest) <= 2 and all(rest)):
            raise ValueError(f"not a place: {wire!r} (expected platform:space/channel)")
        return cls(platform, space, *rest)

    @property
    def tenant(self) -> str:
        """Whose data this is: nothing crosses from one tenant to another."""
        return f"{self.platform}:{self.space}"

    def in_thread(self, message: str) -> Place:
        """The thread under a message of this channel; of no message (empty): the channel itself."""
        return Place(self.platform, self.space, self.channel, message)


class Ref(Struct, frozen=True):
    """A message the platform has: enough to edit it, count its reactions or reply to it."""

    place: Place
    id: str


class Person(Struct, frozen=True, kw_only=True):
    """Somebody in a tenant. The name is for showing only and is not stored."""

    platform: str
    space: str
    id: str
    name: str = ""
    admin: bool = False  # may set schedules here; the adapter knows the platform's own rights

    @property
    def tenant(self) -> str:
        return f"{self.platform}:{self.space}"

    @property
    def key(self) -> str:
        """The person's id across platforms: `slack:T1/U1`."""
        return f"{self.tenant}/{self.id}"


class Heard(Struct, frozen=True, kw_only=True):
    """What every event has. `id` is the platform's own id of the event: a redelivery carries the same."""

    id: str
    at: datetime
    who: Person
    place: Place


class Command(Heard, frozen=True, kw_only=True, tag="command"):
    """Somebody typed `/papers …` or wrote to the bot; `text` is what follows the name."""

    text: str


class Press(Heard, frozen=True, kw_only=True, tag="press"):
    """Somebody pressed a button, or picked an entry of a message's menu; `message` is where it stood."""

    action: Action
    message: Ref | None = None
    said: str = ""  # what that message says, where the platform tells: it may be anybody's, with a link to a paper


class Submit(Heard, frozen=True, kw_only=True, tag="submit"):
    """Somebody sent a form, or a command with typed options: the values by the name of their field."""

    action: Action
    values: Mapping[str, str]


class Reaction(Heard, frozen=True, kw_only=True, tag="reaction"):
    """Somebody put an emoji on a message or took it back. Emoji in Unicode, without skin tone."""

    message: Ref
    emoji: str
    added: bool


class Shared(Heard, frozen=True, kw_only=True, tag="shared"):
    """Somebody shared the address of a paper; the answer is its card, or None when it is no paper we know."""

    url: str


class Removed(Heard, frozen=True, kw_only=True, tag="removed"):
    """The bot was taken out of the whole tenant (`place.channel` is `*`) or of one channel, or that was archived."""

    why: str = "Paperboy was removed from here"


class Returned(Heard, frozen=True, kw_only=True, tag="returned"):
    """The bot can post in the tenant (`*`) or the channel again."""


Event: TypeAlias = Command | Press | Submit | Reaction | Shared | Removed | Returned


class Answer(Struct, frozen=True, kw_only=True):
    """What the core says to an event."""

    message: Message
    private: bool = True  # for the asker's eyes only
    replace: bool = False  # in place of the message the pressed button stood on
    brief: bool = False  # a short confirmation: a toast where the platform has one
    form: Form | None = None  # to fill in; `message` says the same in words, for a platform without dialogs
