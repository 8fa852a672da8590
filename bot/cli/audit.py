"""`paperboy audit`: what is missing from the sources' lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click

from bot.app.build import open_app
from bot.cli.group import asynchronous, clock, config_option, console, emit, json_option, settings
from bot.delivery.audit import Day
from bot.delivery.audit import audit as look_over
from bot.papers.model import PaperId
from bot.views.formatting import plural, short_day, source_name

NAMED = 3  # of the papers that a list lacks
MARKS = {"complete": "ok", "closed": "  ", "open": "..", "short": "??", "missing": "!!"}


@click.command()
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 400), help="How far back to look.")
@json_option
@config_option
@click.pass_context
def audit(ctx: click.Context, days: int, as_json: bool, config: Path | None) -> None:
    """Compare the sources' lists, day by day, with their habit and each other; exit 1 when one is missing or short."""
    missing: list[Day] = []
    _run(days, config, missing, as_json=as_json)
    ctx.exit(1 if missing else 0)


@asynchronous
async def _run(days: int, config: Path | None, missing: list[Day], *, as_json: bool) -> None:
    async with open_app(settings(config), clock()) as app:
        last = app.clock.now().date()
        names = [source.name for source in app.intake.sources]
        found = await look_over(app.store.papers, names, last - timedelta(days=days - 1), last, app.clock.now())
    for day in found:
        emit(day) if as_json else _say(day)
    missing += [day for day in found if day.state in {"short", "missing"}]
    if not as_json:
        console.print(f"{plural(len(missing), 'list')} missing or short." if missing else "Nothing is missing.")


def _say(day: Day) -> None:
    told = f"{MARKS[day.state]}  {short_day(day.day)}  {source_name(day.source)}: {plural(day.listed, 'paper')}"
    why = f" ({day.why})" if day.why else ""
    click.echo(f"{told}{why}{_elsewhere(day.elsewhere)}")


def _elsewhere(ids: Sequence[PaperId]) -> str:
    """The papers of other sources that a list lacks, the first few by name; `--json` has them all."""
    named = ", ".join(ids[:NAMED]) + (", …" if len(ids) > NAMED else "")
    return f"; {plural(len(ids), 'paper')} of other sources it never listed: {named}" if ids else ""
