"""Papers and the lists they are on."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from msgspec.structs import replace

from bot.analyzer import index_text
from bot.papers.filter import Filter, lab_words
from bot.papers.merge import merge
from bot.papers.model import Listing, Paper, PaperId
from bot.store.records import Fetch, ListedPaper, Scores, StoreCounts, TextQuery
from bot.store.sqlite import search
from bot.store.sqlite.codec import marks, moment, pack, stamp, unpack
from bot.store.sqlite.engine import Engine

_INSERT = """INSERT INTO papers(title, abstract, authors, keywords, published, upvotes, text_hash, doc, seq, id)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_UPDATE = """UPDATE papers SET title = ?, abstract = ?, authors = ?, keywords = ?, published = ?, upvotes = ?,
             text_hash = ?, doc = ? WHERE seq = ?"""
_UPDATE_COUNTS = "UPDATE papers SET published = ?, upvotes = ?, doc = ? WHERE seq = ?"  # leaves FTS alone


class SqlitePapers:
    """Implements `bot.store.protocol.Papers`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def add_listings(self, listings: Sequence[Listing], at: datetime) -> StoreCounts:
        return await self._engine.write(lambda db: _keep(db, listings, at))

    async def get_papers(self, ids: Collection[PaperId]) -> dict[PaperId, Paper]:
        wanted = list(ids)
        return await self._engine.read(lambda db: {id: paper for id, _, paper in _known(db, wanted)})

    async def listed_between(self, sources: Collection[str], first: date, last: date) -> list[ListedPaper]:
        sql = f"""SELECT source, day, seen, doc FROM listings JOIN papers USING (seq)
                  WHERE source IN ({marks(len(sources))}) AND day BETWEEN ? AND ?
                  ORDER BY day, upvotes DESC, id"""
        bound = (*sources, first.isoformat(), last.isoformat())
        return [_listed(row) for row in await self._rows(sql, bound)]

    async def most_upvoted(self, sources: Collection[str], first: date, last: date, limit: int) -> list[ListedPaper]:
        # SQLite takes the bare columns beside a lone max() from the row that has it.
        sql = f"""SELECT source, max(day), seen, doc FROM listings JOIN papers USING (seq)
                  WHERE source IN ({marks(len(sources))}) AND day BETWEEN ? AND ?
                  GROUP BY seq ORDER BY upvotes DESC, max(day) DESC, published DESC, id LIMIT ?"""
        bound = (*sources, first.isoformat(), last.isoformat(), limit)
        return [_listed(row) for row in await self._rows(sql, bound)]

    async def count_listed(self, sources: Collection[str], first: date, last: date) -> int:
        sql = f"""SELECT count(DISTINCT seq) FROM listings
                  WHERE source IN ({marks(len(sources))}) AND day BETWEEN ? AND ?"""
        rows = await self._rows(sql, (*sources, first.isoformat(), last.isoformat()))
        return int(rows[0][0])

    async def lists_featuring(self, ids: Collection[PaperId]) -> dict[PaperId, list[ListedPaper]]:
        wanted, found = list(ids), dict[PaperId, list[ListedPaper]]()
        sql = f"""SELECT source, day, seen, doc FROM papers JOIN listings USING (seq)
                  WHERE id IN ({marks(len(wanted))}) ORDER BY day DESC, source"""
        for row in await self._rows(sql, wanted):
            listed = _listed(row)
            found.setdefault(listed.paper.id, []).append(listed)
        return found

    async def next_listed_day(self, sources: Collection[str], day: date) -> date | None:
        sql = f"SELECT min(day) FROM listings WHERE source IN ({marks(len(sources))}) AND day > ?"
        ((found,),) = await self._rows(sql, (*sources, day.isoformat()))
        return date.fromisoformat(found) if found else None

    async def listed_days(
        self, sources: Collection[str], *, limit: int = 30, until: date | None = None
    ) -> list[tuple[date, int]]:
        sql = f"""SELECT day, count(DISTINCT seq) FROM listings WHERE source IN ({marks(len(sources))}) AND day <= ?
                  GROUP BY day ORDER BY day DESC LIMIT ?"""
        bound = (*sources, (until or date.max).isoformat(), limit)
        return [(date.fromisoformat(day), count) for day, count in await self._rows(sql, bound)]

    async def featured_since(self, id: PaperId, sources: Collection[str], first: date) -> list[tuple[str, date]]:
        sql = f"""SELECT source, day FROM listings WHERE source IN ({marks(len(sources))}) AND day >= ?
                  AND seq = (SELECT seq FROM papers WHERE id = ?) ORDER BY day DESC, source"""
        bound = (*sources, first.isoformat(), id)
        rows = await self._engine.read(lambda db: db.execute(sql, bound).fetchall())
        return [(source, date.fromisoformat(day)) for source, day in rows]

    async def match_all_words(self, match: TextQuery, filter: Filter, limit: int) -> Scores:
        return await self._engine.read(lambda db: search.match(db, match, filter, limit, every=True))

    async def match_any_word(self, match: TextQuery, filter: Filter, limit: int) -> Scores:
        return await self._engine.read(lambda db: search.match(db, match, filter, limit, every=False))

    async def keep_matching(self, match: TextQuery, ids: Collection[PaperId]) -> set[PaperId]:
        return await self._engine.read(lambda db: search.keep_matching(db, match, ids))

    async def newest_ids(
        self, filter: Filter, limit: int, *, offset: int = 0, match: TextQuery | None = None
    ) -> list[PaperId]:
        return await self._engine.read(lambda db: search.newest(db, filter, limit, offset, match))

    async def keep_passing(self, ids: Collection[PaperId], filter: Filter) -> set[PaperId]:
        wanted = list(ids)
        return await self._engine.read(lambda db: search.keep_passing(db, wanted, filter))

    async def complete_title(self, start: str, limit: int) -> list[str]:
        return await self._engine.read(lambda db: search.complete_title(db, start, limit))

    async def similar_terms(self, word: str, limit: int = 5) -> list[str]:
        return await self._engine.read(lambda db: search.similar_terms(db, word, limit))

    async def count_papers(self) -> int:
        return await self._engine.read(lambda db: int(db.execute("SELECT count(*) FROM papers").fetchone()[0]))

    async def record_fetch(self, fetch: Fetch) -> None:
        sql = """INSERT INTO fetches(source, day, at, error, grew, good) VALUES (?, ?, ?, ?, ?, ?4 = '')
                 ON CONFLICT DO UPDATE SET at = excluded.at, error = excluded.error,
                   grew = coalesce(excluded.grew, grew), good = good OR excluded.good"""
        grew = stamp(fetch.last_grew) if fetch.last_grew else None
        bound = (fetch.source, fetch.day.isoformat(), stamp(fetch.at), fetch.error, grew)
        await self._engine.write(lambda db: db.execute(sql, bound))

    async def last_fetches(self) -> list[Fetch]:
        sql = """SELECT source, max(day), at, error, grew, (
                   SELECT max(day) FROM fetches g WHERE g.source = f.source AND (g.error = '' OR g.good)
                 ) FROM fetches f GROUP BY source ORDER BY source"""
        return [
            Fetch(
                source=source,
                day=date.fromisoformat(day),
                at=moment(at),
                error=error,
                last_grew=moment(grew) if grew else None,
                newest_answered=date.fromisoformat(answered) if answered else None,
            )
            for source, day, at, error, grew, answered in await self._rows(sql)
        ]

    async def _rows(self, sql: str, bound: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return await self._engine.read(lambda db: db.execute(sql, bound).fetchall())


def _listed(row: tuple[Any, ...]) -> ListedPaper:
    source, day, seen, doc = row
    return ListedPaper(paper=unpack(doc, Paper), source=source, day=date.fromisoformat(day), first_seen=moment(seen))


def _keep(db: sqlite3.Connection, listings: Sequence[Listing], at: datetime) -> StoreCounts:
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
    _update(db, changed, before, seqs)
    db.executemany("DELETE FROM paper_facets WHERE seq = ?", ((seqs[paper.id],) for paper in changed))
    _facets(db, [*new, *changed], seqs)
    rows = ((item.source, item.day.isoformat(), seqs[item.paper.id], stamp(at)) for item in listings)
    db.executemany("INSERT OR IGNORE INTO listings VALUES (?, ?, ?, ?)", rows)
    return StoreCounts(
        new=len(new),
        changed=len(changed),
        unchanged=len(listings) - len(new) - len(changed),
        changed_ids=tuple(paper.id for paper in changed),
    )


def _known(db: sqlite3.Connection, ids: Collection[PaperId]) -> Iterable[tuple[PaperId, int, Paper]]:
    wanted = list(ids)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        sql = f"SELECT id, seq, doc FROM papers WHERE id IN ({marks(len(part))})"
        for id, seq, doc in db.execute(sql, part).fetchall():
            yield id, seq, unpack(doc, Paper)


def _insert(db: sqlite3.Connection, papers: Sequence[Paper]) -> dict[PaperId, int]:
    first = db.execute("SELECT coalesce(max(seq), 0) + 1 FROM papers").fetchone()[0]
    seqs = {paper.id: first + n for n, paper in enumerate(papers)}
    db.executemany(_INSERT, ((*_columns(paper), seqs[paper.id], paper.id) for paper in papers))
    return seqs


def _update(
    db: sqlite3.Connection, papers: Sequence[Paper], before: dict[PaperId, Paper], seqs: dict[PaperId, int]
) -> None:
    for paper in papers:
        row = _columns(paper)
        if row[:4] == _columns(before[paper.id])[:4]:
            db.execute(_UPDATE_COUNTS, (row[4], row[5], row[7], seqs[paper.id]))
        else:
            db.execute(_UPDATE, (*row, seqs[paper.id]))


def _columns(paper: Paper) -> tuple[object, ...]:
    return (
        index_text(paper.title),
        index_text(paper.abstract or paper.offered_summary),
        index_text("\n".join(paper.authors)),
        index_text("\n".join(paper.keywords)),
        stamp(paper.published) if paper.published else None,
        paper.counts.upvotes,
        paper.fingerprint,
        pack(paper),
    )


def _facets(db: sqlite3.Connection, papers: Sequence[Paper], seqs: dict[PaperId, int]) -> None:
    """Categories with their archives (`cs.CL` is in `cs` too), sources, and the words of a lab's name."""
    rows: list[tuple[str, str, int]] = []
    for paper in papers:
        names = {c.casefold() for c in paper.categories}
        names |= {name.partition(".")[0] for name in names}
        rows += [("category", name, seqs[paper.id]) for name in names]
        rows += [("source", source.casefold(), seqs[paper.id]) for source in paper.sources]
        rows += [("lab", word, seqs[paper.id]) for word in lab_words(paper.organization)]
    db.executemany("INSERT OR IGNORE INTO paper_facets VALUES (?, ?, ?)", rows)
