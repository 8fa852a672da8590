"""The store as the core sees it: domain verbs, no SQL, no library's types.

All moments are aware UTC. Every verb that an incoming event causes takes that event's id as `cause`, records
it in the same transaction as the effect, and raises `AlreadyDone` when it was recorded before. Every verb
raises `StoreError` when the database fails; nothing half-done stays.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot.chat.adapter import KeyValue
from bot.store.protocol.delivery import Outbox, Subscriptions
from bot.store.protocol.papers import Costs, FullTexts, Papers, Summaries, Vectors
from bot.store.protocol.people import ApiKeys, Ownership, People, Submissions, Votes

__all__ = [
    "ApiKeys",
    "Costs",
    "FullTexts",
    "LongQueries",
    "Outbox",
    "Ownership",
    "Papers",
    "People",
    "RateSlots",
    "Store",
    "Submissions",
    "Subscriptions",
    "Summaries",
    "Vectors",
    "Votes",
]


class LongQueries(Protocol):
    """Texts too long for a button, kept under a short name."""

    async def store_query(self, text: str, person: str, at: datetime) -> str:
        """A name of at most 12 characters; the same text has the same name. It is kept for 30 days, or until the person
        (`Person.key`) is forgotten."""
        ...

    async def get_query(self, name: str) -> str | None: ...


class RateSlots(Protocol):
    """Whose turn it is at a source that counts all our processes together."""

    async def reserve_slot(self, name: str, every: timedelta, now: datetime) -> float:
        """Take the next turn of a name; returns in how many seconds it comes."""
        ...


class Store(Protocol):
    """Everything Paperboy remembers."""

    papers: Papers
    vectors: Vectors
    summaries: Summaries
    full_texts: FullTexts
    costs: Costs
    subscriptions: Subscriptions
    outbox: Outbox
    votes: Votes
    people: People
    api_keys: ApiKeys
    submissions: Submissions
    ownership: Ownership
    long_queries: LongQueries
    rate_slots: RateSlots

    def key_value(self, owner: str) -> KeyValue:
        """A small key-value store of one owner, such as an adapter."""
        ...

    async def check(self, *, deep: bool = False) -> str:
        """What is wrong with the database, for people; empty when all is well. `deep` reads all of it."""
        ...

    async def back_up(self, target: Path) -> None:
        """A consistent copy while others read and write; `target` must not exist."""
        ...

    async def aclose(self) -> None: ...
