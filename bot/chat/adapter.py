"""What a chat platform must do for us, as a few small protocols.

What an adapter can do is declared by which protocols it has the methods of. The core asks with `isinstance`: an e-mail
adapter only posts, and the front page only listens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from msgspec import Struct, field

from bot.chat.catalog import Catalog
from bot.chat.event import Answer, Event, Person, Place, Ref
from bot.chat.form import Field
from bot.chat.message import Action, Message, Text
from bot.clock import Clock, SystemClock
from bot.tasks import Supervisor


class Limits(Struct, frozen=True, kw_only=True):
    """How much one message may hold, counted on the wire after escaping (`CanPost.text_width`)."""

    chars: int  # in the whole message
    blocks: int  # blocks, cards and button rows together
    block_chars: int  # in one block
    controls: int  # buttons in one row
    label: int = 75  # characters of a button's label
    pace: float = 0.0  # seconds between two posts in one channel; the dispatcher keeps it
    threads: bool = True  # a message can have replies; where not, an edition is one message
    at_once: int = 4  # posts under way in one tenant, so that its slow platform leaves room for the others


class Adapter(Protocol):
    """What every adapter is; what it can do besides, the protocols below tell."""

    @property
    def name(self) -> str:
        """The platform's name in places: `slack`, `discord`, `web`."""
        ...

    async def aclose(self) -> None: ...


@runtime_checkable
class CanPost(Adapter, Protocol):
    """Can post. That needs no listening connection, so a worker can deliver alone."""

    @property
    def limits(self) -> Limits: ...

    def text_width(self, run: Text) -> int:
        """The size of a text on the wire, after escaping."""
        ...

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        """Post `message`; `key` (at most 25 characters) marks it so that a crash can be made good.

        Raises `Refused`, `Busy` or `Unsure`.
        """
        ...


@runtime_checkable
class CanFind(Protocol):
    """Can tell whether a message with a key is there: what makes exactly once possible after a crash."""

    async def find_post(self, place: Place, *, key: str, since: datetime) -> Ref | None: ...


@runtime_checkable
class CanEdit(Protocol):
    """Can change what was posted. Raises like `post`; a deleted message is `Refused`."""

    async def edit_post(self, ref: Ref, message: Message) -> None: ...


@runtime_checkable
class CanCountReactions(Protocol):
    """Can say who reacted how: emoji in Unicode without skin tone → ids of people, without the bot."""

    async def count_reactions(self, ref: Ref) -> Mapping[str, frozenset[str]]: ...


@runtime_checkable
class CanMessageUser(Protocol):
    """Can write to one person alone. Used for what they asked for themselves, and for notices to an admin."""

    async def open_direct_message(self, person: str, space: str) -> Place:
        """The place of the private conversation with a person (an id) of a space. Raises like `post`."""
        ...


@runtime_checkable
class CanTellAccess(Protocol):
    """Can tell whether a place may be posted to, without posting: where it may not, it is looked at again by and by."""

    async def may_post(self, place: Place) -> bool:
        """Raises like `post`."""
        ...


@runtime_checkable
class CanInvite(Protocol):
    """Can bring papers to an address that a person gives, once somebody there has said yes: mail."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """What to fill in."""
        ...

    @property
    def page(self) -> str:
        """Where the same can be filled in on the web."""
        ...

    async def invite(self, who: Person, values: Mapping[str, str]) -> None:
        """Ask the address whether it wants what a person filled in. Raises `AskError`, and like `post`."""
        ...


@runtime_checkable
class HasDoctor(Protocol):
    """Can look over its own set-up, for `paperboy doctor`."""

    async def check_setup(self) -> Sequence[Finding]:
        """What was looked at and how it stands; a platform that can't be reached is a finding, not an error."""
        ...


@runtime_checkable
class HasConnection(Protocol):
    """Listens through a connection that can be lost: `/readyz` tells."""

    @property
    def connected(self) -> bool: ...


@runtime_checkable
class CanLink(Protocol):
    """Can say where in a browser a message is; empty where that can't be said."""

    def message_url(self, ref: Ref) -> str: ...


@runtime_checkable
class CanPublishFeed(Protocol):
    """Can give a channel's papers as a feed, under an address that nobody can guess."""

    def feed_url(self, place: Place) -> str:
        """The address; the same each time, and empty where the feed could not be reached from outside."""
        ...


@runtime_checkable
class CanListen(Protocol):
    """Hears people: hands each event to the core and shows the answer, until cancelled.

    The adapter acknowledges within its platform's time limit first, then asks the core.
    """

    async def listen(self, core: Core) -> None: ...


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that `doctor` looked at."""

    what: str  # `scope chat:write`
    ok: bool
    hint: str = ""  # what to do about it


class MenuEntry(Struct, frozen=True, kw_only=True):
    """Something to do with any message: a message shortcut in Slack, a context-menu command in Discord."""

    label: str  # at most 24 characters: Slack's limit of a shortcut's name
    action: Action  # comes back as a `Press` with the message and what it says


class CommandHelp(Struct, frozen=True, kw_only=True):
    """What an adapter needs to offer a command: names for menus and completion."""

    name: str
    usage: str  # `schedule WHEN [QUERY] [top N]`
    summary: str  # one sentence
    private: bool = True  # its answers are for the asker only
    admin: bool = False  # needs the right to set schedules
    fields: tuple[Field, ...] = ()  # typed options; their values come back as a `Submit` named like the command


class Core(Protocol):
    """The core as an adapter sees it."""

    @property
    def commands(self) -> Sequence[CommandHelp]: ...

    @property
    def menu(self) -> Sequence[MenuEntry]: ...

    @property
    def catalog(self) -> Catalog:
        """What pages, feeds and programs can read."""
        ...

    async def handle_event(self, event: Event) -> Answer | None:
        """Act on an event; None: nothing to say. Never raises: what goes wrong becomes a private answer."""
        ...

    async def complete(self, text: str, who: Person) -> Sequence[str]:
        """Continuations of what somebody is typing after `/papers `, best first."""
        ...

    async def health_problems(self) -> Mapping[str, str]:
        """What is wrong now, by part; empty when all is well."""
        ...


class KeyValue(Protocol):
    """A few durable records of an adapter's own (installations, a command hash, a chat history).

    One namespace per adapter, kept by the core's store; keys are text, in order; values are bytes.
    """

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, value: bytes, *, if_absent: bool = False) -> bool:
        """Keep a value; False when `if_absent` and there was one already (it stays)."""
        ...

    async def delete(self, key: str) -> None: ...

    async def scan(self, prefix: str, *, after: str = "", last: int | None = None) -> Sequence[tuple[str, bytes]]:
        """Records whose key starts with `prefix` and comes after `after`, in order of key; `last`: only
        that many from the end."""
        ...


class Setup(Struct, frozen=True, kw_only=True):
    """What the core gives an adapter to start with."""

    options: Mapping[str, object]  # its own section of the settings, environment included
    storage: KeyValue
    home: Path  # the data folder
    clock: Clock
    tasks: Supervisor = field(default_factory=lambda: Supervisor(SystemClock()))  # runs whatever runs for long


class Factory(Protocol):
    """The entry point in the group `paperboy.adapters`; None: not configured here, leave it out."""

    def __call__(self, setup: Setup) -> Adapter | None: ...
