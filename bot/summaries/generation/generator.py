"""Requests better summaries than the abstract's own: once per paper, checked, with at most one second try."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate

from msgspec.structs import replace

from bot.clock import Clock
from bot.errors import ModelError
from bot.papers.model import Paper, PaperId
from bot.store.protocol import Summaries
from bot.store.records import Summary, SummaryBatch, SummaryRequest
from bot.summaries.check import check
from bot.summaries.generation import prompt
from bot.summaries.generation.batches import Batches
from bot.summaries.generation.budget import Budget
from bot.summaries.generation.circuit_breaker import CircuitBreaker
from bot.summaries.generation.language_model import BatchResult, LanguageModel, RefusedByModel
from bot.summaries.generation.sanitizing import paper_of, without_instructions

log = logging.getLogger(__name__)

SINGLES = 8  # summaries requested one after another
MOST = 1_000  # summaries in one batch
LEASE = timedelta(
    minutes=20
)  # how long a claim lasts: SINGLES requests, two tries each, as slow as the time-out allows


class SummaryGenerator:
    """Requests summaries from a model, singly or in batches, within the budget."""

    def __init__(
        self,
        lines: Summaries,
        writer: LanguageModel,
        clock: Clock,
        breaker: CircuitBreaker,
        *,
        budget: Budget | None,
        batch_from: int,
    ) -> None:
        self._lines = lines
        self._writer = writer
        self._budget = budget
        self._breaker = breaker
        self._clock = clock
        self._batch_from = batch_from
        self._batches = Batches(lines, writer, clock, breaker, budget=budget)
        self._turn = asyncio.Lock()

    async def improve(self, papers: Sequence[Paper], language: str) -> list[PaperId]:
        """Store results that have arrived and request missing summaries; returns the papers with a better summary."""
        async with self._turn:
            better = [id for batch, results in await self._ended() for id in await self._settle(batch, results)]
            return better + await self._ask(await self._wanted(papers, language))

    async def _ended(self) -> list[tuple[SummaryBatch, dict[str, BatchResult]]]:
        return [] if self._breaker.is_open else await self._batches.ended()

    async def _wanted(self, papers: Sequence[Paper], language: str) -> list[SummaryRequest]:
        """The summaries not requested yet, as far as can be seen without claiming them."""
        known = await self._lines.for_papers([paper.id for paper in papers], language)
        wanted = [self._asked(paper, language) for paper in {paper.id: paper for paper in papers}.values()]
        return [
            one for one in wanted if one.abstract and not any(self._is_there(x, one) for x in known.get(one.paper, ()))
        ]

    def _asked(self, paper: Paper, language: str) -> SummaryRequest:
        shown = without_instructions(paper)
        return SummaryRequest(
            paper=paper.id,
            version=paper.version,
            language=language,
            model=self._writer.model,
            prompt=self._writer.prompt,
            title=shown.title,
            abstract=shown.abstract[: prompt.ABSTRACT_CHARS],
        )

    @staticmethod
    def _is_there(line: Summary, asked: SummaryRequest) -> bool:
        """Whether a summary need not be requested: it was already, or a person wrote one."""
        if line.version != asked.version:
            return False
        return line.provenance == "human" or (line.model, line.prompt) == (asked.model, asked.prompt)

    async def _ask(self, wanted: Sequence[SummaryRequest]) -> list[PaperId]:
        """Request summaries: many as a batch, a few at once."""
        if self._breaker.is_open or not wanted:
            return []
        now, many = self._clock.now(), self._batch_from and len(wanted) >= self._batch_from
        some = await self._affordable(wanted[: MOST if many else SINGLES], batch=bool(many))
        mine = await self._lines.claim_requests(some, now=now, until=now + LEASE)
        if self._batch_from and len(mine) >= self._batch_from:
            await self._batches.send(mine, self._worth(mine, batch=True))
            return []
        await self._lines.release_requests(mine[SINGLES:])
        return await self._one_by_one(mine[:SINGLES])

    async def _one_by_one(self, mine: Sequence[SummaryRequest]) -> list[PaperId]:
        better: list[PaperId] = []
        for at, asked in enumerate(mine):
            if self._breaker.is_open or not await self._affordable([asked]):
                await self._lines.release_requests(mine[at:])
                break
            line = await self._try(asked)
            await (self._lines.store_summaries([line]) if line else self._lines.release_requests([asked]))
            if line and not line.failures:
                better.append(line.paper)
        return better

    async def _try(self, asked: SummaryRequest) -> Summary | None:
        """The summary, or a record that there will be none; None when it may be requested again."""
        try:
            line = await self._written(asked)
        except RefusedByModel as error:
            return self._line(asked, "", (str(error),))
        except ModelError as error:
            log.warning("no summary for %s: %s", asked.paper, error)
            self._breaker.failed(error)
            return None
        self._breaker.worked()
        return line

    async def _written(self, asked: SummaryRequest) -> Summary:
        """Request a summary, and again with its faults; one that fails twice is stored but never shown."""
        text = await self._writer.write(paper_of(asked), asked.language, asked.failures)
        failures = check(text, paper_of(asked), asked.language)
        if failures and not asked.failures:
            try:
                return await self._written(replace(asked, failures=failures))
            except ModelError as error:
                log.warning("no corrected summary for %s: %s", asked.paper, error)
        return self._line(asked, text, failures)

    async def _settle(self, batch: SummaryBatch, results: dict[str, BatchResult]) -> list[PaperId]:
        """Store a batch's results; failed ones are retried once, missing ones are requested again."""
        lines: list[Summary] = []
        again: list[SummaryRequest] = []
        for number, asked in enumerate(batch.requests):
            written = results.get(str(number), BatchResult())
            failures = check(written.text, paper_of(asked), asked.language) if written.text else (written.why_not,)
            if written.text and failures and not asked.failures:
                again.append(replace(asked, failures=failures))
            elif written.text or written.why_not:
                lines.append(self._line(asked, written.text, failures))
        if not await self._lines.settle_batch(batch, lines, self._batches.spent(batch, results)):
            return []  # another process was faster
        if self._budget:
            await self._budget.tell()
        return [line.paper for line in lines if not line.failures] + await self._ask(again)

    def _line(self, asked: SummaryRequest, text: str, failures: tuple[str, ...]) -> Summary:
        return Summary(
            paper=asked.paper,
            version=asked.version,
            text=text,
            language=asked.language,
            provenance="claude",
            model=asked.model,
            prompt=asked.prompt,
            failures=failures,
            made=self._clock.now(),
        )

    async def _affordable(self, asked: Sequence[SummaryRequest], *, batch: bool = False) -> Sequence[SummaryRequest]:
        """As many of the requests as the budget still covers."""
        if self._budget is None or (room := await self._budget.room()) == math.inf:
            return asked
        costs = list(accumulate(self._worth([one], batch=batch) for one in asked))
        paid = sum(cost < room for cost in costs)
        if paid < len(asked):
            await self._budget.tell(costs[paid])
        return asked[:paid]

    def _worth(self, asked: Sequence[SummaryRequest], *, batch: bool = False) -> float:
        if self._budget is None:
            return 0.0
        requests = (prompt.summary_request(one.model, paper_of(one), one.language) for one in asked)
        return sum(self._budget.worth(prompt.tokens(request), batch=batch) for request in requests)
