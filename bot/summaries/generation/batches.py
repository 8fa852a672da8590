"""Batches of summary requests: half the price, answered within hours. Batches under way survive a restart."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import reduce
from operator import add

from bot.clock import Clock
from bot.errors import ModelError
from bot.store.protocol import Summaries
from bot.store.records import Spending, SummaryBatch, SummaryRequest
from bot.summaries.generation.budget import Budget
from bot.summaries.generation.circuit_breaker import CircuitBreaker
from bot.summaries.generation.language_model import BatchResult, LanguageModel, RefusedByModel, TokenUsage

log = logging.getLogger(__name__)

POLL_INTERVAL = timedelta(minutes=2)  # of a batch under way, over all processes; most end within an hour
RESULTS_KEPT = timedelta(days=30)  # the API keeps results for 29 days; a batch never settled is then requested again


class Batches:
    """Submits batches and collects their results."""

    def __init__(
        self, lines: Summaries, writer: LanguageModel, clock: Clock, breaker: CircuitBreaker, *, budget: Budget | None
    ) -> None:
        self._lines = lines
        self._writer = writer
        self._budget = budget
        self._breaker = breaker
        self._clock = clock

    async def send(self, asked: Sequence[SummaryRequest], worth: float) -> bool:
        """Submit claimed requests as one batch; if the API refuses it, release the claims."""
        try:
            id = await self._writer.send({str(number): one for number, one in enumerate(asked)})
        except ModelError as error:
            log.warning("a batch of %s summaries was not accepted: %s", len(asked), error)
            self._breaker.failed(error)
            await self._lines.release_requests(asked)
            return False
        now = self._clock.now()
        await self._lines.record_batch(
            SummaryBatch(id=id, requests=tuple(asked), sent=now, estimated_cost=worth), until=now + RESULTS_KEPT
        )
        log.info("requested %s summaries in batch %s", len(asked), id)
        return True

    async def ended(self) -> list[tuple[SummaryBatch, dict[str, BatchResult]]]:
        """The batches that have ended, from any process; each is handed to one process at a time."""
        found: list[tuple[SummaryBatch, dict[str, BatchResult]]] = []
        now = self._clock.now()
        for batch in await self._lines.claim_batches(now=now, until=now + POLL_INTERVAL):
            results = await self._results(batch)
            if results is None:
                continue
            found.append((batch, results))
            if not any(written.usage for written in results.values()):
                self._breaker.failed(ModelError(f"batch {batch.id} returned no result"))
            else:
                self._breaker.worked()
        return found

    def spent(self, batch: SummaryBatch, results: dict[str, BatchResult]) -> Spending | None:
        """What a batch cost."""
        used = [written.usage for written in results.values() if written.usage]
        if self._budget is None or not used:
            return None
        return self._budget.priced(reduce(add, used, TokenUsage(requests=0)), batch=True, model=batch.requests[0].model)

    async def _results(self, batch: SummaryBatch) -> dict[str, BatchResult] | None:
        try:
            return await self._writer.results(batch.id)
        except RefusedByModel as error:
            log.warning("batch %s is gone: %s", batch.id, error)
            return {}
        except ModelError as error:
            log.warning("batch %s can't be checked now: %s", batch.id, error)
            self._breaker.failed(error)
            return None
