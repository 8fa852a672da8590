"""`paperboy backup`, `export`, `forget`, `retry`: the stored records."""

from pathlib import Path

import click

from bot.cli.group import clock, configured, console, emit, opened_store, opens
from bot.config import Settings
from bot.store.sql import Store
from bot.views.formatting import plural


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@opens(opened_store)
async def backup(store: Store, target: Path) -> None:
    """Copy the database to TARGET; Paperboy can keep running."""
    await store.back_up(target)
    console.print(f"Backed up to {target} ({target.stat().st_size / 1e6:.1f} MB).", markup=False)


@click.command()
@click.argument("owner")
@opens(opened_store)
async def export(store: Store, owner: str) -> None:
    """Print everything stored about OWNER. A tenant (slack:T1) or a person (slack:T1/U1); prints JSON lines."""
    for table, rows in (await store.ownership.export(owner)).items():
        for row in rows:
            emit({"table": table, **row})


@click.command()
@click.argument("owner")
@click.option("--yes", is_flag=True, help="Don't ask.")
@configured
async def forget(options: Settings, owner: str, yes: bool) -> None:
    """Delete everything stored about OWNER. A tenant (slack:T1) or a person (slack:T1/U1)."""
    if not yes:
        click.confirm(f"Delete everything stored about {owner}?", abort=True, err=True)
    async with opened_store(options) as store:
        deleted = await store.ownership.forget(owner)
    console.print(f"{plural(deleted, 'record')} deleted.")


@click.command()
@click.argument("key", required=False)
@click.option("--all", "everything", is_flag=True, help="Retry all posts that were given up.")
@configured
async def retry(options: Settings, key: str | None, everything: bool) -> None:
    """Retry a post that was given up (KEY is in the log)."""
    if bool(key) == everything:
        raise click.UsageError("Give a KEY, or --all.")
    async with opened_store(options) as store:
        revived = await store.outbox.revive_posts(key, clock().now())
    console.print(f"{plural(revived, 'post')} planned again.")
