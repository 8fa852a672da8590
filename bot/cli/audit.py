"""`paperboy audit`: find lists that are missing or too short."""

from collections.abc import Sequence
from datetime import timedelta

import click

from bot.app.build import App, open_app
from bot.cli.group import console, emit, json_option, opens
from bot.delivery.audit import Day
from bot.delivery.audit import audit as audit_lists
from bot.papers.model import PaperId
from bot.views.formatting import plural, short_day, source_name

MAX_NAMED_PAPERS = 3  # of the papers that a list lacks; `--json` names all
MARKS = {"complete": "ok", "closed": "  ", "open": "..", "short": "??", "missing": "!!"}


@click.command()
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 400), help="How many days back to check.")
@json_option
@opens(open_app)
async def audit(app: App, days: int, as_json: bool) -> None:
    """Find daily lists that are missing or too short. Exit 1 if there are any."""
    last = app.clock.now().date()
    names = [source.name for source in app.intake.sources]
    found = await audit_lists(app.store.papers, names, last - timedelta(days=days - 1), last, app.clock.now())
    for day in found:
        emit(day) if as_json else _print(day)
    missing = sum(day.state in {"short", "missing"} for day in found)
    if not as_json:
        console.print(f"{plural(missing, 'list')} missing or short." if missing else "Nothing is missing.")
    click.get_current_context().exit(1 if missing else 0)


def _print(day: Day) -> None:
    line = f"{MARKS[day.state]}  {short_day(day.day)}  {source_name(day.source)}: {plural(day.listed, 'paper')}"
    why = f" ({day.why})" if day.why else ""
    click.echo(f"{line}{why}{_elsewhere(day.elsewhere)}")


def _elsewhere(ids: Sequence[PaperId]) -> str:
    """The papers of other sources that a list lacks, the first few by id."""
    named = ", ".join(ids[:MAX_NAMED_PAPERS]) + (", …" if len(ids) > MAX_NAMED_PAPERS else "")
    return f"; {plural(len(ids), 'paper')} only on other lists: {named}" if ids else ""
