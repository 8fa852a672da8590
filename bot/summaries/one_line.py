"""The line of a paper: the best that is at hand now, and a better one later."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.clock import Clock
from bot.errors import ModelError
from bot.papers.model import Paper, PaperId
from bot.store.protocol import Lines
from bot.store.records import Line, Provenance
from bot.summaries.check import check
from bot.summaries.extract import extract, trim
from bot.summaries.writer import KeyRefused, Unanswerable, Writer

log = logging.getLogger(__name__)

ORDER: tuple[Provenance, ...] = ("human", "claude", "source", "extract")  # whose line is shown, where several pass
BREAK_AFTER = 3  # failures in a row after which the writer is left alone
BREAK_FOR = timedelta(minutes=10)


class OneLines:
    """Lines, made once a paper version for all channels and tenants."""

    def __init__(self, lines: Lines, *, writer: Writer | None, clock: Clock) -> None:
        self._lines = lines
        self._writer = writer
        self._clock = clock
        self._improving = asyncio.Lock()
        self._failures = 0
        self._open_from: datetime | None = None  # while the circuit is broken: when it may be tried again

    async def of(self, papers: Sequence[Paper], language: str = "en") -> dict[PaperId, Line]:
        """The best line of each paper that has one; never waits for a model."""
        known = await self._lines.of([paper.id for paper in papers], language)
        fresh: list[Line] = []
        best: dict[PaperId, Line] = {}
        for paper in papers:
            stored = [line for line in known.get(paper.id, ()) if line.version == paper.version]
            made = self._made(paper, language)
            fresh += [line for line in made if not any(_same(line, other) for other in stored)]
            written = [line for line in stored if line.provenance in {"human", "claude"}]
            if found := _best([*_judged(written, paper), *made]):
                best[paper.id] = found
        await self._lines.keep(fresh)
        return best

    async def improve(self, papers: Sequence[Paper], language: str = "en") -> int:
        """Ask the writer for the lines it has not been asked for yet; returns how many it wrote that pass."""
        writer = self._writer
        if writer is None:
            return 0
        written = 0
        async with self._improving:  # what another call is asking for is not asked for twice
            known = await self._lines.of([paper.id for paper in papers], language)
            for paper in {paper.id: paper for paper in papers}.values():
                asked = {(line.version, line.model, line.prompt) for line in known.get(paper.id, ())}
                if self._is_broken():
                    break
                if paper.abstract and (paper.version, writer.model, writer.prompt) not in asked:
                    written += await self._improve(writer, paper, language)
        return written

    async def _improve(self, writer: Writer, paper: Paper, language: str) -> bool:
        try:
            line = await self._write(writer, paper, language)
        except Unanswerable as error:
            line = self._line(paper, "", "claude", language, writer=writer, failures=(str(error),))
        except ModelError as error:
            log.warning("no line for %s: %s", paper.id, error)
            self._failed(at_once=isinstance(error, KeyRefused))
            return False
        self._failures = 0
        await self._lines.keep([line])
        return not line.failures

    async def aclose(self) -> None:
        """Let the writer go."""
        if self._writer:
            await self._writer.aclose()

    def _made(self, paper: Paper, language: str) -> list[Line]:
        """What needs no model: the source's own line, shortened where it is too long, and the abstract's."""
        offered: list[tuple[Provenance, str]] = [("source", trim(paper.offered_line)), ("extract", extract(paper))]
        return [self._line(paper, text, provenance, language) for provenance, text in offered if text]

    async def _write(self, writer: Writer, paper: Paper, language: str) -> Line:
        """Ask, and ask once more with what was wrong; what fails again is kept, with its failures, unshown."""
        text = await writer.write(paper, language)
        if failures := check(text, paper):
            try:
                text = await writer.write(paper, language, failures)
            except ModelError as error:
                log.warning("no second line for %s: %s", paper.id, error)
        return self._line(paper, text, "claude", language, writer=writer)

    def _line(
        self,
        paper: Paper,
        text: str,
        provenance: Provenance,
        language: str,
        *,
        writer: Writer | None = None,
        failures: tuple[str, ...] = (),
    ) -> Line:
        return Line(
            paper=paper.id,
            version=paper.version,
            text=text,
            language=language,
            provenance=provenance,
            model=writer.model if writer else "",
            prompt=writer.prompt if writer else "",
            failures=failures or check(text, paper),
            made=self._clock.now(),
        )

    def _is_broken(self) -> bool:
        return self._open_from is not None and self._clock.now() < self._open_from

    def _failed(self, *, at_once: bool) -> None:
        """Count a failure; after some in a row the writer is left alone for a while."""
        self._failures += 1
        if at_once or self._failures >= BREAK_AFTER:
            self._open_from = self._clock.now() + BREAK_FOR


def _same(a: Line, b: Line) -> bool:
    return (a.provenance, a.text, a.failures) == (b.provenance, b.text, b.failures)


def _judged(lines: Sequence[Line], paper: Paper) -> list[Line]:
    """Written lines as the check sees them today; a person's word is taken."""
    return [
        line if line.provenance == "human" or line.failures else replace(line, failures=check(line.text, paper))
        for line in lines
    ]


def _best(lines: Sequence[Line]) -> Line | None:
    passing = [line for line in lines if not line.failures]
    return min(passing, key=lambda line: (ORDER.index(line.provenance), -line.made.timestamp()), default=None)
