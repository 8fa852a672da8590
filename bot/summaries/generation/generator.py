"""Requests better summaries than the abstract's own: once per paper, checked, with at most one second try."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from attrs import define, field
from msgspec.structs import replace

from bot.clock import Clock
from bot.papers.model import Paper, PaperId
from bot.store.records import Claim, Reservation, Summary, SummaryBatch, SummaryRequest
from bot.store.sql.summaries import Summaries
from bot.summaries.check import check
from bot.summaries.generation.batches import Batches, Results
from bot.summaries.generation.budget import CALL_MAX_AGE, Budget
from bot.summaries.generation.circuit_breaker import CircuitBreaker
from bot.summaries.generation.claude import ClaudeModel
from bot.summaries.generation.language_model import BudgetSpent, CallError, RefusedByModel, summary_line
from bot.summaries.generation.sanitizing import paper_of
from bot.summaries.generation.writer import SummaryWriter

log = logging.getLogger(__name__)

MAX_SINGLES = 8  # summaries requested one after another
MAX_BATCH = 1_000  # summaries in one batch
HELD_FOR = timedelta(days=1)  # a paper whose request cost something and brought nothing


@define(eq=False, slots=False)
class SummaryGenerator:
    """Requests summaries from a model, singly or in batches, within the budget."""

    _lines: Summaries
    _model: ClaudeModel
    _clock: Clock
    _breaker: CircuitBreaker
    _budget: Budget = field(kw_only=True)
    _batch_from: int = field(kw_only=True)
    _turn: asyncio.Lock = field(init=False, factory=asyncio.Lock)

    def __attrs_post_init__(self) -> None:
        self._writer = SummaryWriter(self._model, self._budget)
        self._batches = Batches(self._lines, self._model, self._clock, self._breaker, self._budget)

    async def improve(self, papers: Sequence[Paper], language: str) -> list[PaperId]:
        """Store results that have arrived and request missing summaries; returns the papers with a better summary."""
        async with self._turn:
            ended = [] if self._breaker.is_open else await self._batches.collected()
            better = [id for batch, results in ended for id in await self._settle(batch, results)]
            return better + await self._request(await self._missing(papers, language))

    async def _missing(self, papers: Sequence[Paper], language: str) -> list[SummaryRequest]:
        """The summaries not requested yet, as far as can be seen without claiming them."""
        known = await self._lines.for_papers([paper.id for paper in papers], language)
        once = {paper.id: paper for paper in papers}.values()
        requests = [self._writer.request_for(paper, language) for paper in once]
        return [r for r in requests if r.abstract and not any(_is_made(x, r) for x in known.get(r.paper, ()))]

    async def _request(self, requests: Sequence[SummaryRequest]) -> list[PaperId]:
        """Request summaries: many as a batch, a few at once."""
        if self._breaker.is_open or not requests:
            return []
        if self._batches.are_supported and self._batch_from and len(requests) >= self._batch_from:
            await self._batches.send(requests[:MAX_BATCH])
            if self._batches.are_supported:
                return []
        return await self._one_by_one(requests)

    async def _one_by_one(self, requests: Sequence[SummaryRequest]) -> list[PaperId]:
        better: list[PaperId] = []
        claimed = 0
        for request in requests:
            if self._breaker.is_open or claimed == MAX_SINGLES:
                break
            reservation, now = self._writer.reservation(request), self._clock.now()
            claim = await self._lines.claim_request(
                request, reservation, self._budget.limits, now=now, until=now + CALL_MAX_AGE
            )
            if claim is Claim.UNAFFORDABLE:
                await self._budget.warn(reservation.cost)
                break
            if claim is Claim.OURS:
                claimed += 1
                line = await self._claimed_line(request, reservation)
                better += [line.paper] if line and not line.failures else []
        return better

    async def _claimed_line(self, request: SummaryRequest, reservation: Reservation) -> Summary | None:
        """Have a claimed summary written and store it; None if there is none now."""
        now = self._clock.now()
        try:
            line = self._line(request, *await self._writer.write(request, reservation))
        except RefusedByModel as error:
            line = self._line(request, "", (str(error),))
        except CallError as error:
            if not isinstance(error, BudgetSpent):
                log.warning("no summary for %s: %s", request.paper, error)
                self._breaker.failed(error)
            await self._lines.release_request(request, at=now + HELD_FOR if error.may_have_cost else now)
            return None
        self._breaker.worked()
        await self._lines.store_summaries([line])
        return line

    async def _settle(self, batch: SummaryBatch, results: Results) -> list[PaperId]:
        """Store a batch's results; faulty summaries are retried once, missing ones are requested again."""
        lines: list[Summary] = []
        again: list[SummaryRequest] = []
        held: list[SummaryRequest] = []
        for request, result in zip(batch.requests, results, strict=True):
            if result is None:
                continue
            try:
                if isinstance(result, CallError):
                    raise result
                text = summary_line(result)
            except RefusedByModel as error:
                lines.append(self._line(request, "", (str(error),)))
            except CallError as error:
                log.warning("no summary for %s: %s", request.paper, error)
                held.append(request)
            else:
                failures = check(text, paper_of(request), request.language)
                if failures and not request.failures:
                    again.append(replace(request, failures=failures, refused=text))
                else:
                    lines.append(self._line(request, text, failures))
        until, spent = self._clock.now() + HELD_FOR, self._batches.spent(batch, results)
        if not await self._lines.settle_batch(batch, lines, spent, held=held, until=until):
            return []  # another process was faster
        await self._budget.warn()
        return [line.paper for line in lines if not line.failures] + await self._request(again)

    def _line(self, request: SummaryRequest, text: str, failures: tuple[str, ...]) -> Summary:
        return Summary(
            paper=request.paper,
            version=request.version,
            text=text,
            language=request.language,
            provenance="claude",
            model=request.model,
            prompt=request.prompt,
            failures=failures,
            made=self._clock.now(),
        )


def _is_made(line: Summary, request: SummaryRequest) -> bool:
    """Whether a summary need not be requested: it was already, or a person wrote one."""
    if line.version != request.version:
        return False
    return line.provenance == "human" or (line.model, line.prompt) == (request.model, request.prompt)
