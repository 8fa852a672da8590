"""Batches of summary requests: half the price, answered within hours. Batches under way survive a restart.

A batch is stored, with its money set aside, before it is sent. If no answer comes, it may have been made all the same:
then the provider's own list is searched before any of its papers is requested again.
"""

import logging
import secrets
from collections.abc import Sequence
from datetime import timedelta

from msgspec.structs import replace

from bot.clock import Clock
from bot.store.records import Spending, SummaryBatch, SummaryRequest
from bot.store.sql.summaries import Summaries
from bot.summaries.generation.budget import Budget
from bot.summaries.generation.circuit_breaker import CircuitBreaker
from bot.summaries.generation.claude import ClaudeModel
from bot.summaries.generation.language_model import CallError, Completion, NoBatches, ResultsGone, total

log = logging.getLogger(__name__)

POLL_INTERVAL = timedelta(minutes=2)  # of a batch under way, over all processes; most end within an hour
RESULTS_MAX_AGE = timedelta(days=30)  # the API keeps results for 29 days
APPEARS_WITHIN = timedelta(minutes=10)  # an unconfirmed batch, in the provider's list

Results = list[Completion | CallError | None]


class Batches:
    """Submits batches and collects their results."""

    def __init__(
        self, lines: Summaries, model: ClaudeModel, clock: Clock, breaker: CircuitBreaker, budget: Budget
    ) -> None:
        self._lines = lines
        self._model = model
        self._budget = budget
        self._breaker = breaker
        self._clock = clock
        self.are_supported = True

    async def send(self, requests: Sequence[SummaryRequest]) -> None:
        """Submit those requests as one batch that are free and that the budget covers."""
        now = self._clock.now()
        priced = [(one, self._budget.most_cost(self._model.summary_request(one), batch=True)) for one in requests]
        batch = await self._lines.claim_batch(
            priced,
            SummaryBatch(id=secrets.token_hex(8), requests=(), sent=now),
            self._budget.limits,
            model=self._model.model,
            until=now + RESULTS_MAX_AGE,
            collect_from=now + POLL_INTERVAL,
        )
        if batch is None or len(batch.requests) < len(requests):
            await self._budget.warn(max(cost for _, cost in priced))
        if batch:
            await self._send(batch)

    async def collected(self) -> list[tuple[SummaryBatch, Results]]:
        """The batches that have ended, from any process; each is handed to one process at a time."""
        found: list[tuple[SummaryBatch, Results]] = []
        now = self._clock.now()
        for batch in await self._lines.claim_batches(now=now, until=now + POLL_INTERVAL):
            try:
                results = await self._results(batch)
            except ResultsGone as error:
                await self._give_up(batch, error)
            except CallError as error:
                log.warning("batch %s can't be checked now: %s", batch.provider_id or batch.id, error)
                await self._fail(error)
            else:
                found += [(batch, results)] if results is not None else []
        return found

    def spent(self, batch: SummaryBatch, results: Results) -> Spending | None:
        """What a batch cost; tells the circuit breaker whether it brought anything."""
        usage = total(results)
        if usage is None:
            self._breaker.failed(CallError(f"Batch {batch.provider_id} returned no result."))
            return None
        self._breaker.worked()
        return self._budget.priced(usage, batch=True, model=batch.requests[0].model)

    async def _send(self, batch: SummaryBatch) -> None:
        try:
            provider_id = await self._model.send_batch(batch)
        except CallError as error:
            if error.is_doubtful:
                log.warning("no answer to a batch of %s summaries: it will be searched for", len(batch.requests))
            else:
                log.warning("a batch of %s summaries was not accepted: %s", len(batch.requests), error)
                await self._lines.settle_batch(batch, (), None)
            if isinstance(error, NoBatches):
                self.are_supported = False
            else:
                await self._fail(error)
            return
        await self._lines.confirm_batch(replace(batch, provider_id=provider_id))
        log.info("requested %s summaries in batch %s", len(batch.requests), provider_id)

    async def _results(self, batch: SummaryBatch) -> Results | None:
        if not batch.provider_id:
            found = await self._model.find_batch(batch)
            if not found:
                if found == "" and self._clock.now() > batch.sent + APPEARS_WITHIN:
                    log.warning("a batch of %s summaries was never made: they are requested again", len(batch.requests))
                    await self._lines.settle_batch(batch, (), None)
                return None
            batch = replace(batch, provider_id=found)
            await self._lines.confirm_batch(batch)
        return await self._model.batch_results(batch)

    async def _give_up(self, batch: SummaryBatch, error: ResultsGone) -> None:
        """Book what a batch may have cost whose results can't be had; its papers aren't requested again for long."""
        log.warning("%s summaries are lost: %s", len(batch.requests), error)
        spent = self._budget.estimated(batch.estimated_cost * error.paid_share, batch=True)
        spent = replace(spent, requests=round(len(batch.requests) * error.paid_share))
        until = self._clock.now() + RESULTS_MAX_AGE
        await self._lines.settle_batch(batch, (), spent, held=batch.requests, until=until)
        await self._budget.note_failure(error)

    async def _fail(self, error: CallError) -> None:
        self._breaker.failed(error)
        await self._budget.note_failure(error)
