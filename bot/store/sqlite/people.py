"""What people keep for themselves."""

from __future__ import annotations

from datetime import datetime

from bot.papers.model import PaperId
from bot.store.sqlite.codec import stamp
from bot.store.sqlite.engine import OnEngine


class SqlitePeople(OnEngine):
    """Implements `bot.store.protocol.People`."""

    async def save_paper(self, person: str, paper: PaperId, at: datetime, *, cause: str | None = None) -> bool:
        return await self._changed(
            "INSERT OR IGNORE INTO saved_papers VALUES (?, ?, ?)", person, paper, stamp(at), cause=cause
        )

    async def unsave_paper(self, person: str, paper: PaperId, *, cause: str | None = None) -> bool:
        return await self._changed(
            "DELETE FROM saved_papers WHERE person = ? AND paper = ?", person, paper, cause=cause
        )

    async def saved_papers(self, person: str, *, limit: int = 100, offset: int = 0) -> list[PaperId]:
        sql = "SELECT paper FROM saved_papers WHERE person = ? ORDER BY at DESC, paper LIMIT ? OFFSET ?"
        rows = await self._engine.read(lambda db: db.execute(sql, (person, limit, offset)).fetchall())
        return [paper for (paper,) in rows]

    async def follow_topic(self, person: str, topic: str, at: datetime, *, cause: str | None = None) -> bool:
        return await self._changed(
            "INSERT OR IGNORE INTO followed_topics VALUES (?, ?, ?)", person, topic, stamp(at), cause=cause
        )

    async def unfollow_topic(self, person: str, topic: str, *, cause: str | None = None) -> bool:
        return await self._changed(
            "DELETE FROM followed_topics WHERE person = ? AND topic = ?", person, topic, cause=cause
        )

    async def followed_topics(self, person: str) -> list[str]:
        sql = "SELECT topic FROM followed_topics WHERE person = ? ORDER BY at, topic"
        rows = await self._engine.read(lambda db: db.execute(sql, (person,)).fetchall())
        return [topic for (topic,) in rows]

    async def enable_taste(self, person: str, at: datetime, *, cause: str | None = None) -> bool:
        return await self._changed(
            "INSERT OR IGNORE INTO personal_tastes VALUES (?, ?)", person, stamp(at), cause=cause
        )

    async def disable_taste(self, person: str, *, cause: str | None = None) -> bool:
        return await self._changed("DELETE FROM personal_tastes WHERE person = ?", person, cause=cause)

    async def has_taste(self, person: str) -> bool:
        sql = "SELECT 1 FROM personal_tastes WHERE person = ?"
        return await self._engine.read(lambda db: db.execute(sql, (person,)).fetchone()) is not None

    async def _changed(self, sql: str, *bound: str, cause: str | None) -> bool:
        return await self._engine.write(lambda db: bool(db.execute(sql, bound).rowcount), cause=cause)
