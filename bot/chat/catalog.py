"""The papers as pages, feeds, programs and assistants read them, with vote counts but no voters.

Apart from `adapter.py`, because a reader has no channel, no event and no message.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from bot.chat.event import Person, Place, Ref
from bot.papers.model import Paper, PaperId, Tally

TrendingPeriod: TypeAlias = Literal["day", "week", "month"]

PAGE_SIZE = 50  # papers per page, unless the reader asks for another number
MAX_PAGE_SIZE = 100  # papers per page


class CatalogEntry(Struct, frozen=True, kw_only=True):
    """A paper with its summary and its votes."""

    paper: Paper
    summary: str = ""  # one sentence; empty when none passed the check
    provenance: str = ""  # who wrote the summary: `human`, `claude`, `source`, `extract`
    votes: Tally = Tally()
    listed_on: date | None = None  # day of the newest list with this paper
    first_seen: datetime | None = None  # when a list first had it
    matched: tuple[str, ...] = ()  # words of title and summary that a search was for
    why: str = ""  # why it is in the result: matched words, the similar paper, the parts of its trending score
    note: str = ""  # on a person's own list: what they noted about it
    is_read: bool = False  # likewise: whether they read it


class PaperPage(Struct, frozen=True, kw_only=True):
    """One page of a result, best first."""

    papers: tuple[CatalogEntry, ...] = ()
    has_more: bool = False  # another page follows
    total: int | None = None  # papers of a list; of a search, those that match every word and filter; None: unknown
    notice: str = ""  # what the reader should know about this result
    corrected_query: str = ""  # the query that was used, when nothing matched the words typed


class Topic(Struct, frozen=True, kw_only=True):
    """A subject that many recent papers share."""

    name: str  # `cs.CL`, `diffusion models`
    query: str  # finds its papers: `cat:cs.CL`, `"diffusion models"`
    count: int  # papers in the newest lists


class DayListings(Struct, frozen=True, kw_only=True):
    """The papers listed from `first` to `last`, most upvoted first, and the neighbouring days with a list."""

    first: date
    last: date
    page: PaperPage
    previous_day: date | None = None  # the last day with a list before `first`
    next_day: date | None = None  # the first day with a list after `last`
    newest_day: date | None = None  # the newest day with a list, whichever days were requested
    topics: tuple[Topic, ...] = ()  # that its papers share, where there are many; a topic that was asked for or not


class LinkedRepo(Struct, frozen=True, kw_only=True):
    """A repository on Hugging Face that names the paper."""

    name: str  # `org/model`
    url: str
    likes: int = 0


class LinkedRepos(Struct, frozen=True, kw_only=True):
    """The most liked repositories of each kind, and how many there are."""

    models: tuple[LinkedRepo, ...] = ()
    datasets: tuple[LinkedRepo, ...] = ()
    spaces: tuple[LinkedRepo, ...] = ()
    counts: tuple[int, int, int] = (0, 0, 0)  # models, data sets, Spaces


class PostedMessage(Struct, frozen=True, kw_only=True):
    """A message with the paper in a channel of the reader's own workspace."""

    ref: Ref
    at: datetime
    url: str = ""  # opens the message; empty where the platform has no such address


class PaperDetail(Struct, frozen=True, kw_only=True):
    """Everything about one paper."""

    entry: CatalogEntry
    listings: tuple[tuple[str, date], ...] = ()  # display name of the source and day; newest first
    linked: LinkedRepos = LinkedRepos()
    similar: tuple[CatalogEntry, ...] = ()
    channel_count: int = 0  # channels it was posted to, in all communities
    messages: tuple[PostedMessage, ...] = ()  # in the reader's own workspace, newest first


class ApiClient(Struct, frozen=True, kw_only=True):
    """A program with an API key."""

    name: str
    made: datetime


class Catalog(Protocol):
    """The core as a reader sees it. Every method raises `PaperboyError` when the store fails.

    `offset` and `limit` count papers; `limit` is at most `MAX_PAGE_SIZE`.
    """

    async def listed_days(self, *, until: date | None = None, limit: int = 30) -> Sequence[tuple[date, int]]:
        """The newest days with a list, newest first, each with its number of papers."""

    async def listings(
        self, first: date, last: date, topic: str = "", *, offset: int = 0, limit: int = PAGE_SIZE
    ) -> DayListings:
        """The papers listed from `first` to `last`, both included; with `topic` (a query) only those that match it."""

    async def trending(
        self, period: TrendingPeriod, topic: str = "", *, offset: int = 0, limit: int = PAGE_SIZE
    ) -> PaperPage:
        """The trending papers of a period; with `topic` (a query) only those that match it."""

    async def search(self, query: str, *, offset: int = 0, limit: int = PAGE_SIZE) -> PaperPage:
        """The papers for a query as people type it after `/papers`, filters included; best first."""

    async def search_newest(self, query: str, *, offset: int = 0, limit: int = PAGE_SIZE) -> PaperPage:
        """The papers that match a query, newest first: for the feed of a topic or an author."""

    async def narrow_search(self, query: str) -> Sequence[Topic]:
        """Years, newest first, and sources: what to add to a query for each, and how many papers are then left."""

    async def complete_title(self, typed: str, limit: int) -> Sequence[str]:
        """Titles with a word that begins like the last word typed, most upvoted first."""

    async def similar_papers(self, id: PaperId, *, offset: int = 0, limit: int = PAGE_SIZE) -> PaperPage | None:
        """Papers similar in meaning; None for an unknown paper."""

    async def paper_detail(self, id: PaperId, *, who: Person | None = None) -> PaperDetail | None:
        """One paper, with the messages in the workspace of `who`; None for an unknown paper."""

    async def channel_papers(self, place: Place, *, limit: int = PAGE_SIZE) -> PaperPage:
        """The papers posted to a channel, newest first."""

    async def lists_of(self, owner: str) -> Mapping[str, int]:
        """The names of a person's lists, each with its number of papers."""

    async def list_papers(self, owner: str, name: str) -> PaperPage:
        """The papers of a list (`bot.catalog.reading_lists`), with the owner's notes; without owner a paper's id."""

    async def topics(self) -> Sequence[Topic]:
        """The topics of the newest lists, most papers first."""

    async def votes_by(self, who: Person, ids: Collection[PaperId]) -> Mapping[PaperId, int]:
        """A person's own votes, +1 or −1; papers they did not vote on are left out."""

    async def vote_counts(self, ids: Collection[PaperId]) -> Mapping[PaperId, Tally]:
        """Current vote counts; papers without votes are left out."""

    async def paper_count(self) -> int:
        """The number of papers."""

    async def paper_ids(self, *, offset: int = 0, limit: int = PAGE_SIZE) -> Sequence[PaperId]:
        """The ids of all papers, newest first: for a sitemap."""

    async def api_client(self, key: str) -> ApiClient | None:
        """The program that an API key belongs to; None for an unknown or revoked key."""
