"""The store as the rest of the core sees it, without SQL.

All moments are aware UTC. A method that is called for an incoming event takes the event's id as `cause`, records it in
the same transaction as the effect, and raises `AlreadyDone` if it was recorded before. Every method raises `StoreError`
when the database fails, and then changes nothing.
"""

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
    """Texts too long for a button, stored under a short name."""

    async def store_query(self, text: str, person: str, at: datetime) -> str:
        """A name of at most 12 characters; the same text has the same name. It is kept for 30 days, or until the person
        (`Person.key`) is forgotten."""

    async def get_query(self, name: str) -> str | None: ...


class RateSlots(Protocol):
    """Requests to a source that counts all our processes together."""

    async def reserve_slot(self, name: str, every: timedelta, now: datetime) -> float:
        """Reserve the next request; returns the seconds to wait for it. `every`: the time between two requests."""


class Store(Protocol):
    """Everything Paperboy stores."""

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

    async def check(self, *, deep: bool = False) -> str:
        """What is wrong with the database, for people; empty when nothing is. `deep` reads all of it."""

    async def back_up(self, target: Path) -> None:
        """A consistent copy while others read and write; `target` must not exist."""

    async def aclose(self) -> None: ...
