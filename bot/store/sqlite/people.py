"""What people save, follow and submit, and the keys of programs, of which only digests are stored."""

import sqlite3
from collections.abc import Collection
from datetime import date, datetime

from bot.chat.catalog import ApiClient
from bot.papers.community import Submission, community_list
from bot.papers.model import PaperId
from bot.store.sqlite.codec import marks, record, stamp
from bot.store.sqlite.engine import OnEngine

_LIST = "INSERT OR IGNORE INTO listings SELECT ?, ?, seq, ? FROM papers WHERE id = ?"
_UNLIST = "DELETE FROM listings WHERE source = ? AND seq = (SELECT seq FROM papers WHERE id = ?)"


class SqliteSubmissions(OnEngine):
    """Implements `bot.store.protocol.Submissions`."""

    async def add_submission(self, submission: Submission, *, cause: str | None = None) -> bool:
        row = (submission.tenant, submission.paper, submission.person, submission.why, stamp(submission.at))

        def work(db: sqlite3.Connection) -> bool:
            new = db.execute("INSERT OR IGNORE INTO submissions VALUES (?, ?, ?, ?, ?)", row).rowcount
            if new:
                day = stamp(submission.at)[:10]
                db.execute(_LIST, (community_list(submission.tenant), day, stamp(submission.at), submission.paper))
            return bool(new)

        return await self._engine.write(work, cause=cause)

    async def remove_submission(self, tenant: str, paper: PaperId, *, cause: str | None = None) -> bool:
        def work(db: sqlite3.Connection) -> bool:
            db.execute(_UNLIST, (community_list(tenant), paper))
            gone = db.execute("DELETE FROM submissions WHERE tenant = ? AND paper = ?", (tenant, paper))
            return bool(gone.rowcount)

        return await self._engine.write(work, cause=cause)

    async def for_papers(self, tenant: str, ids: Collection[PaperId]) -> dict[PaperId, Submission]:
        found = await self._where(f"tenant = ? AND paper IN ({marks(len(ids))})", tenant, *ids)
        return {submission.paper: submission for submission in found}

    async def submitted_since(self, first: date) -> list[Submission]:
        return await self._where("at >= ?", first.isoformat())

    async def count_submitted(self, tenant: str, since: datetime, *, person: str = "") -> int:
        sql = "SELECT count(*) FROM submissions WHERE tenant = ?1 AND at >= ?2 AND (?3 = '' OR person = ?3)"
        return await self._number(sql, tenant, stamp(since), person)

    async def _where(self, condition: str, *bound: str) -> list[Submission]:
        sql = f"SELECT tenant, paper, person, why, at FROM submissions WHERE {condition} ORDER BY at, paper"
        return [record(row, Submission) for row in await self._rows(sql, *bound)]


class SqliteApiKeys(OnEngine):
    """Implements `bot.store.protocol.ApiKeys`."""

    async def add_key(self, name: str, digest: str, at: datetime) -> bool:
        return await self._change("INSERT OR IGNORE INTO api_keys VALUES (?, ?, ?)", digest, name, stamp(at))

    async def by_digest(self, digest: str) -> ApiClient | None:
        row = await self._row("SELECT name, made FROM api_keys WHERE digest = ?", digest)
        return record(row, ApiClient) if row else None

    async def all_keys(self) -> list[ApiClient]:
        rows = await self._rows("SELECT name, made FROM api_keys ORDER BY name")
        return [record(row, ApiClient) for row in rows]

    async def remove_key(self, name: str) -> bool:
        return await self._change("DELETE FROM api_keys WHERE name = ?", name)


class SqlitePeople(OnEngine):
    """Implements `bot.store.protocol.People`."""

    async def save_paper(self, person: str, paper: PaperId, at: datetime, *, cause: str | None = None) -> bool:
        return await self._change(
            "INSERT OR IGNORE INTO saved_papers VALUES (?, ?, ?)", person, paper, stamp(at), cause=cause
        )

    async def unsave_paper(self, person: str, paper: PaperId, *, cause: str | None = None) -> bool:
        return await self._change("DELETE FROM saved_papers WHERE person = ? AND paper = ?", person, paper, cause=cause)

    async def saved_papers(self, person: str, *, limit: int = 100, offset: int = 0) -> list[PaperId]:
        sql = "SELECT paper FROM saved_papers WHERE person = ? ORDER BY at DESC, paper LIMIT ? OFFSET ?"
        return [paper for (paper,) in await self._rows(sql, person, limit, offset)]

    async def follow_topic(self, person: str, topic: str, at: datetime, *, cause: str | None = None) -> bool:
        return await self._change(
            "INSERT OR IGNORE INTO followed_topics VALUES (?, ?, ?)", person, topic, stamp(at), cause=cause
        )

    async def unfollow_topic(self, person: str, topic: str, *, cause: str | None = None) -> bool:
        return await self._change(
            "DELETE FROM followed_topics WHERE person = ? AND topic = ?", person, topic, cause=cause
        )

    async def followed_topics(self, person: str) -> list[str]:
        sql = "SELECT topic FROM followed_topics WHERE person = ? ORDER BY at, topic"
        return [topic for (topic,) in await self._rows(sql, person)]

    async def enable_taste(self, person: str, at: datetime, *, cause: str | None = None) -> bool:
        return await self._change("INSERT OR IGNORE INTO personal_tastes VALUES (?, ?)", person, stamp(at), cause=cause)

    async def disable_taste(self, person: str, *, cause: str | None = None) -> bool:
        return await self._change("DELETE FROM personal_tastes WHERE person = ?", person, cause=cause)

    async def has_taste(self, person: str) -> bool:
        return await self._row("SELECT 1 FROM personal_tastes WHERE person = ?", person) is not None
