"""The store on one SQLite file."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from bot.errors import StoreError
from bot.store.sql import Store
from bot.store.sqlite.backups import copy_database
from bot.store.sqlite.engine import SqliteEngine


class SqliteStore(Store):
    """The store on a file."""

    async def check(self, *, deep: bool = False) -> str:
        try:
            return await super().check() or (await self._engine.write(_examine) if deep else "")
        except StoreError as error:
            return str(error)

    async def back_up(self, target: Path, files: Mapping[str, bytes] | None = None) -> None:
        if target.exists():
            raise StoreError(f"{target} exists already.", "Name a new file, so that no backup is overwritten.")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            await self._engine.read(lambda db: copy_database(db, target, files or {}))
        except OSError as error:
            raise StoreError(f"{target} can't be written: {error.strerror}.", "Choose another file.") from error


def _examine(db: sqlite3.Connection) -> str:
    """Every page."""
    found: str = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    return (
        "" if found == "ok" else f"The database is damaged: {found}. Restore a backup (`paperboy backup` makes them)."
    )


async def open_sqlite(path: Path) -> SqliteStore:
    """Open the store of a file; create it if there is none. Raises `StoreError`."""
    engine = SqliteEngine(path)
    try:
        await engine.open()
    except OSError as error:
        await engine.aclose()
        raise StoreError(
            f"{path} can't be opened: {error.strerror}.", "Set PAPERBOY_HOME to another folder."
        ) from error
    except StoreError:
        await engine.aclose()
        raise
    return SqliteStore(engine)
