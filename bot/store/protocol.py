"""The store as the core sees it: domain verbs, no SQL, no library's types.

All moments are aware UTC. Every verb that an incoming event causes takes that event's id as `cause`, records
it in the same transaction as the effect, and raises `AlreadyDone` when it was recorded before. Every verb
raises `StoreError` when the database fails; nothing half-done stays.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot.chat.adapter import Shelf
from bot.chat.event import Place, Ref
from bot.chat.message import Message
from bot.papers.filter import Filter
from bot.papers.model import Listing, Paper, PaperId
from bot.store.records import (
    Asked,
    Batch,
    Delivery,
    Fetch,
    Kept,
    Key,
    Late,
    Line,
    Listed,
    Mark,
    Match,
    Post,
    Run,
    Scores,
    Spent,
    Standing,
    State,
    Subscription,
    Tally,
)


class Papers(Protocol):
    """Papers, the lists they stood on, and keyword search over them."""

    async def keep(self, listings: Sequence[Listing], at: datetime) -> Kept:
        """Merge papers with what is known of them (`bot.papers.merge`) and note the lists they stand on."""
        ...

    async def get(self, ids: Collection[PaperId]) -> dict[PaperId, Paper]: ...

    async def listed(self, sources: Collection[str], first: date, last: date) -> list[Listed]:
        """What the sources listed from `first` to `last`, both included; in order of day, then upvotes."""
        ...

    async def days(
        self, sources: Collection[str], *, limit: int = 30, until: date | None = None
    ) -> list[tuple[date, int]]:
        """The newest days with a list, up to `until`, and how many papers each has."""
        ...

    async def match(self, match: Match, filter: Filter, limit: int) -> Scores:
        """Papers holding all the words and phrases; higher is better. Ranked by field weight."""
        ...

    async def match_any(self, match: Match, filter: Filter, limit: int) -> Scores:
        """Papers holding any of the words; phrases must still occur."""
        ...

    async def matching(self, match: Match, ids: Collection[PaperId]) -> set[PaperId]:
        """Those of `ids` that hold all the words and phrases."""
        ...

    async def newest(self, filter: Filter, limit: int, *, offset: int = 0) -> list[PaperId]:
        """Papers that pass the filter, newest first."""
        ...

    async def passing(self, ids: Collection[PaperId], filter: Filter) -> set[PaperId]:
        """Those of `ids` that pass the filter."""
        ...

    async def titles(self, start: str, limit: int) -> list[str]:
        """Titles with a word that begins like the last word of `start`, most upvoted first."""
        ...

    async def vocabulary(self, word: str, limit: int = 5) -> list[str]:
        """Indexed words close to a word that is not indexed, likeliest first; for typos."""
        ...

    async def count(self) -> int: ...

    async def fetched(self, fetch: Fetch) -> None: ...

    async def fetches(self) -> list[Fetch]:
        """The last look at each source, newest day."""
        ...


class Vectors(Protocol):
    """Embeddings, opaque bytes to the store; one set a model."""

    async def keep(self, model: str, vectors: Mapping[PaperId, tuple[int, bytes]]) -> None:
        """Vectors by paper, each with the hash of the text it was made from."""
        ...

    async def missing(self, model: str, limit: int) -> list[Paper]:
        """Papers without a vector, or changed since; newest first."""
        ...

    def load(self, model: str, *, after: int = 0) -> AsyncIterator[list[tuple[int, PaperId, bytes]]]:
        """All vectors kept since sequence number `after`, in chunks: (sequence, paper, vector)."""
        ...

    async def counts(self, model: str) -> tuple[int, int]:
        """How many papers have a vector, and how many papers there are."""
        ...


class Lines(Protocol):
    """One-line summaries."""

    async def keep(self, lines: Sequence[Line]) -> None: ...

    async def of(self, ids: Collection[PaperId], language: str = "en") -> dict[PaperId, list[Line]]:
        """Every line kept for these papers, newest first."""
        ...

    async def claim(self, asked: Sequence[Asked], *, now: datetime, until: datetime) -> list[Asked]:
        """Those that nobody has asked for and nobody is asking for, over all processes; ours alone until then."""
        ...

    async def release(self, asked: Sequence[Asked]) -> None:
        """Let anybody ask for them."""
        ...

    async def sent(self, batch: Batch, *, until: datetime) -> None:
        """Remember a batch under way; what it asks for stays claimed until then."""
        ...

    async def take_up(self, *, now: datetime, until: datetime) -> list[Batch]:
        """Batches under way that no process has looked at lately; ours to look at until then."""
        ...

    async def settle(self, batch: Batch, lines: Sequence[Line], spent: Spent | None) -> bool:
        """Keep what a batch brought and cost, and let the rest be asked for anew; False when that was done before."""
        ...


class Costs(Protocol):
    """What models cost."""

    async def add(self, spent: Spent) -> None: ...

    async def since(self, first: date) -> list[Spent]:
        """By day, model and kind; oldest first."""
        ...

    async def under_way(self) -> float:
        """What the batches that are not settled yet will cost, about."""
        ...

    async def tell(self, what: str, at: datetime) -> bool:
        """True the first time: whoever hears it tells the admin."""
        ...


class Subscriptions(Protocol):
    """What channels asked for."""

    async def add(self, subscription: Subscription, *, cause: str | None = None) -> None: ...

    async def replace(self, subscription: Subscription, *, cause: str | None = None) -> None: ...

    async def remove(self, id: str, *, cause: str | None = None) -> None: ...

    async def get(self, id: str) -> Subscription | None: ...

    async def of(self, place: Place) -> list[Subscription]:
        """The subscriptions of a channel, oldest first."""
        ...

    async def of_tenant(self, tenant: str) -> list[Subscription]: ...

    async def of_person(self, person: str) -> list[Subscription]:
        """The digests that a person asked for."""
        ...

    async def running(self) -> list[Subscription]:
        """All that are neither paused nor held, oldest first."""
        ...

    async def counts(self) -> dict[str, int]:
        """How many are running, paused and held."""
        ...

    async def hold(self, place: Place, why: str) -> list[Subscription]:
        """Note that nothing can be posted in a channel (`*`: in the whole tenant); returns what ran until now."""
        ...

    async def release(self, place: Place, at: datetime) -> list[Subscription]:
        """Let what was held run again, from `at` on: what was missed meanwhile is not made up."""
        ...

    async def standing(self) -> list[Standing]:
        """All that are neither paused nor held, oldest first, each with its newest runs."""
        ...

    async def last_runs(self, ids: Collection[str]) -> dict[str, Run]:
        """The newest run of each."""
        ...

    async def last_posted(self, id: str) -> Run | None:
        """The newest run that brought something."""
        ...

    async def runs(self, id: str, *, limit: int = 10) -> list[Run]:
        """Newest first."""
        ...


class Outbox(Protocol):
    """Posts from plan to platform; see `State`."""

    async def plan(self, run: Run, posts: Sequence[Post]) -> bool:
        """Record a run and its posts, all or nothing; False when that run was recorded before."""
        ...

    async def add(self, posts: Sequence[Post]) -> int:
        """Plan further posts of an edition (late papers); returns how many were new."""
        ...

    async def shown(self, place: Place, since: datetime) -> set[PaperId]:
        """Papers planned for or sent to a channel since then."""
        ...

    async def claim(
        self,
        now: datetime,
        *,
        token: str,
        lease: timedelta,
        limit: int,
        platforms: Collection[str],
        per_tenant: int = 1_000,
    ) -> list[Delivery]:
        """Take due posts for sending: parents first, at most one of a channel and `per_tenant` of a tenant at a
        time, over all processes, so that neither holds up another. Ended leases come back as doubtful."""
        ...

    async def next_due(self, platforms: Collection[str]) -> datetime | None:
        """When the next post may be claimed; in the past when one may be now."""
        ...

    async def late(self, now: datetime, *, limit: int = 50) -> list[Late]:
        """Schedules with a post that is due and not sent, longest first."""
        ...

    async def settle_sent(
        self, key: Key, *, token: str, ref: Ref, at: datetime, rest: timedelta = timedelta(0)
    ) -> bool:
        """The platform has it; the channel's next post waits for `rest`. False, and nothing changes, when the lease
        is no longer ours."""
        ...

    async def settle_unsure(self, key: Key, *, token: str, reason: str, again: datetime) -> bool: ...

    async def settle_retry(self, key: Key, *, token: str, reason: str, again: datetime) -> bool:
        """The platform surely did not take it; try again then."""
        ...

    async def settle_dead(self, key: Key, *, token: str, reason: str) -> bool:
        """Given up; its papers count as not shown."""
        ...

    async def revive(self, key: Key | None, now: datetime) -> int:
        """Plan dead posts again, one with its thread or all; returns how many. A doubtful one that is named begins
        anew at its first attempt: an admin's word that it may be sent where the platform can't be asked."""
        ...

    async def by_ref(self, ref: Ref) -> Delivery | None: ...

    async def by_key(self, key: Key) -> Delivery | None: ...

    async def of_edition(self, subscription: str, edition: str) -> list[Delivery]:
        """In order of planning."""
        ...

    async def showing(self, tenant: str, paper: PaperId, since: datetime) -> list[Delivery]:
        """Sent posts in a tenant that show a paper."""
        ...

    async def shown_where(self, papers: Collection[PaperId], since: datetime) -> list[tuple[str, PaperId]]:
        """The tenants that were shown each of these papers since then."""
        ...

    async def edited(self, key: Key, message: Message, at: datetime) -> None:
        """The platform shows this message now."""
        ...

    async def sent_since(self, since: datetime) -> list[Delivery]: ...

    async def last_sent(self, place: Place) -> Delivery | None: ...

    async def states(self, place: Place | None = None) -> dict[State, int]: ...


class Votes(Protocol):
    """Marks in, ballots out."""

    async def mark(self, mark: Mark, *, cause: str | None = None) -> None: ...

    async def unmark(
        self, community: str, person: str, origin: str, emoji: str, *, cause: str | None = None
    ) -> None: ...

    async def toggle(self, mark: Mark, *, off: bool = False, cause: str | None = None) -> bool:
        """Put a button's mark, or take it back when it stands (`off`: whatever stands); True when the vote now stands.
        Taking it back outweighs every mark the person made on that paper before, also those that a recount brings up
        again."""
        ...

    async def recount(self, origin: str, marks: Sequence[Mark]) -> bool:
        """Replace all marks of one message by what the platform says; True when anything changed."""
        ...

    async def tallies(self, community: str, ids: Collection[PaperId]) -> dict[PaperId, Tally]: ...

    async def mine(self, community: str, person: str, ids: Collection[PaperId]) -> dict[PaperId, int]:
        """A person's own ballots: +1 or −1."""
        ...

    async def counts(self) -> dict[str, int]:
        """Marks that stand, by platform."""
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


class Records(Protocol):
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


class Questions(Protocol):
    """Texts too long for a button, kept under a short name."""

    async def keep(self, text: str, at: datetime) -> str:
        """A name of at most 12 characters; the same text has the same name."""
        ...

    async def text(self, name: str) -> str | None: ...


class Turns(Protocol):
    """Whose turn it is at a source that counts all our processes together."""

    async def wait(self, name: str, every: timedelta, now: datetime) -> float:
        """Take the next turn of a name; returns in how many seconds it comes."""
        ...


class Store(Protocol):
    """Everything Paperboy remembers."""

    papers: Papers
    vectors: Vectors
    lines: Lines
    costs: Costs
    subscriptions: Subscriptions
    outbox: Outbox
    votes: Votes
    people: People
    records: Records
    questions: Questions
    turns: Turns

    def shelf(self, owner: str) -> Shelf:
        """An adapter's own records."""
        ...

    async def check(self, *, deep: bool = False) -> str:
        """What is wrong with the database, for people; empty when all is well. `deep` reads all of it."""
        ...

    async def back_up(self, target: Path) -> None:
        """A consistent copy while others read and write; `target` must not exist."""
        ...

    async def aclose(self) -> None: ...
