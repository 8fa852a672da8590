"""What pages, feeds and programs can read of the core: papers and their lists, and never who voted.

A room of its own beside `adapter.py`: a reader needs no place, no event and no message.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from bot.chat.event import Person, Place, Ref
from bot.papers.model import Paper, PaperId

Span: TypeAlias = Literal["day", "week", "month"]

PAGE = 50  # papers a page, and what a reader gets who names no number
MOST = 100  # papers a page at most


class Ballots(Struct, frozen=True):
    """What the votes of all communities on a paper come to; outside upvotes are in `Paper.counts`."""

    up: int = 0
    down: int = 0


class Shown(Struct, frozen=True, kw_only=True):
    """A paper with what is said and thought of it."""

    paper: Paper
    line: str = ""  # one sentence; empty: none passed the check
    provenance: str = ""  # whose sentence: `human`, `claude`, `source`, `extract`
    ballots: Ballots = Ballots()
    day: date | None = None  # the newest list it stood on
    seen: datetime | None = None  # when it was first seen on a list
    why: str = ""  # why it stands here: matched words, the paper it is near, what its trend is made of


class Found(Struct, frozen=True, kw_only=True):
    """Some papers of an answer, best first."""

    papers: tuple[Shown, ...] = ()
    more: bool = False  # whether others follow
    total: int | None = None  # how many there are, where that is known
    notice: str = ""  # what the reader should know of this answer
    instead: str = ""  # the words that were searched for, when those typed are nowhere


class Lists(Struct, frozen=True, kw_only=True):
    """What the sources listed from `first` to `last`, most liked first, and where to leaf on to."""

    first: date
    last: date
    found: Found
    earlier: date | None = None  # the nearest day with a list before `first`
    later: date | None = None  # and after `last`
    newest: date | None = None  # the newest day with a list, whatever was asked for


class Resource(Struct, frozen=True, kw_only=True):
    """Something on Hugging Face that names the paper."""

    name: str  # `org/model`
    url: str
    likes: int = 0


class Linked(Struct, frozen=True, kw_only=True):
    """The most liked of each kind, and how many there are."""

    models: tuple[Resource, ...] = ()
    datasets: tuple[Resource, ...] = ()
    spaces: tuple[Resource, ...] = ()
    counts: tuple[int, int, int] = (0, 0, 0)  # models, data sets, Spaces


class Posted(Struct, frozen=True, kw_only=True):
    """A message that showed the paper in a channel of the asker's own workspace."""

    ref: Ref
    at: datetime
    url: str = ""  # where the message can be read; empty where the platform has no such address


class Detail(Struct, frozen=True, kw_only=True):
    """All that is known of one paper."""

    shown: Shown
    lists: tuple[tuple[str, date], ...] = ()  # source, as people call it, and day; newest first
    linked: Linked = Linked()
    similar: tuple[Shown, ...] = ()
    channels: int = 0  # how many channels were brought it, everywhere
    posted: tuple[Posted, ...] = ()  # those of the asker's own workspace, newest first


class Topic(Struct, frozen=True, kw_only=True):
    """Something that many papers are about."""

    name: str  # `cs.CL`, `diffusion models`
    query: str  # what finds its papers: `cat:cs.CL`, `"diffusion models"`
    count: int  # papers of the newest lists


class Program(Struct, frozen=True, kw_only=True):
    """A program that somebody who runs Paperboy made a key for."""

    name: str
    made: datetime


class Catalog(Protocol):
    """The core as a reader sees it. Every verb raises `PaperboyError` when the store fails."""

    async def days(self, *, until: date | None = None, limit: int = 30) -> Sequence[tuple[date, int]]:
        """The newest days with a list, newest first, and how many papers each has."""
        ...

    async def lists(self, first: date, last: date, *, offset: int = 0, limit: int = PAGE) -> Lists:
        """What was listed in these days, both included."""
        ...

    async def trending(self, span: Span, topic: str = "", *, offset: int = 0, limit: int = PAGE) -> Found:
        """What is talked about within a span, of everything or of one topic; the topic is a query."""
        ...

    async def search(self, query: str, *, offset: int = 0, limit: int = PAGE) -> Found:
        """Papers for a query as people type it after `/papers`, filters included."""
        ...

    async def newest(self, query: str, *, offset: int = 0, limit: int = PAGE) -> Found:
        """The same papers, newest first: what a feed of a topic or an author brings."""
        ...

    async def similar(self, id: PaperId, *, offset: int = 0, limit: int = PAGE) -> Found | None:
        """Papers near in meaning; None: no such paper."""
        ...

    async def paper(self, id: PaperId, *, who: Person | None = None) -> Detail | None:
        """One paper; `who` sees the posts of their own workspace. None: no such paper."""
        ...

    async def channel(self, place: Place, *, limit: int = PAGE) -> Found:
        """What a channel was brought, newest first."""
        ...

    async def topics(self) -> Sequence[Topic]:
        """What the papers of the newest lists are about, the commonest first."""
        ...

    async def mine(self, who: Person, ids: Collection[PaperId]) -> Mapping[PaperId, int]:
        """The asker's own ballots: +1 or −1."""
        ...

    async def count(self) -> int:
        """How many papers are known."""
        ...

    async def ids(self, *, offset: int = 0, limit: int = PAGE) -> Sequence[PaperId]:
        """The papers known, newest first: what a sitemap lists."""
        ...

    async def ballots(self, ids: Collection[PaperId]) -> Mapping[PaperId, Ballots]:
        """How the votes on these papers stand now; papers without any are left out."""
        ...

    async def program(self, key: str) -> Program | None:
        """Whose key a program shows; None: nobody's, or one that was revoked."""
        ...
