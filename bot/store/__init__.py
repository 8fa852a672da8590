"""Everything Paperboy stores, behind a protocol; SQLite is the one implementation so far."""

from pathlib import Path

from bot.store.protocol import Store
from bot.store.sqlite import open_sqlite


async def open_store(path: Path) -> Store:
    """Open the store at `path`; create it if there is none. Raises `StoreError`."""
    return await open_sqlite(path)
