"""What Paperboy remembers, behind a protocol; SQLite is the first store, PostgreSQL fits the same shape."""

from __future__ import annotations

from pathlib import Path

from bot.store.protocol import Store
from bot.store.sqlite import open_sqlite


async def open_store(path: Path) -> Store:
    """The store at `path`, made when there is none. Raises `StoreError`."""
    return await open_sqlite(path)
