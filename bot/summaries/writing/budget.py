"""What Claude may cost, and what it did: tokens and money by day (UTC) and model, at the prices in the settings."""

from __future__ import annotations

import logging
import math
from datetime import date

from bot.clock import Clock
from bot.config import Price, Summaries
from bot.errors import ConfigError
from bot.store.protocol import Costs
from bot.store.records import Spending
from bot.summaries.writing.writer import Usage

log = logging.getLogger(__name__)

WARN = 0.8  # of a budget, from where the admin is told
MILLION = 1_000_000
LINE_TOKENS = 60  # that a line takes, about; for estimates


class Budget:
    """Says how much may still be spent, writes down what was, and tells the admin in time."""

    def __init__(self, costs: Costs, settings: Summaries, clock: Clock) -> None:
        self._costs = costs
        self._clock = clock
        self._settings = settings
        if settings.model not in settings.prices and (settings.budget_day or settings.budget_month):
            raise ConfigError(
                f"A budget is set, but there is no price for {settings.model}.",
                f'Add [summaries.prices."{settings.model}"] with input and output.',
            )

    async def room(self) -> float:
        """How much may be spent now; batches under way count as spent."""
        return min((limit - mine for _, mine, limit in await self._spent()), default=math.inf)

    async def spend(self, usage: Usage) -> None:
        """Write down what an answer took."""
        await self._costs.add_spending(self.priced(usage))
        await self.tell()

    def priced(self, usage: Usage, *, batch: bool = False, model: str = "") -> Spending:
        """What answers took, with today's date and in money."""
        model = model or self._settings.model
        price = self._settings.prices.get(model)
        return Spending(
            day=self._today(),
            model=model,
            batch=batch,
            requests=usage.requests,
            input=usage.input,
            output=usage.output,
            cache_read=usage.cache_read,
            cache_write=usage.cache_write,
            cost=money(usage, price, batch=batch) if price else 0.0,
        )

    def worth(self, tokens: int, *, batch: bool = False) -> float:
        """What a request of so many tokens will cost at most, about."""
        return self.priced(Usage(input=tokens, output=LINE_TOKENS), batch=batch).cost

    async def tell(self, wanted: float = 0.0) -> None:
        """Tell the admin, once each, that a budget is nearly spent, or does not pay for what is wanted."""
        for period, mine, limit in await self._spent():
            share = (mine + wanted) / limit
            for mark in (WARN, 1.0):
                if share >= mark and await self._costs.mark_notified(f"{mark:.0%} of {period}", self._clock.now()):
                    log.warning(self._notice(period, mine, limit, whole=mark == 1.0))

    def _notice(self, period: str, mine: float, limit: float, *, whole: bool) -> str:
        said = f"Claude has cost {mine:.2f} of the {limit:.2f} {self._settings.currency} for {period}."
        return said + (" Until it is over, lines come from the abstracts." if whole else "")

    async def _spent(self) -> list[tuple[str, float, float]]:
        """Each budget that is set: its period, what of it is spent, and how much it is."""
        if not (self._settings.budget_day or self._settings.budget_month):
            return []
        today = self._today()
        rows = await self._costs.spending_since(today.replace(day=1))
        coming = await self._costs.pending_batch_cost()
        day = sum(row.cost for row in rows if row.day == today) + coming
        month = sum(row.cost for row in rows) + coming
        budgets = (
            (today.isoformat(), day, self._settings.budget_day),
            (f"{today:%B %Y}", month, self._settings.budget_month),
        )
        return [budget for budget in budgets if budget[2]]

    def _today(self) -> date:
        return self._clock.now().date()


def money(usage: Usage, price: Price, *, batch: bool = False) -> float:
    """What answers cost."""
    read = price.input * 0.1 if price.cache_read is None else price.cache_read
    write = price.input * 1.25 if price.cache_write is None else price.cache_write
    whole = (
        usage.input * price.input + usage.output * price.output + usage.cache_read * read + usage.cache_write * write
    )
    return whole / MILLION * (price.batch if batch else 1.0)
