"""Embeddings, as bytes.

Which papers lack a vector is worked out in full once, and then followed by the papers' changes: reading every paper's
row to compare hashes takes a tenth of a second for 75,000 papers, and is asked for every few seconds.
"""

from collections.abc import AsyncIterator, Mapping

from attrs import define, field
from msgspec import Struct

from bot.papers.model import Paper, PaperId
from bot.store.sql.codec import marks, unpack
from bot.store.sql.engine import Database, OnEngine

CHUNK = 5_000  # rows a read: about 2 MB, so that no read holds others up
LOOKED_AT = 500  # papers of the backlog whose vectors are looked for at a time


class _Backlog(Struct, frozen=True):
    """Papers that had no vector, or an old one, at a change."""

    change: int = 0  # the newest that was looked at
    papers: int = 0  # how many there are
    open: tuple[int, ...] = ()  # sequence numbers, newest last


@define(eq=False)
class Vectors(OnEngine):
    """Embeddings, as bytes that the store doesn't read; one set for each model."""

    _backlogs: dict[str, _Backlog] = field(init=False, factory=dict)

    async def store_vectors(self, model: str, vectors: Mapping[PaperId, tuple[int, bytes]]) -> None:
        """Vectors by paper, each with the hash of the text it was made from."""
        # Replaced, not updated: the new sequence number tells readers to take it up again.
        old = "DELETE FROM vectors WHERE model = ? AND paper = (SELECT seq FROM papers WHERE id = ?)"
        new = "INSERT INTO vectors(model, paper, text_hash, vector) SELECT ?, seq, ?, ? FROM papers WHERE id = ?"

        def work(db: Database) -> None:
            db.executemany(old, [(model, id) for id in vectors])
            db.executemany(new, [(model, hash, vector, id) for id, (hash, vector) in vectors.items()])

        await self._engine.write(work)

    async def papers_without_vector(self, model: str, limit: int) -> list[Paper]:
        """Papers without a vector, or changed since; newest first."""
        known = self._backlogs.get(model, _Backlog())
        self._backlogs[model], docs = await self._engine.read(lambda db: _missing(db, model, limit, known))
        return [unpack(doc, Paper) for doc in docs]

    async def load_vectors(self, model: str, *, after: int = 0) -> AsyncIterator[list[tuple[int, PaperId, bytes]]]:
        """All vectors kept since sequence number `after`, in chunks: (sequence, paper, vector)."""
        names: dict[int, PaperId] = {}
        # `+model`: by the index of models SQLite would read and sort all vectors again for each chunk.
        sql = "SELECT seq, paper, vector FROM vectors WHERE seq > ? AND +model = ? ORDER BY seq LIMIT ?"
        while rows := await self._rows(sql, after, model, CHUNK):
            if len(rows) == CHUNK and not names:
                # From the index of ids alone: a join would read every paper's text, gigabytes for 450,000.
                names = dict(await self._rows("SELECT seq, id FROM papers"))
            names |= await self._names([paper for _, paper, _ in rows if paper not in names])
            yield [(seq, names[paper], vector) for seq, paper, vector in rows]
            after = rows[-1][0]

    async def _names(self, papers: list[int]) -> dict[int, PaperId]:
        if not papers:
            return {}
        sql = f"SELECT seq, id FROM papers WHERE seq IN ({marks(len(papers))})"
        return dict(await self._rows(sql, *papers))

    async def count_by_model(self) -> dict[str, int]:
        """Every model that made vectors, and how many of its own are kept."""
        return dict(await self._rows("SELECT model, count(*) FROM vectors GROUP BY model"))

    async def count_embedded(self, model: str) -> tuple[int, int]:
        """How many papers have a vector, and how many papers there are."""
        known = self._backlogs.get(model, _Backlog())
        self._backlogs[model], _ = await self._engine.read(lambda db: _missing(db, model, 1, known))
        now = self._backlogs[model]
        return now.papers - len(now.open), now.papers


def _missing(db: Database, model: str, limit: int, known: _Backlog) -> tuple[_Backlog, list[bytes]]:
    """The backlog as it is now, and the records of its newest papers."""
    backlog = _followed(db, model, known)
    todo, docs = list(backlog.open), list[bytes]()
    passed: list[int] = []  # still open, newest first
    while todo and len(docs) < limit:
        part, todo = todo[-LOOKED_AT:], todo[:-LOOKED_AT]
        still = _still_open(db, model, part)
        passed += still
        docs += _docs(db, still[: limit - len(docs)])
    return _Backlog(backlog.change, backlog.papers, (*todo, *reversed(passed))), docs


def _followed(db: Database, model: str, known: _Backlog) -> _Backlog:
    """With the papers that changed since."""
    last = int(db.execute("SELECT coalesce(max(seq), 0) FROM paper_changes").fetchone()[0])
    if last == known.change:
        return known
    sql = """SELECT p.seq FROM paper_changes c JOIN papers p ON p.id = c.paper
             LEFT JOIN vectors v ON v.paper = p.seq AND v.model = ?
             WHERE c.seq > ? AND (v.seq IS NULL OR v.text_hash != p.text_hash)"""
    seqs = {seq for (seq,) in db.execute(sql, (model, known.change))}
    papers = int(db.execute("SELECT count(*) FROM papers").fetchone()[0])
    return _Backlog(last, papers, tuple(sorted({*known.open, *seqs})))


def _still_open(db: Database, model: str, seqs: list[int]) -> list[int]:
    sql = f"""SELECT p.seq FROM papers p LEFT JOIN vectors v ON v.paper = p.seq AND v.model = ?
              WHERE p.seq IN ({marks(len(seqs))}) AND (v.seq IS NULL OR v.text_hash != p.text_hash)
              ORDER BY p.seq DESC"""
    return [seq for (seq,) in db.execute(sql, (model, *seqs))]


def _docs(db: Database, seqs: list[int]) -> list[bytes]:
    sql = f"SELECT doc FROM papers WHERE seq IN ({marks(len(seqs))}) ORDER BY seq DESC"
    return [doc for (doc,) in db.execute(sql, seqs)]
