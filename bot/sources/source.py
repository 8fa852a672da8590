"""The interface of every source."""

from datetime import date
from typing import Protocol, runtime_checkable

from msgspec import Struct

from bot.papers.model import Listing, Rejected


class Batch(Struct, frozen=True, kw_only=True):
    """The result of one fetch: the listings, and the records that could not be read, with reasons."""

    listings: tuple[Listing, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    unchanged: bool = False  # nothing changed since the last fetch (HTTP 304)


class Source(Protocol):
    """A list of papers by day."""

    @property
    def name(self) -> str:
        """Shown to people and stored with each listing: `huggingface`, `arxiv`, `feed:example.org`."""

    async def fetch(self, day: date) -> Batch:
        """The source's list of `day` as it is now; raises `SourceError`."""

    async def aclose(self) -> None: ...


@runtime_checkable
class AsksConditionally(Protocol):
    """A source that asks only for what changed (ETag, Last-Modified) since an answer that is stored."""

    def confirm_stored(self, day: date) -> None:
        """What the last `fetch` of this day gave is in the store: from now on ask whether it changed."""
