"""Texts too long for a button, under a short name."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from bot.store.sqlite.codec import stamp
from bot.store.sqlite.engine import Engine


class SqliteLongQueries:
    """Implements `bot.store.protocol.LongQueries`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def store_query(self, text: str, at: datetime) -> str:
        name = base64.b32encode(hashlib.sha256(text.encode()).digest()).decode().lower()[:12]
        sql = "INSERT OR IGNORE INTO long_queries VALUES (?, ?, ?)"
        if await self.get_query(name) is None:
            await self._engine.write(lambda db: db.execute(sql, (name, text, stamp(at))))
        return name

    async def get_query(self, name: str) -> str | None:
        sql = "SELECT text FROM long_queries WHERE name = ?"
        row = await self._engine.read(lambda db: db.execute(sql, (name,)).fetchone())
        return row[0] if row else None
