"""Texts too long for a button, under a short name, until their buttons are old."""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from datetime import datetime, timedelta

from bot.store.sqlite.codec import stamp
from bot.store.sqlite.engine import Engine

KEPT = timedelta(days=30)  # after it was last asked for; older buttons say that they are too old


class SqliteLongQueries:
    """Implements `bot.store.protocol.LongQueries`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def store_query(self, text: str, person: str, at: datetime) -> str:
        name = base64.b32encode(hashlib.sha256(text.encode()).digest()).decode().lower()[:12]

        def work(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM long_queries WHERE at < ?", (stamp(at - KEPT),))
            db.execute("INSERT OR REPLACE INTO long_queries VALUES (?, ?, ?, ?)", (name, person, text, stamp(at)))

        await self._engine.write(work)
        return name

    async def get_query(self, name: str) -> str | None:
        sql = "SELECT text FROM long_queries WHERE name = ? LIMIT 1"
        row = await self._engine.read(lambda db: db.execute(sql, (name,)).fetchone())
        return row[0] if row else None
