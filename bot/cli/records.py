"""`paperboy backup`, `restore`, `migrate`, `export`, `forget`, `retry`: the stored records."""

from pathlib import Path

import click

from bot.app.build import database
from bot.app.home import make_home
from bot.cli.group import clock, configured, console, emit, opened_store, opens
from bot.config import Settings
from bot.errors import StoreError
from bot.store import examine_backup, pending_steps, restore_backup
from bot.store.sql import Store
from bot.views.formatting import plural


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--without-keys", is_flag=True, help="Leave out the key files, to store them elsewhere.")
@configured
async def backup(options: Settings, target: Path, without_keys: bool) -> None:
    """Copy the database and the keys to TARGET; Paperboy can keep running. TARGET holds secrets: keep it private."""
    keys = {} if without_keys else {file.name: file.read_bytes() for file in Path(options.home).glob("*.key")}
    async with opened_store(options) as store:
        await store.back_up(target, keys)
    made = f"Backed up to {target} ({target.stat().st_size / 1e6:.1f} MB). It holds secrets."
    console.print(f"{made} {examine_backup(target)}.", markup=False, soft_wrap=True)


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@configured
async def restore(options: Settings, source: Path) -> None:
    """Put a backup into an empty data folder, checked page by page."""
    path = _database_file(options)
    make_home(path.parent)
    console.print(f"Restored to {path.parent}. {restore_backup(source, path)}.", markup=False, soft_wrap=True)


@click.command()
@click.option("--check", is_flag=True, help="Only say what would be done; exit 1 if there is anything.")
@configured
async def migrate(options: Settings, check: bool) -> None:
    """Bring the database up to date, as each start does; a copy is made first."""
    steps = pending_steps(_database_file(options))
    if steps and not check:
        async with opened_store(options):
            pass
    done = f"{plural(len(steps), 'step')} {'to do' if check else 'done'}: {', '.join(steps)}."
    console.print(done if steps else "Up to date.", markup=False)
    click.get_current_context().exit(1 if steps and check else 0)


def _database_file(options: Settings) -> Path:
    where = database(options)
    if isinstance(where, Path):
        return where
    raise StoreError(
        "The store is a PostgreSQL database.", "Use pg_dump and pg_restore; each start updates its tables."
    )


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
