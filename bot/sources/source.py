"""What every source does."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from msgspec import Struct

from bot.papers.model import Listing, Rejected


class Batch(Struct, frozen=True, kw_only=True):
    """One answer of a source: what could be read, what could not and why."""

    listings: tuple[Listing, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    unchanged: bool = False  # the source says nothing changed since the last time (HTTP 304)


class Source(Protocol):
    """A list of papers by day."""

    @property
    def name(self) -> str:
        """Shown to people and stored with each listing: `huggingface`, `arxiv`, `feed:example.org`."""
        ...

    async def fetch(self, day: date) -> Batch:
        """The source's list of `day` as it is now; raises `SourceError`."""
        ...

    async def aclose(self) -> None: ...
