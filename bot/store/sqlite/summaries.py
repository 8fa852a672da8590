"""One-line summaries, and which of them are being requested from a model."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime

from bot.papers.model import PaperId
from bot.store.records import Spending, Summary, SummaryBatch, SummaryRequest
from bot.store.sqlite import costs
from bot.store.sqlite.codec import marks, pack, stamp, unpack
from bot.store.sqlite.engine import Engine

_KEY = "paper = ? AND version = ? AND language = ? AND model = ? AND prompt = ?"
_CLAIM = """
INSERT INTO summary_requests SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (
  SELECT 1 FROM summaries WHERE paper = ?1 AND version = ?2 AND language = ?3 AND model = ?4 AND prompt = ?5
)
ON CONFLICT DO UPDATE SET until = excluded.until WHERE summary_requests.until <= ?7
"""


class SqliteSummaries:
    """Implements `bot.store.protocol.Summaries`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def store_summaries(self, lines: Sequence[Summary]) -> None:
        if lines:
            await self._engine.write(lambda db: _keep(db, lines))

    async def for_papers(self, ids: Collection[PaperId], language: str = "en") -> dict[PaperId, list[Summary]]:
        wanted, found = list(ids), dict[PaperId, list[Summary]]()
        sql = f"""SELECT paper, doc FROM summaries WHERE paper IN ({marks(len(wanted))}) AND language = ?
                  ORDER BY made DESC"""
        rows = await self._engine.read(lambda db: db.execute(sql, (*wanted, language)).fetchall())
        for paper, doc in rows:
            found.setdefault(paper, []).append(unpack(doc, Summary))
        return found

    async def claim_requests(
        self, asked: Sequence[SummaryRequest], *, now: datetime, until: datetime
    ) -> list[SummaryRequest]:
        def work(db: sqlite3.Connection) -> list[SummaryRequest]:
            return [one for one in asked if db.execute(_CLAIM, (*_key(one), stamp(until), stamp(now))).rowcount]

        return await self._engine.write(work) if asked else []

    async def release_requests(self, asked: Sequence[SummaryRequest]) -> None:
        if asked:
            await self._engine.write(lambda db: _release(db, asked))

    async def record_batch(self, batch: SummaryBatch, *, until: datetime) -> None:
        def work(db: sqlite3.Connection) -> None:
            db.execute(
                "INSERT INTO summary_batches VALUES (?, '', ?, ?)", (batch.id, batch.estimated_cost, pack(batch))
            )
            db.executemany(
                "INSERT OR REPLACE INTO summary_requests VALUES (?, ?, ?, ?, ?, ?)",
                [(*_key(one), stamp(until)) for one in batch.requests],
            )

        await self._engine.write(work)

    async def claim_batches(self, *, now: datetime, until: datetime) -> list[SummaryBatch]:
        sql = "UPDATE summary_batches SET until = ? WHERE until <= ? RETURNING doc"
        if not await self._engine.read(lambda db: db.execute("SELECT 1 FROM summary_batches").fetchone()):
            return []
        rows = await self._engine.write(lambda db: db.execute(sql, (stamp(until), stamp(now))).fetchall())
        return sorted((unpack(doc, SummaryBatch) for (doc,) in rows), key=lambda batch: batch.sent)

    async def settle_batch(self, batch: SummaryBatch, lines: Sequence[Summary], spent: Spending | None) -> bool:
        def work(db: sqlite3.Connection) -> bool:
            if not db.execute("DELETE FROM summary_batches WHERE id = ?", (batch.id,)).rowcount:
                return False
            _keep(db, lines)
            _release(db, batch.requests)
            if spent:
                costs.add(db, spent)
            return True

        return await self._engine.write(work)


def _key(x: SummaryRequest | Summary) -> tuple[str, int, str, str, str]:
    return x.paper, x.version, x.language, x.model, x.prompt


def _keep(db: sqlite3.Connection, lines: Sequence[Summary]) -> None:
    """Store summaries; their requests are then done."""
    sql = "INSERT OR REPLACE INTO summaries VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    db.executemany(
        sql, [(x.paper, x.version, x.language, x.provenance, x.model, x.prompt, stamp(x.made), pack(x)) for x in lines]
    )
    _release(db, [line for line in lines if line.model])


def _release(db: sqlite3.Connection, asked: Sequence[SummaryRequest | Summary]) -> None:
    db.executemany(f"DELETE FROM summary_requests WHERE {_KEY}", [_key(one) for one in asked])
