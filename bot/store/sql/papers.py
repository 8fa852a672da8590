"""Papers and the lists they are on."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from msgspec.structs import replace

from bot.papers.merge import merge
from bot.papers.model import Listing, Paper, PaperId
from bot.store.records import Fetch, ListedPaper, PaperChange, StoreCounts
from bot.store.sql.codec import marks, moment, pack, record, stamp, unpack
from bot.store.sql.engine import Database, OnEngine

_INSERT = "INSERT INTO papers(published, upvotes, text_hash, doc, seq, id) VALUES (?, ?, ?, ?, ?, ?)"
_UPDATE = "UPDATE papers SET published = ?, upvotes = ?, text_hash = ?, doc = ? WHERE seq = ?"


class Papers(OnEngine):
    """Papers, the lists they are on, and how they change."""

    async def add_listings(self, listings: Sequence[Listing], at: datetime) -> StoreCounts:
        """Merge papers with what is known of them (`bot.papers.merge`), and record the lists they are on."""
        return await self._engine.write(lambda db: _keep(db, listings, at))

    async def get_papers(self, ids: Collection[PaperId]) -> dict[PaperId, Paper]:
        return await self._engine.read(lambda db: {id: paper for id, _, paper in _known(db, ids)})

    async def listed_between(self, sources: Collection[str], first: date, last: date) -> list[ListedPaper]:
        """What the sources listed from `first` to `last`, both included; in order of day, then upvotes."""
        sql = f"""SELECT source, day, seen, doc FROM listings JOIN papers USING (seq)
                  WHERE source IN ({marks(len(sources))}) AND day BETWEEN ? AND ?
                  ORDER BY day, upvotes DESC, id"""
        return [_listed(row) for row in await self._rows(sql, *sources, first.isoformat(), last.isoformat())]

    async def most_upvoted(self, sources: Collection[str], first: date, last: date, limit: int) -> list[ListedPaper]:
        """The most upvoted of what was listed in these days, best first, each once with its newest day."""
        sql = f"""SELECT source, day, seen, doc FROM (
                    SELECT *, row_number() OVER (PARTITION BY seq ORDER BY day DESC, source) AS rank FROM listings
                    WHERE source IN ({marks(len(sources))}) AND day BETWEEN ? AND ?) AS lists
                  JOIN papers USING (seq) WHERE rank = 1
                  ORDER BY upvotes DESC, day DESC, published DESC NULLS LAST, id LIMIT ?"""
        return [_listed(row) for row in await self._rows(sql, *sources, first.isoformat(), last.isoformat(), limit)]

    async def count_listed(self, sources: Collection[str], first: date, last: date) -> int:
        """How many papers were listed in these days."""
        sql = f"""SELECT count(DISTINCT seq) FROM listings
                  WHERE source IN ({marks(len(sources))}) AND day BETWEEN ? AND ?"""
        return await self._number(sql, *sources, first.isoformat(), last.isoformat())

    async def lists_featuring(self, ids: Collection[PaperId]) -> dict[PaperId, list[ListedPaper]]:
        """The lists that these papers are on, newest first."""
        found: dict[PaperId, list[ListedPaper]] = {}
        sql = f"""SELECT source, day, seen, doc FROM papers JOIN listings USING (seq)
                  WHERE id IN ({marks(len(ids))}) ORDER BY day DESC, source"""
        for row in await self._rows(sql, *ids):
            listed = _listed(row)
            found.setdefault(listed.paper.id, []).append(listed)
        return found

    async def next_listed_day(self, sources: Collection[str], day: date) -> date | None:
        """The next day with a list."""
        sql = f"SELECT min(day) FROM listings WHERE source IN ({marks(len(sources))}) AND day > ?"
        ((found,),) = await self._rows(sql, *sources, day.isoformat())
        return date.fromisoformat(found) if found else None

    async def listed_days(
        self, sources: Collection[str], *, limit: int = 30, until: date | None = None
    ) -> list[tuple[date, int]]:
        """The newest days with a list, up to `until`, and how many papers each has."""
        sql = f"""SELECT day, count(DISTINCT seq) FROM listings WHERE source IN ({marks(len(sources))}) AND day <= ?
                  GROUP BY day ORDER BY day DESC LIMIT ?"""
        rows = await self._rows(sql, *sources, (until or date.max).isoformat(), limit)
        return [(date.fromisoformat(day), count) for day, count in rows]

    async def featured_since(self, id: PaperId, sources: Collection[str], first: date) -> list[tuple[str, date]]:
        """The lists of these sources from `first` on that a paper is on, newest first."""
        sql = f"""SELECT source, day FROM listings WHERE source IN ({marks(len(sources))}) AND day >= ?
                  AND seq = (SELECT seq FROM papers WHERE id = ?) ORDER BY day DESC, source"""
        rows = await self._rows(sql, *sources, first.isoformat(), id)
        return [(source, date.fromisoformat(day)) for source, day in rows]

    async def newest_ids(self, limit: int, *, offset: int = 0) -> list[PaperId]:
        """The papers published last."""
        sql = "SELECT id FROM papers ORDER BY published DESC NULLS LAST, seq DESC LIMIT ? OFFSET ?"
        return [id for (id,) in await self._rows(sql, limit, offset)]

    async def changes_since(self, seq: int, limit: int) -> list[PaperChange]:
        """The first `limit` changes after number `seq`, in commit order: papers that are new, changed or deleted, and
        counts of votes at a source. Of a paper that changed several times, only the newest is there."""
        sql = """SELECT c.seq, c.paper, p.doc FROM paper_changes c LEFT JOIN papers p ON p.id = c.paper
                 WHERE c.seq > ? ORDER BY c.seq LIMIT ?"""
        rows = await self._rows(sql, seq, limit)
        return [PaperChange(seq, id, unpack(doc, Paper) if doc else None) for seq, id, doc in rows]

    async def last_change(self) -> int:
        """The number of the newest change; 0 when there was none."""
        return await self._number("SELECT coalesce(max(seq), 0) FROM paper_changes")

    async def count_papers(self) -> int:
        return await self._number("SELECT count(*) FROM papers")

    async def record_fetch(self, fetch: Fetch) -> None:
        sql = """INSERT INTO fetches AS f(source, day, at, error, grew, good)
                 VALUES (?1, ?2, ?3, ?4, ?5, iif(?4 = '', 1, 0))
                 ON CONFLICT (source, day) DO UPDATE SET at = excluded.at, error = excluded.error,
                   grew = coalesce(excluded.grew, f.grew), good = max(f.good, excluded.good)"""
        grew = stamp(fetch.last_grew) if fetch.last_grew else None
        await self._change(sql, fetch.source, fetch.day.isoformat(), stamp(fetch.at), fetch.error, grew)

    async def last_fetches(self) -> list[Fetch]:
        """The last fetch of each source, of its newest day."""
        sql = """SELECT source, day, at, error, grew, (
                   SELECT max(day) FROM fetches g WHERE g.source = f.source AND (g.error = '' OR g.good = 1)
                 ) FROM fetches f WHERE day = (SELECT max(day) FROM fetches n WHERE n.source = f.source)
                 ORDER BY source"""
        return [record(row, Fetch) for row in await self._rows(sql)]


def _listed(row: tuple[Any, ...]) -> ListedPaper:
    source, day, seen, doc = row
    return ListedPaper(paper=unpack(doc, Paper), source=source, day=date.fromisoformat(day), first_seen=moment(seen))


def _keep(db: Database, listings: Sequence[Listing], at: datetime) -> StoreCounts:
    known = {id: (seq, paper) for id, seq, paper in _known(db, {item.paper.id for item in listings})}
    before = {id: paper for id, (_, paper) in known.items()}
    fresh: dict[PaperId, Paper] = {}
    for item in listings:
        paper = replace(item.paper, as_of=item.day)
        old = fresh.get(paper.id) or before.get(paper.id)
        fresh[paper.id] = merge(old, paper) if old else paper
    new = [paper for id, paper in fresh.items() if id not in before]
    changed = [paper for id, paper in fresh.items() if id in before and paper != before[id]]
    seqs = {id: seq for id, (seq, _) in known.items()} | _insert(db, new)
    db.executemany(_UPDATE, ((*_columns(paper), seqs[paper.id]) for paper in changed))
    rows = ((item.source, item.day.isoformat(), seqs[item.paper.id], stamp(at)) for item in listings)
    db.executemany("INSERT OR IGNORE INTO listings VALUES (?, ?, ?, ?)", rows)
    return StoreCounts(
        new=len(new),
        changed=len(changed),
        unchanged=len(listings) - len(new) - len(changed),
        changed_ids=tuple(paper.id for paper in changed),
    )


def _known(db: Database, ids: Collection[PaperId]) -> Iterable[tuple[PaperId, int, Paper]]:
    wanted = list(ids)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        sql = f"SELECT id, seq, doc FROM papers WHERE id IN ({marks(len(part))})"
        for id, seq, doc in db.execute(sql, part).fetchall():
            yield id, seq, unpack(doc, Paper)


def _insert(db: Database, papers: Sequence[Paper]) -> dict[PaperId, int]:
    first = db.execute("SELECT coalesce(max(seq), 0) + 1 FROM papers").fetchone()[0]
    seqs = {paper.id: first + n for n, paper in enumerate(papers)}
    db.executemany(_INSERT, ((*_columns(paper), seqs[paper.id], paper.id) for paper in papers))
    return seqs


def _columns(paper: Paper) -> tuple[object, ...]:
    return (stamp(paper.published) if paper.published else None, paper.counts.upvotes, paper.fingerprint, pack(paper))
