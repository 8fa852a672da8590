"""The line of a paper: the best that is at hand now, and a better one later."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from bot.clock import Clock
from bot.papers.model import Paper, PaperId
from bot.store.protocol import Summaries
from bot.store.records import Provenance, Summary
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
    """Summaries, made once a paper version for all channels and tenants; and answers to questions about papers."""

    def __init__(
        self,
        lines: Summaries,
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

    async def of(self, papers: Sequence[Paper], language: str = "en") -> dict[PaperId, Summary]:
        """The best line of each paper that has one; never waits for a model.

        A line that somebody wrote in English is better than the abstract's, in whichever language one was wished for.
        """
        ids = [paper.id for paper in papers]
        known = await self._lines.for_papers(ids, language)
        english = {} if language == "en" else await self._lines.for_papers(ids)
        bases = {paper.id: _basis(paper) for paper in papers}
        stale = [p for p in papers if p.abstract and not any(x.basis == bases[p.id] for x in known.get(p.id, ()))]
        if stale:
            # In a thread: a new list takes a while, and whoever asks for something else should not wait for it.
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
        """Ask the writer for the lines it has not been asked for yet; returns the papers whose line got better."""
        return await self._improver.improve(papers, language) if self._improver else []

    async def aclose(self) -> None:
        """Let the writer go."""
        if self._writer:
            await self._writer.aclose()

    def _made(self, papers: Sequence[Paper], bases: Mapping[PaperId, str], language: str) -> list[Summary]:
        """What needs no model: the source's own line, shortened where it is too long, and the abstract's."""
        made: list[Summary] = []
        for paper in map(disarmed, papers):
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
            failures=check(text, paper),
            made=self._clock.now(),
            basis=basis,
        )


def _basis(paper: Paper) -> str:
    """Changes with what the lines of a paper are made from, and with the rules they are made by."""
    text = f"{paper.fingerprint}\n{paper.offered_summary}\n{_rules()}"
    return hashlib.blake2b(text.encode(), digest_size=9).hexdigest()


@cache
def _rules() -> str:
    """A hash of the files that make and check lines: what an older Paperboy made is made anew."""
    here, found = Path(__file__).parent, hashlib.blake2b(digest_size=9)
    rooms = (file for room in ("check", "extract") for file in sorted((here / room).iterdir()))
    for file in (*rooms, here / "verbs.py", here / "writing" / "material.py"):
        if file.is_file():
            found.update(file.read_bytes())
    return found.hexdigest()


def _written(lines: Sequence[Summary], paper: Paper) -> list[Summary]:
    """Summaries of people and models on this version, as the check sees them today; a person's word is taken."""
    return [
        line
        if line.provenance == "human" or line.failures
        else replace(line, failures=check(line.text, disarmed(paper), line.language))
        for line in lines
        if line.version == paper.version and line.provenance in {"human", "claude"}
    ]


def _best(lines: Sequence[Summary]) -> Summary | None:
    passing = [line for line in lines if not line.failures]
    return min(passing, key=lambda line: (ORDER.index(line.provenance), -line.made.timestamp()), default=None)
