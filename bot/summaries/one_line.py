"""The line of a paper: the best that is at hand now, and a better one later."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from bot.clock import Clock
from bot.papers.model import Paper, PaperId
from bot.store.protocol import Lines
from bot.store.records import Line, Provenance
from bot.summaries.asking.answers import Answers
from bot.summaries.check import check
from bot.summaries.extract import extract, trim
from bot.summaries.writing.breaker import Breaker
from bot.summaries.writing.budget import Budget
from bot.summaries.writing.improve import Improver
from bot.summaries.writing.material import disarmed
from bot.summaries.writing.writer import Writer

ORDER: tuple[Provenance, ...] = ("human", "claude", "source", "extract")  # whose line is shown, where several pass
BATCH_FROM = 8


class OneLines:
    """Lines, made once a paper version for all channels and tenants; and answers to questions about papers."""

    def __init__(
        self,
        lines: Lines,
        *,
        writer: Writer | None,
        clock: Clock,
        budget: Budget | None = None,
        batch_from: int = BATCH_FROM,
    ) -> None:
        self._lines = lines
        self._writer = writer
        self._clock = clock
        breaker = Breaker(clock)
        self._improver = (
            Improver(lines, writer, clock, breaker, budget=budget, batch_from=batch_from) if writer else None
        )
        self.answers = Answers(writer, budget, breaker)

    async def of(self, papers: Sequence[Paper], language: str = "en") -> dict[PaperId, Line]:
        """The best line of each paper that has one; never waits for a model.

        A line that somebody wrote in English is better than the abstract's, in whichever language one was wished for.
        """
        ids = [paper.id for paper in papers]
        known = await self._lines.of(ids, language)
        english = {} if language == "en" else await self._lines.of(ids)
        fresh: list[Line] = []
        best: dict[PaperId, Line] = {}
        for paper in map(disarmed, papers):
            stored = [line for line in known.get(paper.id, ()) if line.version == paper.version]
            made = self._made(paper, language)
            fresh += [line for line in made if not any(_same(line, other) for other in stored)]
            others = [line for line in english.get(paper.id, ()) if line.version == paper.version]
            if found := _best(_written(stored, paper)) or _best(_written(others, paper)) or _best(made):
                best[paper.id] = found
        await self._lines.keep(fresh)
        return best

    async def improve(self, papers: Sequence[Paper], language: str = "en") -> list[PaperId]:
        """Ask the writer for the lines it has not been asked for yet; returns the papers whose line got better."""
        return await self._improver.improve(papers, language) if self._improver else []

    async def aclose(self) -> None:
        """Let the writer go."""
        if self._writer:
            await self._writer.aclose()

    def _made(self, paper: Paper, language: str) -> list[Line]:
        """What needs no model: the source's own line, shortened where it is too long, and the abstract's."""
        offered: list[tuple[Provenance, str]] = [
            ("source", trim(paper.offered_line) if paper.abstract else ""),
            ("extract", extract(paper)),
        ]
        return [self._line(paper, text, provenance, language) for provenance, text in offered if text]

    def _line(self, paper: Paper, text: str, provenance: Provenance, language: str) -> Line:
        return Line(
            paper=paper.id,
            version=paper.version,
            text=text,
            language=language,
            provenance=provenance,
            failures=check(text, paper),
            made=self._clock.now(),
        )


def _same(a: Line, b: Line) -> bool:
    return (a.provenance, a.text, a.failures) == (b.provenance, b.text, b.failures)


def _written(lines: Sequence[Line], paper: Paper) -> list[Line]:
    """Lines of people and models, as the check sees them today; a person's word is taken."""
    return [
        line
        if line.provenance == "human" or line.failures
        else replace(line, failures=check(line.text, paper, line.language))
        for line in lines
        if line.provenance in {"human", "claude"}
    ]


def _best(lines: Sequence[Line]) -> Line | None:
    passing = [line for line in lines if not line.failures]
    return min(passing, key=lambda line: (ORDER.index(line.provenance), -line.made.timestamp()), default=None)
