"""Texts of whole papers, for some days."""

import sqlite3
import zlib
from datetime import datetime

from bot.papers.full_text import FullText
from bot.papers.model import PaperId
from bot.store.sqlite.codec import pack, stamp, unpack
from bot.store.sqlite.engine import Engine, OnEngine

MOST_BYTES = 50_000_000  # of all texts, compressed: about a thousand papers
_TOO_MANY = """
DELETE FROM full_texts WHERE rowid IN (
  SELECT rowid FROM (SELECT rowid, sum(size) OVER (ORDER BY until DESC, rowid DESC) AS total FROM full_texts)
  WHERE total > ?
)
"""


class SqliteFullTexts(OnEngine):
    """Implements `bot.store.protocol.FullTexts`."""

    def __init__(self, engine: Engine, most: int = MOST_BYTES) -> None:
        super().__init__(engine)
        self._most = most

    async def get_text(self, paper: PaperId, version: int, now: datetime) -> FullText | None:
        sql = "SELECT doc FROM full_texts WHERE paper = ? AND version = ? AND until > ?"
        row = await self._row(sql, paper, version, stamp(now))
        return unpack(zlib.decompress(row[0]), FullText) if row else None

    async def store_text(self, paper: PaperId, version: int, text: FullText, *, now: datetime, until: datetime) -> None:
        doc = zlib.compress(pack(text))

        def work(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM full_texts WHERE until <= ?", (stamp(now),))
            row = (paper, version, stamp(until), len(doc), doc)
            db.execute("INSERT OR REPLACE INTO full_texts VALUES (?, ?, ?, ?, ?)", row)
            db.execute(_TOO_MANY, (self._most,))

        await self._engine.write(work)
