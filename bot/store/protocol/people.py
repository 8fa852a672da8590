"""Votes, saved papers and topics, submissions, and which rows belong to whom."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.chat.catalog import ApiClient
from bot.papers.community import Submission
from bot.papers.model import PaperId
from bot.store.records import Tally, VoteMark


class Votes(Protocol):
    """Votes: each reaction and press is a mark; a person's marks on a paper count as one ballot."""

    async def add_mark(self, mark: VoteMark, *, cause: str | None = None) -> None: ...

    async def remove_mark(
        self, community: str, person: str, origin: str, emoji: str, *, cause: str | None = None
    ) -> None: ...

    async def toggle_vote(self, mark: VoteMark, *, off: bool = False, cause: str | None = None) -> bool:
        """Set a button's mark, or take it back if it is set (`off`: in any case); True when the vote is set now.

        Taking it back outweighs every earlier mark of the person on that paper, also those that a recount finds
        again."""

    async def last_heard(self) -> int:
        """The number of the newest change by `add_mark` or `remove_mark`, over all processes."""

    async def replace_marks(self, origin: str, marks: Sequence[VoteMark], *, heard: int) -> bool:
        """Replace all marks of one message by those the platform reports, except those that were added or removed
        after the change number `heard`; True when anything changed."""

    async def tallies_for(self, community: str, ids: Collection[PaperId]) -> dict[PaperId, Tally]: ...

    async def tallies_everywhere(self, ids: Collection[PaperId]) -> dict[PaperId, Tally]:
        """The votes of all tenants; a person of two tenants has two."""

    async def papers_voted_since(self, since: datetime) -> set[PaperId]:
        """Papers with a vote cast or taken back anywhere since then."""

    async def ballots_of(self, community: str, person: str, ids: Collection[PaperId]) -> dict[PaperId, int]:
        """A person's own ballots: +1 or −1."""

    async def count_by_platform(self) -> dict[str, int]:
        """Marks that aren't taken back, by platform."""

    async def voted_in_tenants_since(self, since: datetime) -> list[tuple[str, PaperId]]:
        """Tenants and papers with a vote set or taken back since then."""

    async def has_marks(self, community: str, marks: int) -> bool:
        """Whether a tenant has that many marks; cheap, however many there are."""

    async def top_papers(self, community: str, since: datetime | None, limit: int) -> list[tuple[PaperId, Tally]]:
        """Papers by up minus down of ballots cast since then, best first."""


class People(Protocol):
    """What people keep for themselves; `person` is `Person.key`."""

    async def save_paper(self, person: str, paper: PaperId, at: datetime, *, cause: str | None = None) -> bool:
        """False if it was saved already."""

    async def unsave_paper(self, person: str, paper: PaperId, *, cause: str | None = None) -> bool: ...

    async def saved_papers(self, person: str, *, limit: int = 100, offset: int = 0) -> list[PaperId]:
        """Newest first."""

    async def follow_topic(self, person: str, topic: str, at: datetime, *, cause: str | None = None) -> bool: ...

    async def unfollow_topic(self, person: str, topic: str, *, cause: str | None = None) -> bool: ...

    async def followed_topics(self, person: str) -> list[str]:
        """Oldest first."""

    async def enable_taste(self, person: str, at: datetime, *, cause: str | None = None) -> bool:
        """Let saved papers order this person's digests; False if they did already."""

    async def disable_taste(self, person: str, *, cause: str | None = None) -> bool: ...

    async def has_taste(self, person: str) -> bool: ...


class ApiKeys(Protocol):
    """Programs with a key for the API. Only the digest of a key is stored."""

    async def add_key(self, name: str, digest: str, at: datetime) -> bool:
        """False if there is one of that name."""

    async def by_digest(self, digest: str) -> ApiClient | None: ...

    async def all_keys(self) -> list[ApiClient]:
        """By name."""

    async def remove_key(self, name: str) -> bool:
        """False if there was none."""


class Submissions(Protocol):
    """Papers that people added to the list of their community (`bot.papers.community`)."""

    async def add_submission(self, submission: Submission, *, cause: str | None = None) -> bool:
        """Put a stored paper on its tenant's list of the day; False, without effect, if it was submitted before."""

    async def remove_submission(self, tenant: str, paper: PaperId, *, cause: str | None = None) -> bool:
        """Take it off the list; False if it wasn't on it."""

    async def for_papers(self, tenant: str, ids: Collection[PaperId]) -> dict[PaperId, Submission]: ...

    async def submitted_since(self, first: date) -> list[Submission]:
        """Those of all tenants from that day on, oldest first."""

    async def count_submitted(self, tenant: str, since: datetime, *, person: str = "") -> int:
        """How many papers a tenant, or one person of it, submitted since then."""


class Ownership(Protocol):
    """Export and deletion of what belongs to a tenant or a person."""

    async def export(self, owner: str) -> dict[str, list[dict[str, object]]]:
        """Everything stored of a tenant (`slack:T1`) or a person (`slack:T1/U1`), by table."""

    async def forget(self, owner: str) -> int:
        """Delete it; returns how many rows went."""

    async def mark_departed(self, tenant: str, at: datetime) -> None:
        """Record that Paperboy was removed from a tenant."""

    async def mark_returned(self, tenant: str) -> None:
        """Record that Paperboy is in the tenant again."""

    async def departed_before(self, before: datetime) -> list[str]:
        """Tenants that it was removed from before that."""
