"""Small tables that are read by a key: adapters' records, long queries, and turns at a source."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import define

from bot.store.sql.codec import moment, stamp
from bot.store.sql.engine import Database, OnEngine

QUERY_KEPT = timedelta(days=30)  # after it was last asked for; older buttons say that they are too old


class LongQueries(OnEngine):
    """Texts too long for a button, stored under a short name."""

    async def store_query(self, text: str, person: str, at: datetime) -> str:
        """A name of at most 12 characters; the same text has the same name. It is kept for 30 days, or until the person
        (`Person.key`) is forgotten."""
        name = base64.b32encode(hashlib.sha256(text.encode()).digest()).decode().lower()[:12]

        def work(db: Database) -> None:
            db.execute("DELETE FROM long_queries WHERE at < ?", (stamp(at - QUERY_KEPT),))
            db.execute("INSERT OR REPLACE INTO long_queries VALUES (?, ?, ?, ?)", (name, person, text, stamp(at)))

        await self._engine.write(work)
        return name

    async def get_query(self, name: str) -> str | None:
        row = await self._row("SELECT text FROM long_queries WHERE name = ? LIMIT 1", name)
        return row[0] if row else None


class RateSlots(OnEngine):
    """Requests to a source that counts all our processes together."""

    async def reserve_slot(self, name: str, every: timedelta, now: datetime) -> float:
        """Reserve the next request; returns the seconds to wait for it. `every`: the time between two requests."""

        def work(db: Database) -> float:
            row = db.execute("SELECT next FROM rate_slots WHERE name = ?", (name,)).fetchone()
            turn = max(now, moment(row[0])) if row else now
            db.execute("INSERT OR REPLACE INTO rate_slots VALUES (?, ?)", (name, stamp(turn + every)))
            return (turn - now).total_seconds()

        return await self._engine.write(work)


@define(eq=False)
class SqlKeyValue(OnEngine):
    """Implements `bot.chat.adapter.KeyValue` for one owner."""

    _owner: str

    async def get(self, key: str) -> bytes | None:
        row = await self._row("SELECT value FROM key_values WHERE owner = ? AND key = ?", self._owner, key)
        return row[0] if row else None

    async def put(self, key: str, value: bytes, *, if_absent: bool = False) -> bool:
        sql = f"INSERT OR {'IGNORE' if if_absent else 'REPLACE'} INTO key_values VALUES (?, ?, ?)"
        return await self._change(sql, self._owner, key, value)

    async def delete(self, key: str) -> None:
        await self._change("DELETE FROM key_values WHERE owner = ? AND key = ?", self._owner, key)

    async def scan(self, prefix: str, *, after: str = "", last: int | None = None) -> Sequence[tuple[str, bytes]]:
        newest = "" if last is None else f" DESC LIMIT {last:d}"
        sql = f"""SELECT key, value FROM key_values WHERE owner = ? AND key >= ? AND key < ? AND key > ?
                  ORDER BY key{newest}"""
        rows = await self._rows(sql, self._owner, prefix, prefix + "\U0010ffff", after)
        return rows[::-1] if last is not None else rows
