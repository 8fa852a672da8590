"""The budget: what the model may cost and did cost, in tokens and money by day (UTC), at the prices in the settings."""

from __future__ import annotations

import logging
import math
from datetime import date

from bot.clock import Clock
from bot.config import Price, Summaries
from bot.errors import ConfigError
from bot.store.protocol import Costs
from bot.store.records import Spending
from bot.summaries.generation.language_model import TokenUsage

log = logging.getLogger(__name__)

WARN_AT_SHARE = 0.8  # of a budget; from here on the log warns
TOKENS_PER_PRICE = 1_000_000
SUMMARY_TOKENS = 60  # of an average summary, for estimates


class Budget:
    """Says how much may still be spent, records costs, and warns in the log before the budget runs out."""

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
        """How much may still be spent; batches under way count as spent."""
        return min((limit - mine for _, mine, limit in await self._spent()), default=math.inf)

    async def spend(self, usage: TokenUsage) -> None:
        """Record the cost of an answer."""
        await self._costs.add_spending(self.priced(usage))
        await self.tell()

    def priced(self, usage: TokenUsage, *, batch: bool = False, model: str = "") -> Spending:
        """The tokens and the price of some answers, dated today."""
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
        """An estimate of what a request of that many input tokens costs."""
        return self.priced(TokenUsage(input=tokens, output=SUMMARY_TOKENS), batch=batch).cost

    async def tell(self, wanted: float = 0.0) -> None:
        """Warn, once per budget and mark, that a budget is nearly used up or too small for `wanted`."""
        for period, mine, limit in await self._spent():
            share = (mine + wanted) / limit
            for mark in (WARN_AT_SHARE, 1.0):
                if share >= mark and await self._costs.mark_notified(f"{mark:.0%} of {period}", self._clock.now()):
                    log.warning(self._notice(period, mine, limit, whole=mark == 1.0))

    def _notice(self, period: str, mine: float, limit: float, *, whole: bool) -> str:
        said = f"Claude has cost {mine:.2f} of the {limit:.2f} {self._settings.currency} for {period}."
        return said + (" Until it ends, summaries are taken from the abstracts." if whole else "")

    async def _spent(self) -> list[tuple[str, float, float]]:
        """Each budget that is set: its period, what is spent, and its limit."""
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


def money(usage: TokenUsage, price: Price, *, batch: bool = False) -> float:
    """The price of some answers."""
    read = price.input * 0.1 if price.cache_read is None else price.cache_read
    write = price.input * 1.25 if price.cache_write is None else price.cache_write
    whole = (
        usage.input * price.input + usage.output * price.output + usage.cache_read * read + usage.cache_write * write
    )
    return whole / TOKENS_PER_PRICE * (price.batch if batch else 1.0)
