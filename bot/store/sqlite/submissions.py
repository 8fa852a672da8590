"""Papers that people added to the list of their community: who and why, beside the list itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import date, datetime

from bot.papers.community import Submission, community_list
from bot.papers.model import PaperId
from bot.store.sqlite.codec import marks, moment, stamp
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
        wanted = list(ids)
        found = await self._where(f"tenant = ? AND paper IN ({marks(len(wanted))})", tenant, *wanted)
        return {submission.paper: submission for submission in found}

    async def submitted_since(self, first: date) -> list[Submission]:
        return await self._where("at >= ?", first.isoformat())

    async def count_submitted(self, tenant: str, since: datetime, *, person: str = "") -> int:
        sql = "SELECT count(*) FROM submissions WHERE tenant = ?1 AND at >= ?2 AND (?3 = '' OR person = ?3)"
        bound = (tenant, stamp(since), person)
        return await self._engine.read(lambda db: int(db.execute(sql, bound).fetchone()[0]))

    async def _where(self, condition: str, *bound: str) -> list[Submission]:
        sql = f"SELECT tenant, paper, person, why, at FROM submissions WHERE {condition} ORDER BY at, paper"
        rows = await self._engine.read(lambda db: db.execute(sql, bound).fetchall())
        return [
            Submission(tenant=tenant, paper=paper, person=person, why=why, at=moment(at))
            for tenant, paper, person, why, at in rows
        ]
