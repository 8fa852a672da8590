"""What people did and keep, and whose it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.chat.catalog import ApiClient
from bot.papers.community import Submission
from bot.papers.model import PaperId
from bot.store.records import Tally, VoteMark


class Votes(Protocol):
    """Marks in, ballots out."""

    async def add_mark(self, mark: VoteMark, *, cause: str | None = None) -> None: ...

    async def remove_mark(
        self, community: str, person: str, origin: str, emoji: str, *, cause: str | None = None
    ) -> None: ...

    async def toggle_vote(self, mark: VoteMark, *, off: bool = False, cause: str | None = None) -> bool:
        """Put a button's mark, or take it back when it stands (`off`: whatever stands); True when the vote now stands.
        Taking it back outweighs every mark the person made on that paper before, also those that a recount brings up
        again."""
        ...

    async def replace_marks(self, origin: str, marks: Sequence[VoteMark]) -> bool:
        """Replace all marks of one message by what the platform says; True when anything changed."""
        ...

    async def tallies_for(self, community: str, ids: Collection[PaperId]) -> dict[PaperId, Tally]: ...

    async def tallies_everywhere(self, ids: Collection[PaperId]) -> dict[PaperId, Tally]:
        """What the votes of all communities come to; a person of two communities has two."""
        ...

    async def papers_voted_since(self, since: datetime) -> set[PaperId]:
        """Papers with a vote cast or taken back anywhere since then."""
        ...

    async def ballots_of(self, community: str, person: str, ids: Collection[PaperId]) -> dict[PaperId, int]:
        """A person's own ballots: +1 or −1."""
        ...

    async def count_by_platform(self) -> dict[str, int]:
        """Marks that stand, by platform."""
        ...

    async def voted_in_tenants_since(self, since: datetime) -> list[tuple[str, PaperId]]:
        """Communities and papers with a vote made or taken back since then."""
        ...

    async def has_marks(self, community: str, marks: int) -> bool:
        """Whether that many marks stand in a community; cheap, however many there are."""
        ...

    async def top_papers(self, community: str, since: datetime | None, limit: int) -> list[tuple[PaperId, Tally]]:
        """Papers by up minus down of ballots cast since then, best first."""
        ...


class People(Protocol):
    """What persons keep for themselves; `person` is `Person.key`."""

    async def save_paper(self, person: str, paper: PaperId, at: datetime, *, cause: str | None = None) -> bool:
        """False when it was saved already."""
        ...

    async def unsave_paper(self, person: str, paper: PaperId, *, cause: str | None = None) -> bool: ...

    async def saved_papers(self, person: str, *, limit: int = 100, offset: int = 0) -> list[PaperId]:
        """Newest first."""
        ...

    async def follow_topic(self, person: str, topic: str, at: datetime, *, cause: str | None = None) -> bool: ...

    async def unfollow_topic(self, person: str, topic: str, *, cause: str | None = None) -> bool: ...

    async def followed_topics(self, person: str) -> list[str]:
        """Oldest first."""
        ...

    async def enable_taste(self, person: str, at: datetime, *, cause: str | None = None) -> bool:
        """Let saved papers order what this person is brought; False when they did already."""
        ...

    async def disable_taste(self, person: str, *, cause: str | None = None) -> bool: ...

    async def has_taste(self, person: str) -> bool: ...


class ApiKeys(Protocol):
    """Programs with a key of their own. Of a key only its digest is kept."""

    async def add_key(self, name: str, digest: str, at: datetime) -> bool:
        """False when there is one of that name."""
        ...

    async def by_digest(self, digest: str) -> ApiClient | None: ...

    async def all_keys(self) -> list[ApiClient]:
        """By name."""
        ...

    async def remove_key(self, name: str) -> bool:
        """False when there was none."""
        ...


class Submissions(Protocol):
    """What people brought to the list of their community (`bot.papers.community`)."""

    async def add_submission(self, submission: Submission, *, cause: str | None = None) -> bool:
        """Put a known paper on its tenant's list of the day; False, and nothing changes, when it was brought before."""
        ...

    async def remove_submission(self, tenant: str, paper: PaperId, *, cause: str | None = None) -> bool:
        """Take it off the list; False when it was not on it."""
        ...

    async def for_papers(self, tenant: str, ids: Collection[PaperId]) -> dict[PaperId, Submission]: ...

    async def submitted_since(self, first: date) -> list[Submission]:
        """Those of all tenants from that day on, oldest first."""
        ...

    async def count_submitted(self, tenant: str, since: datetime, *, person: str = "") -> int:
        """How many a tenant, or one person of it, brought since then."""
        ...


class Ownership(Protocol):
    """What belongs to whom: export and forgetting."""

    async def export(self, owner: str) -> dict[str, list[dict[str, object]]]:
        """Everything kept of a tenant (`slack:T1`) or a person (`slack:T1/U1`), by table."""
        ...

    async def forget(self, owner: str) -> int:
        """Delete it; returns how many rows went."""
        ...

    async def mark_departed(self, tenant: str, at: datetime) -> None:
        """Note that Paperboy was removed from a tenant."""
        ...

    async def mark_returned(self, tenant: str) -> None:
        """It is there again."""
        ...

    async def departed_before(self, before: datetime) -> list[str]:
        """Tenants it was removed from before that."""
        ...
