"""What one round of planning looks up once, however many channels ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from bot.delivery.edition import Edition, newest
from bot.papers.model import Paper, PaperId
from bot.store.protocol import Papers
from bot.store.records import Fetch, Line


class Summarizes(Protocol):
    """What planning needs of summaries."""

    async def of(self, papers: Sequence[Paper], language: str = "en") -> dict[PaperId, Line]: ...


class Lookups:
    """Lists, lines and looks at sources, as they are in this round."""

    def __init__(self, papers: Papers, lines: Summarizes) -> None:
        self._papers = papers
        self._lines = lines
        self._editions: dict[tuple[tuple[str, ...], date, bool], Edition | None] = {}
        self._known: dict[tuple[PaperId, int, str], Line | None] = {}
        self._fetches: dict[str, Fetch] | None = None
        self._days: dict[tuple[tuple[str, ...], date], list[date]] = {}

    async def newest(self, sources: Sequence[str], day: date, *, exact: bool = False) -> Edition | None:
        """The newest list up to a day, or of just that day."""
        key = (tuple(sources), day, exact)
        if key not in self._editions:
            self._editions[key] = await newest(self._papers, sources, day, exact=exact)
        return self._editions[key]

    async def days(self, sources: Sequence[str], until: date) -> list[date]:
        """The days with a list up to a day, newest first."""
        key = (tuple(sources), until)
        if key not in self._days:
            self._days[key] = [day for day, _ in await self._papers.days(sources, until=until)]
        return self._days[key]

    async def lines(self, papers: Sequence[Paper], language: str) -> dict[PaperId, Line]:
        """The best line of each."""
        missing = [paper for paper in papers if (paper.id, paper.version, language) not in self._known]
        found = await self._lines.of(missing, language) if missing else {}
        self._known |= {(paper.id, paper.version, language): found.get(paper.id) for paper in missing}
        known = {paper.id: self._known[paper.id, paper.version, language] for paper in papers}
        return {id: line for id, line in known.items() if line}

    async def fetches(self) -> dict[str, Fetch]:
        """The last look at each source."""
        if self._fetches is None:
            self._fetches = {fetch.source: fetch for fetch in await self._papers.fetches()}
        return self._fetches
