"""`paperboy costs`."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import groupby

import click
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from bot.cli.group import clock, configured, console, emit, json_option, opened_store
from bot.config import Settings, Summaries
from bot.store.records import Spending

DEFAULT_DAYS = 31
SUMMED = ("requests", "input", "output", "cache_read", "cache_write", "cost")


@click.command()
@click.option(
    "--days", type=click.IntRange(1, 3_660), default=DEFAULT_DAYS, show_default=True, help="How many days to show."
)
@json_option
@configured
async def costs(options: Settings, days: int, as_json: bool) -> None:
    """Show what Claude cost, by day, month and model."""
    today = clock().now().date()
    async with opened_store(options) as store:
        rows = await store.costs.spending_since((today - timedelta(days=days - 1)).replace(day=1))  # whole months
        pending = await store.costs.reserved_cost()
        failure = await store.costs.last_failure()
    if as_json:
        for row in rows:
            emit(row)
        return
    _show(rows, options.summaries)
    _budgets(rows, options.summaries, today, pending)
    if failure:
        console.print(f"Last failure, {failure.at:%Y-%m-%d %H:%M} UTC: {failure.reason}", markup=False)


def _show(rows: list[Spending], settings: Summaries) -> None:
    if not rows:
        console.print("No requests to Claude yet." if settings.api_key else "No costs: there is no API key for Claude.")
        return
    for title, key in GROUPS:
        table = Table(title, "Requests", "Input", "Cached", "Output", settings.currency, box=None, pad_edge=False)
        for column in table.columns[1:]:
            column.justify = "right"
        for name, group in groupby(sorted(rows, key=key), key):
            same = list(group)
            spent = replace(same[0], **{name: sum(getattr(row, name) for row in same) for name in SUMMED})
            cached = spent.cache_read + spent.cache_write
            counts = (spent.requests, spent.input, cached, spent.output)
            table.add_row(name, *(f"{count:,}" for count in counts), f"{spent.cost:.4f}")
        Console(highlight=False).print(table, "")


def _budgets(rows: list[Spending], settings: Summaries, today: date, pending: float) -> None:
    day = sum(row.cost for row in rows if row.day == today) + pending
    month = sum(row.cost for row in rows if row.day >= today.replace(day=1)) + pending
    for period, spent, budget in (("today", day, settings.budget_day), ("this month", month, settings.budget_month)):
        if budget:
            console.print(f"{spent:.4f} of {budget:.2f} {settings.currency} {period} ({spent / budget:.0%}).")
    unpriced = {row.model for row in rows} - set(settings.prices)
    for model in sorted(unpriced):
        console.print(f'There is no price for {model}. Add \\[summaries.prices."{model}"] to the settings.')


GROUPS: tuple[tuple[str, Callable[[Spending], str]], ...] = (
    ("Day", lambda row: row.day.isoformat()),
    ("Month", lambda row: f"{row.day:%Y-%m}"),
    ("Model", lambda row: row.model + (", in batches" if row.batch else "")),
)
