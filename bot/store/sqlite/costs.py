"""What models did, in tokens, and what it cost."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime

from bot.store.records import Spending
from bot.store.sqlite.codec import stamp
from bot.store.sqlite.engine import Engine

_ADD = """
INSERT INTO model_costs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (day, model, batch) DO UPDATE SET
  requests = requests + excluded.requests, input = input + excluded.input, output = output + excluded.output,
  cache_read = cache_read + excluded.cache_read, cache_write = cache_write + excluded.cache_write,
  cost = cost + excluded.cost
"""


class SqliteCosts:
    """Implements `bot.store.protocol.Costs`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def add_spending(self, spent: Spending) -> None:
        await self._engine.write(lambda db: add(db, spent))

    async def spending_since(self, first: date) -> list[Spending]:
        sql = "SELECT * FROM model_costs WHERE day >= ? ORDER BY day, model, batch"
        rows = await self._engine.read(lambda db: db.execute(sql, (first.isoformat(),)).fetchall())
        return [_spent(row) for row in rows]

    async def pending_batch_cost(self) -> float:
        rows = await self._engine.read(
            lambda db: db.execute("SELECT total(estimated_cost) FROM summary_batches").fetchall()
        )
        return float(rows[0][0])

    async def mark_notified(self, what: str, at: datetime) -> bool:
        sql = "INSERT OR IGNORE INTO notices VALUES (?, ?)"
        return bool(await self._engine.write(lambda db: db.execute(sql, (what, stamp(at))).rowcount))


def add(db: sqlite3.Connection, spent: Spending) -> None:
    """Within the caller's transaction."""
    x = spent
    counts = (x.requests, x.input, x.output, x.cache_read, x.cache_write, x.cost)
    db.execute(_ADD, (x.day.isoformat(), x.model, x.batch, *counts))


def _spent(row: tuple[str, str, int, int, int, int, int, int, float]) -> Spending:
    day, model, batch, requests, input, output, cache_read, cache_write, cost = row
    return Spending(
        day=date.fromisoformat(day),
        model=model,
        batch=bool(batch),
        requests=requests,
        input=input,
        output=output,
        cache_read=cache_read,
        cache_write=cache_write,
        cost=cost,
    )
