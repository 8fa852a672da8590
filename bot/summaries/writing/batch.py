"""Many lines asked for at once: half the price, and they come when they come. What is under way survives a restart."""

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
from bot.summaries.writing.breaker import Breaker
from bot.summaries.writing.budget import Budget
from bot.summaries.writing.writer import Unanswerable, Usage, Writer, Written

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=2)  # at a batch under way, over all processes; most end within the hour
KEPT = timedelta(days=30)  # results are kept for 29: a batch that is never settled is then asked for anew


class Batches:
    """Sends batches, and looks after those under way."""

    def __init__(
        self, lines: Summaries, writer: Writer, clock: Clock, breaker: Breaker, *, budget: Budget | None
    ) -> None:
        self._lines = lines
        self._writer = writer
        self._budget = budget
        self._breaker = breaker
        self._clock = clock

    async def send(self, asked: Sequence[SummaryRequest], worth: float) -> bool:
        """Ask for claimed lines together; what is not taken is released."""
        try:
            id = await self._writer.send({str(number): one for number, one in enumerate(asked)})
        except ModelError as error:
            log.warning("a batch of %s lines was not taken: %s", len(asked), error)
            self._breaker.failed(error)
            await self._lines.release_requests(asked)
            return False
        now = self._clock.now()
        await self._lines.record_batch(
            SummaryBatch(id=id, requests=tuple(asked), sent=now, estimated_cost=worth), until=now + KEPT
        )
        log.info("asked for %s lines in batch %s", len(asked), id)
        return True

    async def ended(self) -> list[tuple[SummaryBatch, dict[str, Written]]]:
        """The batches that have ended, whichever process sent them; each goes to one process at a time."""
        found: list[tuple[SummaryBatch, dict[str, Written]]] = []
        now = self._clock.now()
        for batch in await self._lines.claim_batches(now=now, until=now + LOOK_EVERY):
            results = await self._results(batch)
            if results is None:
                continue
            found.append((batch, results))
            if not any(written.usage for written in results.values()):
                self._breaker.failed(ModelError(f"batch {batch.id} brought nothing"))
            else:
                self._breaker.worked()
        return found

    def spent(self, batch: SummaryBatch, results: dict[str, Written]) -> Spending | None:
        """What a batch took."""
        used = [written.usage for written in results.values() if written.usage]
        if self._budget is None or not used:
            return None
        return self._budget.priced(reduce(add, used, Usage(requests=0)), batch=True, model=batch.requests[0].model)

    async def _results(self, batch: SummaryBatch) -> dict[str, Written] | None:
        try:
            return await self._writer.results(batch.id)
        except Unanswerable as error:
            log.warning("batch %s is lost: %s", batch.id, error)
            return {}
        except ModelError as error:
            log.warning("batch %s can't be looked at: %s", batch.id, error)
            self._breaker.failed(error)
            return None
