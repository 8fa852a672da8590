"""Everything Paperboy stores: in an SQLite file, or in a PostgreSQL database for many machines."""

from pathlib import Path

from bot.errors import StoreError
from bot.store.sql import Store
from bot.store.sqlite import open_sqlite
from bot.store.sqlite.backups import examine_backup, pending_steps, restore_backup


async def open_store(where: Path | str) -> Store:
    """Open the store in a file, or at a PostgreSQL URL; create it if there is none. Raises `StoreError`."""
    if isinstance(where, Path):
        return await open_sqlite(where)
    try:
        from bot.store.postgres import open_postgres  # noqa: PLC0415 - psycopg is an extra
    except ImportError as error:
        raise StoreError(f"PostgreSQL needs more packages: {error}.", "Install paperboy-bot[postgres].") from error
    return await open_postgres(where)
