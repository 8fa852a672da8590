"""The store as the core sees it: domain verbs, no SQL, no library's types.

All moments are aware UTC. Every verb that an incoming event causes takes that event's id as `cause`, records
it in the same transaction as the effect, and raises `AlreadyDone` when it was recorded before. Every verb
raises `StoreError` when the database fails; nothing half-done stays.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot.chat.adapter import Shelf
from bot.store.protocol.delivery import Outbox, Subscriptions
from bot.store.protocol.papers import Costs, Lines, Papers, Texts, Vectors
from bot.store.protocol.people import People, Programs, Records, Submissions, Votes

__all__ = [
    "Costs",
    "Lines",
    "Outbox",
    "Papers",
    "People",
    "Programs",
    "Questions",
    "Records",
    "Store",
    "Submissions",
    "Subscriptions",
    "Texts",
    "Turns",
    "Vectors",
    "Votes",
]


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
    texts: Texts
    costs: Costs
    subscriptions: Subscriptions
    outbox: Outbox
    votes: Votes
    people: People
    programs: Programs
    submissions: Submissions
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
