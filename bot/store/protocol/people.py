"""What people did and keep, and whose it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.chat.catalog import Program
from bot.papers.community import Submission
from bot.papers.model import PaperId
from bot.store.records import ReactionMark, Tally


class Votes(Protocol):
    """Marks in, ballots out."""

    async def mark(self, mark: ReactionMark, *, cause: str | None = None) -> None: ...

    async def unmark(
        self, community: str, person: str, origin: str, emoji: str, *, cause: str | None = None
    ) -> None: ...

    async def toggle(self, mark: ReactionMark, *, off: bool = False, cause: str | None = None) -> bool:
        """Put a button's mark, or take it back when it stands (`off`: whatever stands); True when the vote now stands.
        Taking it back outweighs every mark the person made on that paper before, also those that a recount brings up
        again."""
        ...

    async def recount(self, origin: str, marks: Sequence[ReactionMark]) -> bool:
        """Replace all marks of one message by what the platform says; True when anything changed."""
        ...

    async def tallies(self, community: str, ids: Collection[PaperId]) -> dict[PaperId, Tally]: ...

    async def everywhere(self, ids: Collection[PaperId]) -> dict[PaperId, Tally]:
        """What the votes of all communities come to; a person of two communities has two."""
        ...

    async def voted(self, since: datetime) -> set[PaperId]:
        """Papers that somebody, somewhere, voted on since then, or took a vote back from."""
        ...

    async def mine(self, community: str, person: str, ids: Collection[PaperId]) -> dict[PaperId, int]:
        """A person's own ballots: +1 or −1."""
        ...

    async def counts(self) -> dict[str, int]:
        """Marks that stand, by platform."""
        ...

    async def voted_on(self, since: datetime) -> list[tuple[str, PaperId]]:
        """Communities and papers with a vote made or taken back since then."""
        ...

    async def reached(self, community: str, marks: int) -> bool:
        """Whether that many marks stand in a community; cheap, however many there are."""
        ...

    async def top(self, community: str, since: datetime | None, limit: int) -> list[tuple[PaperId, Tally]]:
        """Papers by up minus down of ballots cast since then, best first."""
        ...


class People(Protocol):
    """What persons keep for themselves; `person` is `Person.key`."""

    async def save(self, person: str, paper: PaperId, at: datetime, *, cause: str | None = None) -> bool:
        """False when it was saved already."""
        ...

    async def unsave(self, person: str, paper: PaperId, *, cause: str | None = None) -> bool: ...

    async def saved(self, person: str, *, limit: int = 100, offset: int = 0) -> list[PaperId]:
        """Newest first."""
        ...

    async def follow(self, person: str, topic: str, at: datetime, *, cause: str | None = None) -> bool: ...

    async def unfollow(self, person: str, topic: str, *, cause: str | None = None) -> bool: ...

    async def following(self, person: str) -> list[str]:
        """Oldest first."""
        ...

    async def teach(self, person: str, at: datetime, *, cause: str | None = None) -> bool:
        """Let saved papers order what this person is brought; False when they did already."""
        ...

    async def unteach(self, person: str, *, cause: str | None = None) -> bool: ...

    async def teaches(self, person: str) -> bool: ...


class ApiKeys(Protocol):
    """Programs with a key of their own. Of a key only its digest is kept."""

    async def add(self, name: str, digest: str, at: datetime) -> bool:
        """False when there is one of that name."""
        ...

    async def of(self, digest: str) -> Program | None: ...

    async def all(self) -> list[Program]:
        """By name."""
        ...

    async def remove(self, name: str) -> bool:
        """False when there was none."""
        ...


class Submissions(Protocol):
    """What people brought to the list of their community (`bot.papers.community`)."""

    async def add(self, submission: Submission, *, cause: str | None = None) -> bool:
        """Put a known paper on its tenant's list of the day; False, and nothing changes, when it was brought before."""
        ...

    async def remove(self, tenant: str, paper: PaperId, *, cause: str | None = None) -> bool:
        """Take it off the list; False when it was not on it."""
        ...

    async def of(self, tenant: str, ids: Collection[PaperId]) -> dict[PaperId, Submission]: ...

    async def since(self, first: date) -> list[Submission]:
        """Those of all tenants from that day on, oldest first."""
        ...

    async def count(self, tenant: str, since: datetime, *, person: str = "") -> int:
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

    async def depart(self, tenant: str, at: datetime) -> None:
        """Note that Paperboy was removed from a tenant."""
        ...

    async def returned(self, tenant: str) -> None:
        """It is there again."""
        ...

    async def departed(self, before: datetime) -> list[str]:
        """Tenants it was removed from before that."""
        ...
