"""`paperboy doctor`: check the whole set-up."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import click

from bot.app.build import App, database, open_app
from bot.app.home import open_to_others
from bot.chat.adapter import Adapter, Finding, HasDoctor
from bot.cli.group import opens
from bot.config import Settings
from bot.delivery.calendar import out_of_date
from bot.errors import IndexFailed, ModelError, SourceError, StoreError
from bot.views.formatting import plural, source_name

OK, WARN, BAD = "ok", "--", "!!"


@click.command()
@opens(open_app)
async def doctor(app: App) -> None:
    """Check the whole set-up and say what to fix. Exit 1 if something is broken."""
    bad: list[str] = []
    _print(OK, f"database {_database(app.settings)}: {plural(await app.store.papers.count_papers(), 'paper')}")
    if wrong := await app.store.check(deep=True):
        bad.append(wrong)
        _print(BAD, wrong)
    if warning := open_to_others(Path(app.settings.home)):
        _print(WARN, warning)
    await _search(app)
    await _sources(app)
    if lacking := out_of_date(app.clock.now().date()):
        _print(WARN, lacking)
    await _platforms(app, bad)
    await _summaries(app, bad)
    click.get_current_context().exit(1 if bad else 0)


def _database(options: Settings) -> str:
    """Where the database is, without its password."""
    where = database(options)
    return str(where) if isinstance(where, Path) else f"on {urlsplit(where).hostname or 'this machine'}"


async def _summaries(app: App, bad: list[str]) -> None:
    """Have the model write one summary."""
    model = app.settings.summaries.model
    try:
        line = await app.lines.write_example()
    except ModelError as error:
        _print(BAD, f"summaries by {model}: {error}")
        bad.append(str(error))
    else:
        _print(
            OK if line else WARN,
            f"summaries by {model}: {line}" if line else "summaries taken from abstracts (no ANTHROPIC_API_KEY)",
        )
    if failure := await app.store.costs.last_failure():
        _print(WARN, f"the last failure of {model}, {failure.at:%Y-%m-%d %H:%M} UTC: {failure.reason}")


async def _platforms(app: App, bad: list[str]) -> None:
    broken = {name: [Finding(what=fault, ok=False)] for name, fault in app.adapter_faults.items()}
    for name, findings in {**{name: await _findings(app.adapters[name]) for name in app.adapters}, **broken}.items():
        for finding in findings:
            _print(
                OK if finding.ok else BAD, f"{name}: {finding.what}" + (f" - {finding.hint}" if finding.hint else "")
            )
            bad += [] if finding.ok else [finding.what]


async def _findings(adapter: Adapter) -> Sequence[Finding]:
    """The findings of an adapter's own check; a check that fails is a finding, too."""
    if not isinstance(adapter, HasDoctor):
        return [Finding(what="set up", ok=True)]
    try:
        return await adapter.check_setup()
    except Exception as error:  # noqa: BLE001 - it is what the finding says
        return [Finding(what=f"the check failed: {type(error).__name__}: {error}", ok=False)]


async def _search(app: App) -> None:
    try:
        await app.search.update_index()
        _print(OK, f"keyword search: {await app.search.index_state()}")
    except IndexFailed as error:
        _print(WARN, str(error))
    if not app.search.has_model:
        _print(WARN, "keyword search only: no embedding model is installed")
        return
    await app.search.load_new_vectors()
    papers = await app.store.papers.count_papers()
    _print(OK, f"semantic search: {app.search.size:,} of {plural(papers, 'paper')} embedded")


async def _sources(app: App) -> None:
    for source in app.intake.sources:
        try:
            batch = await source.fetch(app.clock.now().date())
        except (SourceError, StoreError) as error:
            _print(WARN, f"{source_name(source.name)}: {error}")
        else:
            _print(OK, f"{source_name(source.name)}: {plural(len(batch.listings), 'paper')} listed today")


def _print(mark: str, sentence: str) -> None:
    click.echo(f"{mark}  {sentence}")
