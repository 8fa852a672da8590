"""Texts of whole papers, for some days."""

import zlib
from datetime import datetime

from attrs import define

from bot.papers.full_text import FullText
from bot.papers.model import PaperId
from bot.store.sql.codec import pack, stamp, unpack
from bot.store.sql.engine import Database, OnEngine

MOST_BYTES = 50_000_000  # of all texts, compressed: about a thousand papers
_TOO_MANY = """
DELETE FROM full_texts WHERE (paper, version) IN (
  SELECT paper, version FROM (
    SELECT paper, version, sum(size) OVER (ORDER BY until DESC, paper, version) AS total FROM full_texts) AS sums
  WHERE total > ?
)
"""


@define(eq=False)
class FullTexts(OnEngine):
    """Texts of whole papers, so that a second question needs no source; a bounded amount of them."""

    _most: int = MOST_BYTES

    async def get_text(self, paper: PaperId, version: int, now: datetime) -> FullText | None:
        sql = "SELECT doc FROM full_texts WHERE paper = ? AND version = ? AND until > ?"
        row = await self._row(sql, paper, version, stamp(now))
        return unpack(zlib.decompress(row[0]), FullText) if row else None

    async def store_text(self, paper: PaperId, version: int, text: FullText, *, now: datetime, until: datetime) -> None:
        """Store a text until then; if there are too many, those that expire first are dropped."""
        doc = zlib.compress(pack(text))

        def work(db: Database) -> None:
            db.execute("DELETE FROM full_texts WHERE until <= ?", (stamp(now),))
            row = (paper, version, stamp(until), len(doc), doc)
            db.execute("INSERT OR REPLACE INTO full_texts VALUES (?, ?, ?, ?, ?)", row)
            db.execute(_TOO_MANY, (self._most,))

        await self._engine.write(work)
