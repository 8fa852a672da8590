"""Looking at the sources: what is new goes into the store, and how each look went is remembered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import date, timedelta

from msgspec import Struct

from bot.clock import Clock
from bot.errors import Malformed, SourceError
from bot.papers.model import PaperId, Rejected
from bot.sources.source import Batch, Source
from bot.store.protocol import Papers
from bot.store.records import Fetch, StoreCounts

log = logging.getLogger(__name__)

BACK_DAYS = 7  # after downtime, how far back a source's lists are asked for again
CHUNK = 500  # listings in one transaction: others may write in between

Changed = Callable[[Collection[PaperId]], Awaitable[None]]
"""Told which known papers a list changed."""


class FetchResult(Struct, frozen=True, kw_only=True):
    """What one look at one source's day brought."""

    source: str
    day: date
    kept: StoreCounts = StoreCounts()
    rejected: tuple[Rejected, ...] = ()
    error: str = ""


class Ingester:
    """All sources, each on its own: one that fails or hangs holds up no other."""

    def __init__(
        self, papers: Papers, sources: Sequence[Source], clock: Clock, *, changed: Changed | None = None
    ) -> None:
        self._changed = changed
        self._papers = papers
        self._sources = sources
        self._clock = clock

    @property
    def sources(self) -> Sequence[Source]:
        return self._sources

    async def fetch_all(self) -> list[FetchResult]:
        """Ask every source for what it lists today, and for the days missed since it last answered."""
        return [look for looks in await asyncio.gather(*map(self.fetch_source, self._sources)) for look in looks]

    async def fetch_source(self, source: Source) -> list[FetchResult]:
        """One source, oldest day first; a day that fails ends the round for this source."""
        looks: list[FetchResult] = []
        for day in await self._days(source):
            looks.append(await self._fetch(source, day))
            if looks[-1].error:
                break
        return looks

    async def store_batch(self, batch: Batch) -> StoreCounts:
        """Keep what a batch lists."""
        kept = StoreCounts()
        for start in range(0, len(batch.listings), CHUNK):
            kept += await self._papers.add_listings(batch.listings[start : start + CHUNK], self._clock.now())
        for bad in batch.rejected:
            log.warning("rejected %s %s: %s", bad.where, bad.id, bad.reason)
        if self._changed and kept.changed_ids:
            await self._changed(kept.changed_ids)
        return kept

    async def _days(self, source: Source) -> list[date]:
        today = self._clock.now().date()
        last = next((f.newest_answered for f in await self._papers.last_fetches() if f.source == source.name), None)
        first = today - timedelta(days=1) if last is None else max(last, today - timedelta(days=BACK_DAYS))
        return [first + timedelta(days=n) for n in range((today - first).days + 1)] or [today]

    async def _fetch(self, source: Source, day: date) -> FetchResult:
        now = self._clock.now()
        try:
            batch = await self._asked(source, day)
        except SourceError as error:
            log.info("%s has no list of %s: %s", source.name, day, error)
            await self._papers.record_fetch(Fetch(source=source.name, day=day, at=now, error=str(error)))
            return FetchResult(source=source.name, day=day, error=str(error))
        before = await self._listed(source, day)
        kept = await self.store_batch(batch)
        grew = await self._listed(source, day) > before
        await self._papers.record_fetch(Fetch(source=source.name, day=day, at=now, last_grew=now if grew else None))
        return FetchResult(source=source.name, day=day, kept=kept, rejected=batch.rejected)

    @staticmethod
    async def _asked(source: Source, day: date) -> Batch:
        """The source's answer. A bug in a source is that source's failure, not the end of the round."""
        try:
            return await source.fetch(day)
        except SourceError:
            raise
        except Exception as error:
            log.exception("source %s broke on %s", source.name, day)
            raise Malformed(f"{type(error).__name__} while reading it.", "The log has the details.") from error

    async def _listed(self, source: Source, day: date) -> int:
        return len(await self._papers.listed_between([source.name], day, day))
