"""The summary of a paper: the best one available now, a better one later."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from bot.clock import Clock
from bot.papers.model import Paper, PaperId
from bot.store.records import Provenance, Summary
from bot.store.sql.summaries import Summaries
from bot.summaries.answering.answerer import QuestionAnswerer
from bot.summaries.check import check
from bot.summaries.extract import extract, trim
from bot.summaries.generation.budget import Budget
from bot.summaries.generation.circuit_breaker import CircuitBreaker
from bot.summaries.generation.claude import ClaudeModel
from bot.summaries.generation.generator import SummaryGenerator
from bot.summaries.generation.sanitizing import without_instructions
from bot.summaries.generation.writer import SummaryWriter

# Which summary is shown when several pass
PROVENANCE_PREFERENCE: tuple[Provenance, ...] = ("human", "claude", "source", "extract")
MIN_BATCH_SIZE = 8
EXAMPLE = Paper(
    id="example",
    title="Warm Nests for City Birds",
    abstract="City birds lose warmth. We show that a nest of recycled wool keeps 95% of the heat over 40 gardens.",
)


class SummaryService:
    """Makes each summary once per paper version, for all channels and tenants, and answers questions about papers."""

    def __init__(
        self,
        lines: Summaries,
        *,
        writer: ClaudeModel | None,
        clock: Clock,
        budget: Budget | None = None,
        batch_from: int = MIN_BATCH_SIZE,
    ) -> None:
        self._lines = lines
        self._writer = writer
        self._budget = budget
        self._clock = clock
        breaker = CircuitBreaker(clock)
        self._generator: SummaryGenerator | None = None
        if writer and budget:
            self._generator = SummaryGenerator(lines, writer, clock, breaker, budget=budget, batch_from=batch_from)
        self.answers = QuestionAnswerer(writer, budget, breaker, clock)

    async def of(self, papers: Sequence[Paper], language: str = "en") -> dict[PaperId, Summary]:
        """The best summary of each paper that has one; never waits for a model.

        An English summary by a person or a model is preferred to the abstract's own, whatever language was asked for.
        """
        ids = [paper.id for paper in papers]
        known = await self._lines.for_papers(ids, language)
        english = {} if language == "en" else await self._lines.for_papers(ids)
        bases = {paper.id: _basis(paper) for paper in papers}
        stale = [p for p in papers if p.abstract and not any(x.basis == bases[p.id] for x in known.get(p.id, ()))]
        if stale:
            # In a thread: a whole new list takes a while, and other requests shouldn't wait for it.
            fresh = await asyncio.to_thread(self._made, stale, bases, language)
            await self._lines.store_summaries(fresh)
            for line in fresh:
                known.setdefault(line.paper, []).append(line)
        best: dict[PaperId, Summary] = {}
        for paper in papers:
            own, others = known.get(paper.id, ()), english.get(paper.id, ())
            made = [line for line in own if line.version == paper.version and line.basis == bases[paper.id]]
            if found := _best(_written(own, paper)) or _best(_written(others, paper)) or _best(made):
                best[paper.id] = found
        return best

    async def improve(self, papers: Sequence[Paper], language: str = "en") -> list[PaperId]:
        """Request the missing summaries from the model; returns the papers whose summary got better."""
        return await self._generator.improve(papers, language) if self._generator else []

    async def write_example(self) -> str:
        """A summary that the model writes of an invented paper, to see whether it works; empty without a model.

        Raises `CallError`.
        """
        if not (self._writer and self._budget):
            return ""
        writer = SummaryWriter(self._writer, self._budget)
        return (await writer.write(writer.request_for(EXAMPLE)))[0]

    async def aclose(self) -> None:
        """Close the model's connections."""
        if self._writer:
            await self._writer.aclose()

    def _made(self, papers: Sequence[Paper], bases: Mapping[PaperId, str], language: str) -> list[Summary]:
        """The summaries that need no model: the source's own, shortened if too long, and the abstract's."""
        made: list[Summary] = []
        for paper in map(without_instructions, papers):
            offered: list[tuple[Provenance, str]] = [
                ("source", trim(paper.offered_summary) if paper.abstract else ""),
                ("extract", extract(paper)),
            ]
            made += [self._line(paper, text, kind, language, bases[paper.id]) for kind, text in offered if text]
        return made

    def _line(self, paper: Paper, text: str, provenance: Provenance, language: str, basis: str) -> Summary:
        return Summary(
            paper=paper.id,
            version=paper.version,
            text=text,
            language=language,
            provenance=provenance,
            failures=check(text, paper, meaning=provenance != "extract"),
            made=self._clock.now(),
            basis=basis,
        )


def _basis(paper: Paper) -> str:
    """A hash of what a paper's summaries are made from and of the rules that make them."""
    text = f"{paper.fingerprint}\n{paper.offered_summary}\n{_rules()}"
    return hashlib.blake2b(text.encode(), digest_size=9).hexdigest()


@cache
def _rules() -> str:
    """A hash of the files that make and check summaries: after an upgrade they are made again."""
    here, found = Path(__file__).parent, hashlib.blake2b(digest_size=9)
    rooms = (file for room in ("check", "extract") for file in sorted((here / room).iterdir()))
    for file in (*rooms, here / "verbs.py", here / "words.toml", here / "generation" / "sanitizing.py"):
        if file.is_file():
            found.update(file.read_bytes())
    return found.hexdigest()


def _written(lines: Sequence[Summary], paper: Paper) -> list[Summary]:
    """Summaries of this version by people and models, checked by today's rules; a person's summary isn't checked."""
    return [
        line
        if line.provenance == "human" or line.failures
        else replace(line, failures=check(line.text, without_instructions(paper), line.language))
        for line in lines
        if line.version == paper.version and line.provenance in {"human", "claude"}
    ]


def _best(lines: Sequence[Summary]) -> Summary | None:
    passing = sorted((line for line in lines if not line.failures), key=lambda line: line.made, reverse=True)
    return min(passing, key=lambda line: PROVENANCE_PREFERENCE.index(line.provenance), default=None)
