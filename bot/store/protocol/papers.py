"""Papers, their vectors, summaries and full texts, and what models cost."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.papers.full_text import FullText
from bot.papers.model import Listing, Paper, PaperId
from bot.store.records import (
    Claim,
    Fetch,
    ListedPaper,
    ModelFailure,
    PaperChange,
    Reservation,
    Spending,
    SpendingLimits,
    StoreCounts,
    Summary,
    SummaryBatch,
    SummaryRequest,
)


class Papers(Protocol):
    """Papers, the lists they are on, and how they change."""

    async def add_listings(self, listings: Sequence[Listing], at: datetime) -> StoreCounts:
        """Merge papers with what is known of them (`bot.papers.merge`), and record the lists they are on."""

    async def get_papers(self, ids: Collection[PaperId]) -> dict[PaperId, Paper]: ...

    async def listed_between(self, sources: Collection[str], first: date, last: date) -> list[ListedPaper]:
        """What the sources listed from `first` to `last`, both included; in order of day, then upvotes."""

    async def most_upvoted(self, sources: Collection[str], first: date, last: date, limit: int) -> list[ListedPaper]:
        """The most upvoted of what was listed in these days, best first, each once with its newest day."""

    async def count_listed(self, sources: Collection[str], first: date, last: date) -> int:
        """How many papers were listed in these days."""

    async def lists_featuring(self, ids: Collection[PaperId]) -> dict[PaperId, list[ListedPaper]]:
        """The lists that these papers are on, newest first."""

    async def next_listed_day(self, sources: Collection[str], day: date) -> date | None:
        """The next day with a list."""

    async def listed_days(
        self, sources: Collection[str], *, limit: int = 30, until: date | None = None
    ) -> list[tuple[date, int]]:
        """The newest days with a list, up to `until`, and how many papers each has."""

    async def featured_since(self, id: PaperId, sources: Collection[str], first: date) -> list[tuple[str, date]]:
        """The lists of these sources from `first` on that a paper is on, newest first."""

    async def newest_ids(self, limit: int, *, offset: int = 0) -> list[PaperId]:
        """The papers published last."""

    async def changes_since(self, seq: int, limit: int) -> list[PaperChange]:
        """The first `limit` changes after number `seq`, in commit order: papers that are new, changed or deleted, and
        counts of votes at a source. Of a paper that changed several times, only the newest is there."""

    async def last_change(self) -> int:
        """The number of the newest change; 0 when there was none."""

    async def count_papers(self) -> int: ...

    async def record_fetch(self, fetch: Fetch) -> None: ...

    async def last_fetches(self) -> list[Fetch]:
        """The last fetch of each source, of its newest day."""


class Vectors(Protocol):
    """Embeddings, as bytes that the store doesn't read; one set for each model."""

    async def store_vectors(self, model: str, vectors: Mapping[PaperId, tuple[int, bytes]]) -> None:
        """Vectors by paper, each with the hash of the text it was made from."""

    async def papers_without_vector(self, model: str, limit: int) -> list[Paper]:
        """Papers without a vector, or changed since; newest first."""

    def load_vectors(self, model: str, *, after: int = 0) -> AsyncIterator[list[tuple[int, PaperId, bytes]]]:
        """All vectors kept since sequence number `after`, in chunks: (sequence, paper, vector)."""

    async def count_by_model(self) -> dict[str, int]:
        """Every model that made vectors, and how many of its own are kept."""

    async def count_embedded(self, model: str) -> tuple[int, int]:
        """How many papers have a vector, and how many papers there are."""


class Summaries(Protocol):
    """One-line summaries."""

    async def store_summaries(self, lines: Sequence[Summary]) -> None: ...

    async def for_papers(self, ids: Collection[PaperId], language: str = "en") -> dict[PaperId, list[Summary]]:
        """Every stored summary of these papers, newest first."""

    async def claim_request(
        self,
        request: SummaryRequest,
        reservation: Reservation,
        limits: SpendingLimits,
        *,
        now: datetime,
        until: datetime,
    ) -> Claim:
        """Claim a request until then and set its money aside."""

    async def claim_batch(
        self,
        priced: Sequence[tuple[SummaryRequest, float]],
        batch: SummaryBatch,
        limits: SpendingLimits,
        *,
        model: str,
        until: datetime,
        collect_from: datetime,
    ) -> SummaryBatch | None:
        """Record a batch of those requests that are free and that the limits cover, and set their money aside.

        `priced`: requests with the most that each may cost. They stay claimed until then.
        """

    async def release_request(self, request: SummaryRequest, *, at: datetime) -> None:
        """Let it be requested again from that moment on."""

    async def confirm_batch(self, batch: SummaryBatch) -> None:
        """Store the provider's id of a batch; any process may then collect it."""

    async def claim_batches(self, *, now: datetime, until: datetime) -> list[SummaryBatch]:
        """Sent batches that no process is collecting; ours to collect until then."""

    async def settle_batch(
        self,
        batch: SummaryBatch,
        lines: Sequence[Summary],
        spent: Spending | None,
        *,
        held: Sequence[SummaryRequest] = (),
        until: datetime | None = None,
    ) -> bool:
        """Store the results and the cost of a batch and release the rest, the held ones at that moment.

        False if that was done before.
        """


class FullTexts(Protocol):
    """Texts of whole papers, so that a second question needs no source; a bounded amount of them."""

    async def get_text(self, paper: PaperId, version: int, now: datetime) -> FullText | None: ...

    async def store_text(self, paper: PaperId, version: int, text: FullText, *, now: datetime, until: datetime) -> None:
        """Store a text until then; if there are too many, those that expire first are dropped."""


class Costs(Protocol):
    """What models did and cost."""

    async def spending_since(self, first: date) -> list[Spending]:
        """By day, model and kind; oldest first."""

    async def reserve(self, reservation: Reservation, limits: SpendingLimits, *, now: datetime) -> bool:
        """Set money aside for a call; False if the limits don't cover it."""

    async def settle(self, reservation: Reservation, spent: Spending | None) -> None:
        """Replace a reservation by what was spent; nothing is added if it lapsed and was booked before."""

    async def reserved_cost(self) -> float:
        """The most that the calls and batches under way may cost."""

    async def store_failure(self, failure: ModelFailure) -> None:
        """Remember the latest failure of a model, for the terminal."""

    async def last_failure(self) -> ModelFailure | None: ...

    async def mark_notified(self, what: str, at: datetime) -> bool:
        """True the first time; the caller then tells the admin."""
