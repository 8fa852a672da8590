"""The budget: what the model may cost and did cost, in tokens and money by day (UTC), at the prices in the settings.

The money for a call is set aside before the call, as much as it can cost at most, and replaced by what it did cost. So
the budget holds however many processes spend it at once.
"""

import logging
import math
import secrets
from collections.abc import Awaitable
from datetime import date, timedelta
from typing import Any

from msgspec.structs import asdict

from bot.clock import Clock
from bot.config import Price, Summaries
from bot.errors import ConfigError
from bot.store.records import ModelFailure, Reservation, Spending, SpendingLimits
from bot.store.sql.costs import Costs
from bot.summaries.generation import prompt
from bot.summaries.generation.language_model import CallError, Completion, RefusedByModel, TokenUsage

log = logging.getLogger(__name__)

WARN_AT_SHARE = 0.8  # of a budget; from here on the log warns
TOKENS_PER_PRICE = 1_000_000
CALL_MAX_AGE = timedelta(minutes=20)  # two calls as slow as any setting allows; then their process is taken for dead


class Budget:
    """Sets money aside, records costs, and warns in the log before the budget runs out."""

    def __init__(self, costs: Costs, settings: Summaries, clock: Clock) -> None:
        self._costs = costs
        self._clock = clock
        self._settings = settings
        self.limits = SpendingLimits(day=settings.budget_day or math.inf, month=settings.budget_month or math.inf)
        if settings.model not in settings.prices and (settings.budget_day or settings.budget_month):
            raise ConfigError(
                f"A budget is set, but there is no price for {settings.model}.",
                f'Add [summaries.prices."{settings.model}"] with input and output.',
            )

    def reservation(self, request: dict[str, Any]) -> Reservation:
        """The money for a request that is made at once, not yet set aside."""
        until = self._clock.now() + CALL_MAX_AGE
        return Reservation(
            id=secrets.token_hex(8), model=self._settings.model, cost=self.most_cost(request), until=until
        )

    def most_cost(self, request: dict[str, Any], *, batch: bool = False) -> float:
        """The most that a request can cost."""
        return self.priced(prompt.most_tokens(request), batch=batch).cost

    async def reserve(self, request: dict[str, Any]) -> Reservation | None:
        """Set the money for a request aside; None if the budget doesn't cover it."""
        reservation = self.reservation(request)
        if await self._costs.reserve(reservation, self.limits, now=self._clock.now()):
            return reservation
        await self.warn(reservation.cost)
        return None

    async def pay(self, reservation: Reservation, call: Awaitable[Completion]) -> Completion:
        """Await a call and book what it cost: an answer that got lost, at what was set aside."""
        try:
            completion = await call
        except CallError as error:
            await self._costs.settle(reservation, self._cost_of(error, reservation))
            await self.note_failure(error)
            raise
        await self._costs.settle(reservation, self.priced(completion.usage))
        await self.warn()
        return completion

    async def note_failure(self, error: CallError) -> None:
        """Store why a call failed, for `paperboy costs` and `paperboy doctor`."""
        if not isinstance(error, RefusedByModel):
            await self._costs.store_failure(ModelFailure(reason=str(error), at=self._clock.now()))

    def estimated(self, cost: float, *, batch: bool = False) -> Spending:
        """Answers that were probably charged and never came, dated today."""
        return Spending(day=self._today(), model=self._settings.model, batch=batch, requests=1, cost=cost)

    def priced(self, usage: TokenUsage, *, batch: bool = False, model: str = "") -> Spending:
        """The tokens and the price of some answers, dated today."""
        model = model or self._settings.model
        price = self._settings.prices.get(model)
        cost = money(usage, price, batch=batch) if price else 0.0
        return Spending(day=self._today(), model=model, batch=batch, cost=cost, **asdict(usage))

    async def warn(self, wanted: float = 0.0) -> None:
        """Warn, once per budget and mark, that a budget is nearly used up or too small for `wanted`."""
        for period, spent, limit in await self._spent():
            for mark in (WARN_AT_SHARE, 1.0):
                is_reached = (spent + wanted) / limit >= mark
                if is_reached and await self._costs.mark_notified(f"{mark:.0%} of {period}", self._clock.now()):
                    said = f"Claude has cost {spent:.2f} of the {limit:.2f} {self._settings.currency} for {period}."
                    end = " Until it ends, summaries are taken from the abstracts." if mark == 1.0 else ""
                    log.warning("%s%s", said, end)

    def _cost_of(self, error: CallError, reservation: Reservation) -> Spending | None:
        if error.usage:
            return self.priced(error.usage)
        return self.estimated(reservation.cost) if error.is_doubtful else None

    async def _spent(self) -> list[tuple[str, float, float]]:
        """Each budget that is set: its period, what is spent or set aside, and its limit."""
        if self.limits == SpendingLimits():
            return []
        today = self._today()
        rows = await self._costs.spending_since(today.replace(day=1))
        reserved = await self._costs.reserved_cost()
        day = sum(row.cost for row in rows if row.day == today) + reserved
        month = sum(row.cost for row in rows) + reserved
        budgets = ((today.isoformat(), day, self.limits.day), (f"{today:%B %Y}", month, self.limits.month))
        return [budget for budget in budgets if budget[2] < math.inf]

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
