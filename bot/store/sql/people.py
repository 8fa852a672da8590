"""What people save, follow and submit, and the keys of programs, of which only digests are stored."""

from collections.abc import Collection
from datetime import date, datetime

from bot.chat.catalog import ApiClient
from bot.papers.community import Submission, community_list
from bot.papers.model import PaperId
from bot.store.records import PaperNote
from bot.store.sql.codec import marks, record, stamp
from bot.store.sql.engine import Database, OnEngine

_LIST = "INSERT OR IGNORE INTO listings SELECT ?, ?, seq, ? FROM papers WHERE id = ?"
_UNLIST = "DELETE FROM listings WHERE source = ? AND seq = (SELECT seq FROM papers WHERE id = ?)"


class Submissions(OnEngine):
    """Papers that people added to the list of their community (`bot.papers.community`)."""

    async def add_submission(self, submission: Submission, *, cause: str | None = None) -> bool:
        """Put a stored paper on its tenant's list of the day; False, without effect, if it was submitted before."""
        row = (submission.tenant, submission.paper, submission.person, submission.why, stamp(submission.at))

        def work(db: Database) -> bool:
            new = db.execute("INSERT OR IGNORE INTO submissions VALUES (?, ?, ?, ?, ?)", row).rowcount
            if new:
                day = stamp(submission.at)[:10]
                db.execute(_LIST, (community_list(submission.tenant), day, stamp(submission.at), submission.paper))
            return bool(new)

        return await self._engine.write(work, cause=cause)

    async def remove_submission(self, tenant: str, paper: PaperId, *, cause: str | None = None) -> bool:
        """Take it off the list; False if it wasn't on it."""

        def work(db: Database) -> bool:
            db.execute(_UNLIST, (community_list(tenant), paper))
            gone = db.execute("DELETE FROM submissions WHERE tenant = ? AND paper = ?", (tenant, paper))
            return bool(gone.rowcount)

        return await self._engine.write(work, cause=cause)

    async def for_papers(self, tenant: str, ids: Collection[PaperId]) -> dict[PaperId, Submission]:
        found = await self._where(f"tenant = ? AND paper IN ({marks(len(ids))})", tenant, *ids)
        return {submission.paper: submission for submission in found}

    async def submitted_since(self, first: date) -> list[Submission]:
        """Those of all tenants from that day on, oldest first."""
        return await self._where("at >= ?", first.isoformat())

    async def count_submitted(self, tenant: str, since: datetime, *, person: str = "") -> int:
        """How many papers a tenant, or one person of it, submitted since then."""
        sql = "SELECT count(*) FROM submissions WHERE tenant = ?1 AND at >= ?2 AND (?3 = '' OR person = ?3)"
        return await self._number(sql, tenant, stamp(since), person)

    async def _where(self, condition: str, *bound: str) -> list[Submission]:
        sql = f"SELECT tenant, paper, person, why, at FROM submissions WHERE {condition} ORDER BY at, paper"
        return [record(row, Submission) for row in await self._rows(sql, *bound)]


class ApiKeys(OnEngine):
    """Programs with a key for the API. Only the digest of a key is stored."""

    async def add_key(self, name: str, digest: str, at: datetime) -> bool:
        """False if there is one of that name."""
        return await self._change("INSERT OR IGNORE INTO api_keys VALUES (?, ?, ?)", digest, name, stamp(at))

    async def by_digest(self, digest: str) -> ApiClient | None:
        row = await self._row("SELECT name, made FROM api_keys WHERE digest = ?", digest)
        return record(row, ApiClient) if row else None

    async def all_keys(self) -> list[ApiClient]:
        """By name."""
        rows = await self._rows("SELECT name, made FROM api_keys ORDER BY name")
        return [record(row, ApiClient) for row in rows]

    async def remove_key(self, name: str) -> bool:
        """False if there was none."""
        return await self._change("DELETE FROM api_keys WHERE name = ?", name)


class People(OnEngine):
    """What people keep for themselves; `person` is `Person.key`."""

    async def save_paper(self, person: str, paper: PaperId, at: datetime, *, cause: str | None = None) -> bool:
        """False if it was saved already."""
        return await self._change(
            "INSERT OR IGNORE INTO saved_papers VALUES (?, ?, ?)", person, paper, stamp(at), cause=cause
        )

    async def unsave_paper(self, person: str, paper: PaperId, *, cause: str | None = None) -> bool:
        return await self._change("DELETE FROM saved_papers WHERE person = ? AND paper = ?", person, paper, cause=cause)

    async def saved_papers(self, person: str, *, limit: int = 100, offset: int = 0) -> list[PaperId]:
        """Newest first."""
        sql = "SELECT paper FROM saved_papers WHERE person = ? ORDER BY at DESC, paper LIMIT ? OFFSET ?"
        return [paper for (paper,) in await self._rows(sql, person, limit, offset)]

    async def add_to_list(
        self, owner: str, name: str, paper: PaperId, person: str, at: datetime, *, cause: str | None = None
    ) -> bool:
        """Add a paper to a list of a person (`Person.key`) or a channel (`Place.list_owner`), which begins with its
        first paper. False if it was on it already."""
        sql = "INSERT OR IGNORE INTO list_papers VALUES (?, ?, ?, ?, ?)"
        return await self._change(sql, owner, name, paper, person, stamp(at), cause=cause)

    async def remove_from_list(
        self, owner: str, name: str, paper: PaperId, *, added_by: str = "", cause: str | None = None
    ) -> bool:
        """Remove it; with `added_by` only if this person added it. False if nothing was removed."""
        sql = "DELETE FROM list_papers WHERE owner = ? AND name = ? AND paper = ? AND ? IN (person, '')"
        return await self._change(sql, owner, name, paper, added_by, cause=cause)

    async def lists_of(self, owner: str) -> dict[str, int]:
        """The names of the lists, in order, each with its number of papers."""
        sql = "SELECT name, count(*) FROM list_papers WHERE owner = ? GROUP BY name ORDER BY name"
        return dict(await self._rows(sql, owner))

    async def papers_on_list(self, owner: str, name: str, *, limit: int) -> list[PaperId]:
        """Newest first."""
        sql = "SELECT paper FROM list_papers WHERE owner = ? AND name = ? ORDER BY at DESC, paper LIMIT ?"
        return [paper for (paper,) in await self._rows(sql, owner, name, limit)]

    async def note_paper(
        self, person: str, paper: PaperId, *, text: str | None = None, is_read: bool | None = None, cause: str = ""
    ) -> None:
        """Write a note (empty: delete it), or mark a paper as read or to read; None leaves it as it is."""
        sql = """INSERT INTO paper_notes VALUES (?1, ?2, coalesce(?3, ''), coalesce(?4, 0)) ON CONFLICT (person, paper)
                 DO UPDATE SET text = coalesce(?3, paper_notes.text), is_read = coalesce(?4, paper_notes.is_read)"""
        await self._change(sql, person, paper, text, is_read, cause=cause or None)

    async def notes_of(self, person: str, ids: Collection[PaperId]) -> dict[PaperId, PaperNote]:
        sql = f"SELECT paper, text, is_read FROM paper_notes WHERE person = ? AND paper IN ({marks(len(ids))})"
        rows = await self._rows(sql, person, *ids)
        return {paper: PaperNote(text, bool(is_read)) for paper, text, is_read in rows if text or is_read}

    async def set_zotero_key(self, person: str, sealed: bytes) -> None:
        """Store a person's key for Zotero, sealed."""
        await self._change("INSERT OR REPLACE INTO zotero_keys VALUES (?, ?)", person, sealed)

    async def zotero_key(self, person: str) -> bytes | None:
        row = await self._row("SELECT sealed FROM zotero_keys WHERE person = ?", person)
        return bytes(row[0]) if row else None

    async def follow_topic(self, person: str, topic: str, at: datetime, *, cause: str | None = None) -> bool:
        return await self._change(
            "INSERT OR IGNORE INTO followed_topics VALUES (?, ?, ?)", person, topic, stamp(at), cause=cause
        )

    async def unfollow_topic(self, person: str, topic: str, *, cause: str | None = None) -> bool:
        return await self._change(
            "DELETE FROM followed_topics WHERE person = ? AND lower(topic) = lower(?)", person, topic, cause=cause
        )

    async def followed_topics(self, person: str) -> list[str]:
        """Oldest first."""
        sql = "SELECT topic FROM followed_topics WHERE person = ? ORDER BY at, topic"
        return [topic for (topic,) in await self._rows(sql, person)]

    async def enable_taste(self, person: str, at: datetime, *, cause: str | None = None) -> bool:
        """Let saved papers order this person's digests; False if they did already."""
        return await self._change("INSERT OR IGNORE INTO personal_tastes VALUES (?, ?)", person, stamp(at), cause=cause)

    async def disable_taste(self, person: str, *, cause: str | None = None) -> bool:
        return await self._change("DELETE FROM personal_tastes WHERE person = ?", person, cause=cause)

    async def has_taste(self, person: str) -> bool:
        return await self._row("SELECT 1 FROM personal_tastes WHERE person = ?", person) is not None
