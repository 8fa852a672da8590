"""Every table belongs to someone, or says why not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bot.store import open_store
from bot.store.sqlite.ownership import EXEMPT, OWNED


async def test_every_table_is_exported_and_forgotten_or_exempt_with_a_reason(tmp_path: Path) -> None:
    await (await open_store(tmp_path / "x.db")).aclose()
    db = sqlite3.connect(tmp_path / "x.db")
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    db.close()
    assert tables - {"sqlite_sequence"} == set(OWNED) | set(EXEMPT)
    assert not set(OWNED) & set(EXEMPT)
    assert all(EXEMPT.values())
