"""When a source may be asked next, over all processes on this database."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from bot.store.sqlite.codec import moment, stamp
from bot.store.sqlite.engine import OnEngine


class SqliteRateSlots(OnEngine):
    """Implements `bot.store.protocol.RateSlots`."""

    async def reserve_slot(self, name: str, every: timedelta, now: datetime) -> float:
        def work(db: sqlite3.Connection) -> float:
            row = db.execute("SELECT next FROM rate_slots WHERE name = ?", (name,)).fetchone()
            turn = max(now, moment(row[0])) if row else now
            db.execute("INSERT OR REPLACE INTO rate_slots VALUES (?, ?)", (name, stamp(turn + every)))
            return (turn - now).total_seconds()

        return await self._engine.write(work)
