"""`paperboy backup`, `export`, `forget`, `retry`: the stored records."""

from pathlib import Path

import click

from bot.app.build import open_library
from bot.cli.group import asynchronous, clock, config_option, console, emit, opened_store, settings
from bot.views.formatting import plural


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@config_option
@asynchronous
async def backup(target: Path, config: Path | None) -> None:
    """Copy the database to TARGET; Paperboy can keep running."""
    async with opened_store(settings(config)) as store:
        await store.back_up(target)
    console.print(f"Backed up to {target} ({target.stat().st_size / 1e6:.1f} MB).", markup=False)


@click.command()
@click.argument("owner")
@config_option
@asynchronous
async def export(owner: str, config: Path | None) -> None:
    """Print everything stored about OWNER. A tenant (slack:T1) or a person (slack:T1/U1); prints JSON lines."""
    async with open_library(settings(config), clock()) as library:
        for table, rows in (await library.store.ownership.export(owner)).items():
            for row in rows:
                emit({"table": table, **row})


@click.command()
@click.argument("owner")
@click.option("--yes", is_flag=True, help="Don't ask.")
@config_option
@asynchronous
async def forget(owner: str, yes: bool, config: Path | None) -> None:
    """Delete everything stored about OWNER. A tenant (slack:T1) or a person (slack:T1/U1)."""
    if not yes:
        click.confirm(f"Delete everything stored about {owner}?", abort=True, err=True)
    async with open_library(settings(config), clock()) as library:
        deleted = await library.store.ownership.forget(owner)
    console.print(f"{plural(deleted, 'record')} deleted.")


@click.command()
@click.argument("key", required=False)
@click.option("--all", "everything", is_flag=True, help="Retry all posts that were given up.")
@config_option
@asynchronous
async def retry(key: str | None, everything: bool, config: Path | None) -> None:
    """Retry a post that was given up (KEY is in the log)."""
    if bool(key) == everything:
        raise click.UsageError("Give a KEY, or --all.")
    async with open_library(settings(config), clock()) as library:
        revived = await library.store.outbox.revive_posts(key, library.clock.now())
    console.print(f"{plural(revived, 'post')} planned again.")
