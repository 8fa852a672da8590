"""Votes: marks are stored, ballots are counted."""

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.papers.model import PaperId, Tally
from bot.store.records import VoteMark
from bot.store.sql.codec import marks, stamp
from bot.store.sql.engine import Database, OnEngine

MAX_HEARD_STORED = 10_000  # changes of reactions by events, over all tenants

_MARK = "INSERT OR REPLACE INTO vote_marks VALUES (?, ?, ?, ?, ?, ?, ?)"
_UP = "count(CASE value WHEN 1 THEN 1 END)"
_DOWN = "count(CASE value WHEN -1 THEN 1 END)"


class Votes(OnEngine):
    """Votes: each reaction and press is a mark; a person's marks on a paper count as one ballot."""

    async def add_mark(self, mark: VoteMark, *, cause: str | None = None) -> None:
        def work(db: Database) -> None:
            db.execute(_MARK, _row(mark))
            _note_heard(db, mark.tenant, mark.person, mark.origin, mark.emoji)

        await self._engine.write(work, cause=cause)

    async def remove_mark(self, tenant: str, person: str, origin: str, emoji: str, *, cause: str | None = None) -> None:
        sql = "DELETE FROM vote_marks WHERE tenant = ? AND person = ? AND origin = ? AND emoji = ?"

        def work(db: Database) -> None:
            db.execute(sql, (tenant, person, origin, emoji))
            _note_heard(db, tenant, person, origin, emoji)

        await self._engine.write(work, cause=cause)

    async def last_heard(self) -> int:
        """The number of the newest change by `add_mark` or `remove_mark`, over all processes."""
        return await self._number("SELECT coalesce(max(number), 0) FROM heard_reactions")

    async def toggle_vote(self, mark: VoteMark, *, off: bool = False, cause: str | None = None) -> bool:
        """Set a button's mark, or take it back if it is set (`off`: in any case); True when the vote is set now.

        Taking it back outweighs every earlier mark of the person on that paper, also those that a recount finds
        again."""

        def work(db: Database) -> bool:
            sql = "SELECT 1 FROM {} WHERE tenant = ? AND person = ? AND paper = ? AND value = ?"
            own = (mark.tenant, mark.person, mark.paper, mark.value)
            counts = db.execute(sql.format("ballots"), own).fetchone()
            pressed = db.execute(f"{sql.format('vote_marks')} AND origin = ?", (*own, mark.origin)).fetchone()
            stands = off or bool(counts and pressed)
            # Taken back, the mark stays with the value 0: it is the latest, so the older ones do not count.
            db.execute(_MARK, (*_row(mark)[:5], 0 if stands else mark.value, stamp(mark.at)))
            return not stands

        return await self._engine.write(work, cause=cause)

    async def replace_marks(self, origin: str, marks: Sequence[VoteMark], *, heard: int) -> bool:
        """Replace all marks of one message by those the platform reports, except those that were added or removed
        after the change number `heard`; True when anything changed."""

        def work(db: Database) -> bool:
            sql = "SELECT person, emoji FROM heard_reactions WHERE number > ? AND origin = ?"
            newer = set(db.execute(sql, (heard, origin)).fetchall())
            sql = "SELECT tenant, person, paper, origin, emoji, value FROM vote_marks WHERE origin = ?"
            known = {row for row in db.execute(sql, (origin,)).fetchall() if (row[1], row[4]) not in newer}
            wanted = {_row(mark)[:6]: mark for mark in marks if (mark.person, mark.emoji) not in newer}
            if known == set(wanted):
                return False
            for row in known - set(wanted):
                where = "tenant = ? AND person = ? AND paper = ? AND origin = ? AND emoji = ?"
                db.execute(f"DELETE FROM vote_marks WHERE {where}", row[:5])
            db.executemany(_MARK, [_row(mark) for row, mark in wanted.items() if row not in known])
            return True

        return await self._engine.write(work)

    async def tallies_for(self, tenant: str, ids: Collection[PaperId]) -> dict[PaperId, Tally]:
        here = f"vote_marks WHERE tenant = ? AND paper IN ({marks(len(ids))})"
        return await self._tallies("person", here, tenant, *ids)

    async def tallies_everywhere(self, ids: Collection[PaperId]) -> dict[PaperId, Tally]:
        """The votes of all tenants; a person of two tenants has two."""
        everywhere = f"vote_marks INDEXED BY vote_marks_paper WHERE paper IN ({marks(len(ids))})"
        return await self._tallies("tenant, person", everywhere, *ids)

    async def _tallies(self, voter: str, counted: str, *bound: str) -> dict[PaperId, Tally]:
        # The window of the view would go over the whole tenant; the few papers asked for come first.
        sql = f"""WITH few AS (SELECT *, row_number() OVER (
                      PARTITION BY {voter}, paper
                      ORDER BY at DESC, origin = 'button' DESC, value DESC, origin, emoji) AS rank
                    FROM {counted})
                  SELECT paper, {_UP}, {_DOWN} FROM few WHERE rank = 1 AND value != 0 GROUP BY paper"""
        return {paper: Tally(up, down) for paper, up, down in await self._rows(sql, *bound)}

    async def papers_voted_since(self, since: datetime) -> set[PaperId]:
        """Papers with a vote cast or taken back anywhere since then."""
        sql = "SELECT DISTINCT paper FROM vote_marks WHERE at >= ?"
        return {paper for (paper,) in await self._rows(sql, stamp(since))}

    async def ballots_of(self, tenant: str, person: str, ids: Collection[PaperId]) -> dict[PaperId, int]:
        """A person's own ballots: +1 or −1."""
        sql = f"""SELECT paper, value FROM ballots
                  WHERE tenant = ? AND person = ? AND value != 0 AND paper IN ({marks(len(ids))})"""
        return dict(await self._rows(sql, tenant, person, *ids))

    async def count_by_platform(self) -> dict[str, int]:
        """Marks that aren't taken back, by platform."""
        sql = """SELECT substr(tenant, 1, instr(tenant, ':') - 1), count(*) FROM vote_marks
                 WHERE value != 0 GROUP BY 1"""
        return dict(await self._rows(sql))

    async def voted_in_tenants_since(self, since: datetime) -> list[tuple[str, PaperId]]:
        """Tenants and papers with a vote set or taken back since then."""
        return await self._rows("SELECT DISTINCT tenant, paper FROM vote_marks WHERE at >= ?", stamp(since))

    async def has_marks(self, tenant: str, marks: int) -> bool:
        """Whether a tenant has that many marks; cheap, however many there are."""
        sql = "SELECT 1 FROM vote_marks WHERE tenant = ? AND value != 0 LIMIT 1 OFFSET ?"
        return await self._row(sql, tenant, marks - 1) is not None

    async def top_papers(self, tenant: str, since: datetime | None, limit: int) -> list[tuple[PaperId, Tally]]:
        """Papers by up minus down of ballots cast since then, best first."""
        sql = f"""SELECT paper, {_UP}, {_DOWN} FROM ballots WHERE tenant = ? AND at >= ?
                  GROUP BY paper HAVING sum(value) > 0 ORDER BY sum(value) DESC, max(at) DESC, paper LIMIT ?"""
        rows = await self._rows(sql, tenant, stamp(since) if since else "", limit)
        return [(paper, Tally(up, down)) for paper, up, down in rows]


def _note_heard(db: Database, tenant: str, person: str, origin: str, emoji: str) -> None:
    """Number a change, for a recount under way. Only the newest are stored: a recount of one post takes seconds."""
    sql = "INSERT INTO heard_reactions(tenant, person, origin, emoji) VALUES (?, ?, ?, ?) RETURNING number"
    ((number,),) = db.execute(sql, (tenant, person, origin, emoji)).fetchall()
    db.execute("DELETE FROM heard_reactions WHERE number <= ?", (number - MAX_HEARD_STORED,))


def _row(mark: VoteMark) -> tuple[object, ...]:
    return (mark.tenant, mark.person, mark.paper, mark.origin, mark.emoji, mark.value, stamp(mark.at))
