"""Embeddings, as bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from bot.papers.model import Paper, PaperId
from bot.store.sqlite.engine import Engine
from bot.store.sqlite.moments import unpack

CHUNK = 5_000  # rows a read: about 2 MB, so that no read holds others up


class SqliteVectors:
    """Implements `bot.store.protocol.Vectors`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def keep(self, model: str, vectors: Mapping[PaperId, tuple[int, bytes]]) -> None:
        # Replaced, not updated: the new sequence number tells readers to take it up again.
        sql = """INSERT OR REPLACE INTO vectors(model, paper, text_hash, vector)
                 SELECT ?, seq, ?, ? FROM papers WHERE id = ?"""
        rows = [(model, hash, vector, id) for id, (hash, vector) in vectors.items()]
        await self._engine.write(lambda db: db.executemany(sql, rows))

    async def missing(self, model: str, limit: int) -> list[Paper]:
        sql = """SELECT p.doc FROM papers p LEFT JOIN vectors v ON v.paper = p.seq AND v.model = ?
                 WHERE v.seq IS NULL OR v.text_hash != p.text_hash ORDER BY p.seq DESC LIMIT ?"""
        rows = await self._engine.read(lambda db: db.execute(sql, (model, limit)).fetchall())
        return [unpack(doc, Paper) for (doc,) in rows]

    async def load(self, model: str, *, after: int = 0) -> AsyncIterator[list[tuple[int, PaperId, bytes]]]:
        sql = """SELECT v.seq, p.id, v.vector FROM vectors v JOIN papers p ON p.seq = v.paper
                 WHERE v.seq > ? AND v.model = ? ORDER BY v.seq LIMIT ?"""
        while True:
            bound = (after, model, CHUNK)
            rows = await self._engine.read(lambda db, bound=bound: db.execute(sql, bound).fetchall())  # type: ignore[misc]
            if not rows:
                return
            yield rows
            after = rows[-1][0]

    async def counts(self, model: str) -> tuple[int, int]:
        sql = """SELECT (SELECT count(*) FROM vectors v JOIN papers p ON p.seq = v.paper
                         WHERE v.model = ? AND v.text_hash = p.text_hash), (SELECT count(*) FROM papers)"""
        have, all = await self._engine.read(lambda db: db.execute(sql, (model,)).fetchone())
        return int(have), int(all)
