"""One-line summaries."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.papers.model import PaperId
from bot.store.records import Line
from bot.store.sqlite.engine import Engine
from bot.store.sqlite.moments import marks, pack, stamp, unpack


class SqliteLines:
    """Implements `bot.store.protocol.Lines`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def keep(self, lines: Sequence[Line]) -> None:
        sql = "INSERT OR REPLACE INTO lines VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        rows = [
            (x.paper, x.version, x.language, x.provenance, x.model, x.prompt, stamp(x.made), pack(x)) for x in lines
        ]
        if rows:
            await self._engine.write(lambda db: db.executemany(sql, rows))

    async def of(self, ids: Collection[PaperId], language: str = "en") -> dict[PaperId, list[Line]]:
        wanted, found = list(ids), dict[PaperId, list[Line]]()
        sql = f"""SELECT paper, doc FROM lines WHERE paper IN ({marks(len(wanted))}) AND language = ?
                  ORDER BY made DESC"""
        rows = await self._engine.read(lambda db: db.execute(sql, (*wanted, language)).fetchall())
        for paper, doc in rows:
            found.setdefault(paper, []).append(unpack(doc, Line))
        return found
