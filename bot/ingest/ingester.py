"""Fetching the sources' lists: new papers go into the store, and the outcome of each fetch is recorded."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import date, timedelta

from msgspec import Struct

from bot.clock import Clock
from bot.errors import Malformed, SourceError
from bot.papers.model import Listing, Paper, PaperId, Rejected
from bot.sources.source import AsksConditionally, Batch, Source
from bot.store.records import Fetch, StoreCounts
from bot.store.sql.papers import Papers

log = logging.getLogger(__name__)

MAX_DAYS_BACK = 7  # after downtime, how far back a source's lists are fetched again
LISTINGS_PER_WRITE = 500  # in one transaction: others may write in between
MAX_AUTHORS = 10_000  # of a paper; the longest lists of physics have about 5,000
MAX_LABELS = 200  # categories, or keywords, of a paper
MAX_TEXT_CHARS = 100_000  # of a title or an abstract

OnChanged = Callable[[Collection[PaperId]], Awaitable[None]]
"""Is told which known papers a list changed."""


class FetchResult(Struct, frozen=True, kw_only=True):
    """The outcome of fetching one source's list of one day."""

    source: str
    day: date
    stored: StoreCounts = StoreCounts()
    rejected: tuple[Rejected, ...] = ()
    error: str = ""


class Ingester:
    """Fetches all sources independently: one that fails or hangs doesn't delay the others."""

    def __init__(
        self, papers: Papers, sources: Sequence[Source], clock: Clock, *, changed: OnChanged | None = None
    ) -> None:
        self._changed = changed
        self._papers = papers
        self._sources = sources
        self._clock = clock

    @property
    def sources(self) -> Sequence[Source]:
        return self._sources

    async def fetch_all(self) -> list[FetchResult]:
        """Fetch every source's list of today, and of the days missed since it last answered."""
        by_source = await asyncio.gather(*map(self.fetch_source, self._sources))
        return [result for results in by_source for result in results]

    async def fetch_source(self, source: Source) -> list[FetchResult]:
        """One source, oldest day first; the first day that fails is the last that is tried."""
        results: list[FetchResult] = []
        for day in await self._days(source):
            results.append(await self._fetch(source, day))
            if results[-1].error:
                break
        return results

    async def store_batch(self, batch: Batch) -> StoreCounts:
        """Store the papers of a batch, but those that no source can mean: with a million categories, for example."""
        stored = StoreCounts()
        usable = [listing for listing in batch.listings if not self._is_oversized(listing)]
        for start in range(0, len(usable), LISTINGS_PER_WRITE):
            stored += await self._papers.add_listings(usable[start : start + LISTINGS_PER_WRITE], self._clock.now())
        for bad in batch.rejected:
            log.warning("rejected %s %s: %s", bad.where, bad.id, bad.reason)
        if self._changed and stored.changed_ids:
            await self._changed(stored.changed_ids)
        return stored

    @staticmethod
    def _is_oversized(listing: Listing) -> bool:
        reason = oversized(listing.paper)
        if reason:
            log.warning("rejected %s from %s: %s", listing.paper.id[:100], listing.source, reason)
        return bool(reason)

    async def _days(self, source: Source) -> list[date]:
        today = self._clock.now().date()
        last = next((f.newest_answered for f in await self._papers.last_fetches() if f.source == source.name), None)
        first = today - timedelta(days=1) if last is None else max(last, today - timedelta(days=MAX_DAYS_BACK))
        return [first + timedelta(days=n) for n in range((today - first).days + 1)] or [today]

    async def _fetch(self, source: Source, day: date) -> FetchResult:
        now = self._clock.now()
        try:
            batch = await self._answer(source, day)
        except SourceError as error:
            log.info("%s has no list of %s: %s", source.name, day, error)
            await self._papers.record_fetch(Fetch(source=source.name, day=day, at=now, error=str(error)))
            return FetchResult(source=source.name, day=day, error=str(error))
        before = await self._listed(source, day)
        stored = await self.store_batch(batch)
        if isinstance(source, AsksConditionally):
            source.confirm_stored(day)
        grew = await self._listed(source, day) > before
        await self._papers.record_fetch(Fetch(source=source.name, day=day, at=now, last_grew=now if grew else None))
        return FetchResult(source=source.name, day=day, stored=stored, rejected=batch.rejected)

    @staticmethod
    async def _answer(source: Source, day: date) -> Batch:
        """The source's answer. A bug in a source is that source's failure, and the others are still fetched."""
        try:
            return await source.fetch(day)
        except SourceError:
            raise
        except Exception as error:
            log.exception("source %s failed on %s", source.name, day)
            raise Malformed(f"{type(error).__name__} while reading it.", "The log has the details.") from error

    async def _listed(self, source: Source, day: date) -> int:
        return len(await self._papers.listed_between([source.name], day, day))


def oversized(paper: Paper) -> str:
    """What of a paper is too large to be stored; empty when nothing is."""
    sizes = (
        ("authors", len(paper.authors), MAX_AUTHORS),
        ("categories", len(paper.categories), MAX_LABELS),
        ("keywords", len(paper.keywords), MAX_LABELS),
        ("characters in its title", len(paper.title), MAX_TEXT_CHARS),
        ("characters in its abstract", len(paper.abstract), MAX_TEXT_CHARS),
        ("characters in its labels", sum(map(len, (*paper.categories, *paper.keywords))), MAX_TEXT_CHARS),
    )
    return next((f"{size:,} {what} (the limit is {limit:,})" for what, size, limit in sizes if size > limit), "")
