"""Everything a chat platform does for the core, as a few small protocols.

An adapter declares what it can do by having the methods of a protocol; the core checks with `isinstance`. The e-mail
adapter posts but edits nothing, the site listens but posts nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from pkgutil import resolve_name
from typing import Generic, Protocol, TypeVar, runtime_checkable

from msgspec import Struct, field

from bot.chat.catalog import Catalog
from bot.chat.event import Answer, Event, Person, Place, Ref
from bot.chat.form import Field
from bot.chat.message import Action, Message, Text
from bot.clock import Clock, SystemClock
from bot.errors import Refused
from bot.papers.pictures import Picture
from bot.refusals import RefusalLimits
from bot.tasks import Supervisor


class Limits(Struct, frozen=True, kw_only=True):
    """The size limits of one message, measured on the wire after escaping (`CanPost.text_width`)."""

    max_chars: int  # in the whole message
    max_blocks: int  # blocks, cards and button rows together
    max_block_chars: int  # in one block
    max_buttons: int  # in one row
    max_label_chars: int = 75  # in a button's label
    min_interval_s: float = 0.0  # seconds between two posts in one channel; the dispatcher waits that long
    has_threads: bool = True  # messages can have replies; without them an edition is one message
    max_concurrent_posts: int = 4  # per tenant, so that a slow workspace leaves capacity for the others
    extra_attempt_s: float = 0.0  # that one attempt may take beyond the setting `attempt_seconds`


class Adapter(Protocol):
    """The part that every adapter has; the protocols below are optional abilities."""

    @property
    def name(self) -> str:
        """The platform's name in places: `slack`, `discord`, `web`, `email`, `site`."""

    async def aclose(self) -> None:
        """Close connections and end what is under way."""


@runtime_checkable
class CanPost(Adapter, Protocol):
    """Can post, also without a listening connection: a worker process only delivers."""

    @property
    def limits(self) -> Limits: ...

    def text_width(self, run: Text) -> int:
        """The size of a text on the wire, after escaping; in the unit of `limits`."""

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        """Post `message`, marked with `key` (at most 25 characters) so that it can be found after a crash.

        Raises `Refused`, `Busy` or `Unsure`.
        """


@runtime_checkable
class CanFind(Protocol):
    """Can find a message by its key, so that a post is sent exactly once even after a crash."""

    async def find_post(self, place: Place, *, key: str, since: datetime) -> Ref | None:
        """The message with `key` posted after `since`; None: there is none. Raises like `post`."""


@runtime_checkable
class CanFindBetween(CanFind, Protocol):
    """Can search a time alone, so that a busy channel isn't read as a whole."""

    async def find_post_between(self, place: Place, *, key: str, since: datetime, until: datetime) -> Ref | None:
        """The message with `key` posted between these; None: there is none. Raises like `post`. After `Busy`, the next
        call with the same arguments continues where this one ended, also after a restart."""


@runtime_checkable
class CanEdit(Protocol):
    """Can edit its messages."""

    async def edit_post(self, ref: Ref, message: Message) -> None:
        """Replace a message's content. Raises like `post`; a deleted message is `Refused` with `gone`."""


@runtime_checkable
class CanCountReactions(Protocol):
    """Can list the reactions to a message."""

    async def count_reactions(self, ref: Ref) -> Mapping[str, frozenset[str]]:
        """Emoji (Unicode, with skin tone) → ids of the people who reacted, without bots. Raises like `post`."""


@runtime_checkable
class CanMessageUser(Protocol):
    """Can send direct messages: digests to their readers, notices to admins."""

    async def open_direct_message(self, person: str, space: str) -> Place:
        """The place of the direct message with a person (an id) of a space. Raises like `post`."""


@runtime_checkable
class CanTellAccess(Protocol):
    """Can tell whether it may post in a place, without posting; a held schedule is checked this way."""

    async def may_post(self, place: Place) -> bool:
        """Raises like `post`."""


@runtime_checkable
class CanExplainAccess(CanTellAccess, Protocol):
    """Can also tell why it may not post somewhere: asked when a schedule is made there."""

    async def access_problem(self, place: Place) -> Refused | None:
        """What is in the way, and what to do about it; None: nothing. Raises `Busy` or `Unsure`."""


@runtime_checkable
class CanTellThreads(Protocol):
    """Has threads in some places and not in others."""

    async def has_threads(self, place: Place) -> bool:
        """Whether a message there can have replies; without them an edition is one message. No request is sent."""


@runtime_checkable
class CanPing(Protocol):
    """Can notify the people of a role with a post (`Message.ping`)."""

    def has_roles(self, place: Place) -> bool:
        """Whether there are roles in the place."""

    async def check_ping(self, who: Person, place: Place, role: str) -> None:
        """Raises `AskError` when the person may not have this role (an id) notified there, and like `post`."""


@runtime_checkable
class CanInvite(Protocol):
    """Can subscribe an address that a person gives, once its owner has confirmed: e-mail."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the form."""

    @property
    def page(self) -> str:
        """Address of the same form on the web."""

    async def invite(self, who: Person, values: Mapping[str, str]) -> None:
        """Send a confirmation request to the address in `values`. Raises `AskError`, and like `post`."""


class Finding(Struct, frozen=True, kw_only=True):
    """One check of `paperboy doctor`."""

    what: str  # `scope chat:write`
    ok: bool
    hint: str = ""  # what to do about it

    @classmethod
    def check(cls, what: str, ok: bool, hint: str) -> Finding:
        """A check with a hint for when it fails."""
        return cls(what=what, ok=ok, hint="" if ok else hint)


@runtime_checkable
class HasDoctor(Protocol):
    """Can check its own set-up, for `paperboy doctor`."""

    async def check_setup(self) -> Sequence[Finding]:
        """All checks and their results; an unreachable platform is a finding, not an error."""


@runtime_checkable
class HasConnection(Protocol):
    """Listens through a connection that can be lost; `/readyz` reports it."""

    @property
    def connected(self) -> bool: ...


@runtime_checkable
class CanLink(Protocol):
    """Can link to a message."""

    def message_url(self, ref: Ref) -> str:
        """Where a browser opens the message; empty when it has no address."""


@runtime_checkable
class CanPublishFeed(Protocol):
    """Can publish a channel's papers as a feed, and lists as feeds and files, at addresses that can't be guessed."""

    def feed_url(self, place: Place) -> str:
        """The address, the same each time; empty when the feed can't be reached from outside."""

    def list_url(self, owner: str, name: str) -> str:
        """The address of a list (`bot.catalog.reading_lists`), to which the names of its files are added; empty when
        it can't be reached by its owner."""


@runtime_checkable
class CanPublishPictures(Protocol):
    """Can show pictures of papers to chat platforms."""

    def picture_url(self, name: str) -> str:
        """The public address of a picture by its name; empty where no one outside could open it."""


@runtime_checkable
class CanListen(Protocol):
    """Receives what people do, hands each event to the core and shows the answer.

    An adapter acknowledges an event within the platform's time limit first, then asks the core.
    """

    @property
    def started(self) -> asyncio.Event:
        """Set while events arrive."""

    @property
    def url(self) -> str:
        """Where a browser opens it on this machine; empty without a web server, or before it has started."""

    @property
    def label(self) -> str:
        """What the address in the start message opens: `chat in your browser`; may be empty."""

    async def listen(self, core: Core) -> None:
        """Listen until cancelled. Raises `ConfigError` when the settings make that impossible."""


class MenuEntry(Struct, frozen=True, kw_only=True):
    """An action for any message: a message shortcut in Slack, a context-menu command in Discord."""

    label: str  # at most 24 characters: Slack's limit of a shortcut's name
    action: Action  # comes back as a `ButtonPress` with the message and its text


class CommandHelp(Struct, frozen=True, kw_only=True):
    """A command as an adapter offers it in menus and completion."""

    name: str
    usage: str  # `schedule WHEN [QUERY] [top N]`
    summary: str  # one sentence
    private: bool = True  # only the person who asked sees the answers
    admin: bool = False  # needs the right to set schedules
    fields: tuple[Field, ...] = ()  # typed options; their values come back as a `FormSubmission` with this name


class Core(Protocol):
    """The core as an adapter sees it."""

    @property
    def commands(self) -> Sequence[CommandHelp]: ...

    @property
    def menu(self) -> Sequence[MenuEntry]: ...

    @property
    def catalog(self) -> Catalog: ...

    async def handle_event(self, event: Event) -> Answer | None:
        """Act on an event; None: no answer. Never raises: an error becomes a private answer."""

    def note_gap(self, platform: str) -> None:
        """Call it when events arrive, if some may have been missed before: at the start, and after a lost connection
        that could not be taken up where it broke. Reactions are counted again."""

    async def complete(self, text: str, who: Person) -> Sequence[tuple[str, str]]:
        """Completions of what someone is typing after `/papers `, best first, each with what it does; perhaps empty."""

    async def health_problems(self) -> Mapping[str, str]:
        """Current problems by part; empty when all is well."""


class KeyValue(Protocol):
    """A small durable key-value store of one adapter (installations, a command hash, a chat history).

    Keys are text, in order; values are bytes.
    """

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, value: bytes, *, if_absent: bool = False) -> bool:
        """Store a value; with `if_absent` an existing value stays, and False is returned."""

    async def delete(self, key: str) -> None: ...

    async def scan(self, prefix: str, *, after: str = "", last: int | None = None) -> Sequence[tuple[str, bytes]]:
        """Records whose key starts with `prefix` and sorts after `after`, in key order; with `last` only the last
        so many."""


async def _no_picture(name: str) -> Picture | None:
    return None


class Setup(Struct, frozen=True, kw_only=True):
    """Everything an adapter gets from the core when it is built."""

    options: Mapping[str, object]  # its section of the settings, environment included
    storage: KeyValue
    home: Path  # the data folder
    clock: Clock
    picture: Callable[[str], Awaitable[Picture | None]] = _no_picture  # by the name that a card has
    picture_url: Callable[[str], str] = lambda _: ""  # its public address; empty: none
    tasks: Supervisor = field(default_factory=lambda: Supervisor(SystemClock()))  # runs the long-lived tasks
    refusals: RefusalLimits = field(default_factory=RefusalLimits)  # shared: services ban by address


A_co = TypeVar("A_co", bound=Adapter, covariant=True)


class AdapterFactory(Struct, Generic[A_co], frozen=True, kw_only=True):
    """The entry point in the group `paperboy.adapters`."""

    options: frozenset[str]  # names of the settings in its section
    build: Callable[[Setup], A_co | None]  # None: not configured or turned off

    @classmethod
    def for_settings(
        cls, kind: type[Struct], read: Callable[[Mapping[str, object]], object | None], target: str
    ) -> AdapterFactory[A_co]:
        """The factory of a package whose settings (a `kind`) `read` gives, or None. Only then `target` (`module:name`)
        is imported and called with settings and setup: what it needs may take a while to load."""

        def build(setup: Setup) -> A_co | None:
            settings = read(setup.options)
            made: A_co | None = resolve_name(target)(settings, setup) if settings else None
            return made

        return cls(options=frozenset(kind.__struct_fields__), build=build)

    def __call__(self, setup: Setup) -> A_co | None:
        return self.build(setup)
