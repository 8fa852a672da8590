"""Keyword search in SQL: FTS5 with bm25, and the filters.

Measured (docs/search.md): finding papers is cheap, ranking them is what takes time, and a word that most papers have
tells least. So all papers with the rarest words are ranked, by all the words, and no others; and only the best are
ever sorted (`ORDER BY +rank`: SQLite keeps the best few, where FTS5 by itself would sort all it found).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Sequence
from itertools import islice

from bot.papers.filter import Filter, lab_words
from bot.papers.model import PaperId
from bot.store.records import TextQuery
from bot.store.sqlite.codec import marks

WEIGHTS = "bm25(3.0, 1.0, 1.0, 1.0)"  # title, abstract, authors, keywords
RANKED = 10_000  # papers ranked for a query, about

TERMS = 20_000  # indexed terms of one first letter that are kept for typos
LETTERS = 40  # first letters whose terms are kept
FEW = 1_000  # new papers that make them worth reading again; while there are fewer in all, each does

_KNOWN: dict[tuple[str, str], tuple[int, tuple[str, ...]]] = {}  # by file and letter: at which paper, the terms
_LAB = "EXISTS (SELECT 1 FROM paper_facets x WHERE x.kind = 'lab' AND x.seq = p.seq AND x.value = ?)"
_PARTS = re.compile(r"[^\W\d_]+|\d+")


def match(db: sqlite3.Connection, match: TextQuery, filter: Filter, limit: int, *, every: bool) -> dict[PaperId, float]:
    """Papers by bm25, higher is better."""
    whole = fts(match, every=every)
    if not whole:
        return {}
    # Only without a filter: what is left out could be all that passes it.
    expressions = _narrowed(db, match, whole, limit, every=every) if filter.is_empty else [whole]
    scores: dict[PaperId, float] = {}
    for expression in expressions:
        scores |= _ranked(db, expression, filter, limit)
    return dict(sorted(scores.items(), key=lambda found: -found[1])[:limit])


def _ranked(db: sqlite3.Connection, expression: str, filter: Filter, limit: int) -> dict[PaperId, float]:
    where, bound = conditions(filter)
    joined = f"WHERE {where}" if where else ""
    # Only a filter needs more than the best `limit`: it may drop any of them.
    inner = "" if where else f"ORDER BY +rank, rowid DESC LIMIT {int(limit)}"
    sql = f"""SELECT p.id, f.rank FROM (
                SELECT rowid, rank FROM papers_fts WHERE papers_fts MATCH ? AND rank MATCH ? {inner}
              ) f JOIN papers p ON p.seq = f.rowid {joined} ORDER BY f.rank, p.seq DESC LIMIT ?"""
    rows = db.execute(sql, (expression, WEIGHTS, *bound, limit)).fetchall()
    return {id: -rank for id, rank in rows}


def _narrowed(db: sqlite3.Connection, match: TextQuery, whole: str, limit: int, *, every: bool) -> list[str]:
    """Expressions that no paper fulfils two of, and that about `RANKED` papers fulfil together."""
    if match.prefix or _count(db, whole) <= RANKED:
        return [whole]
    if every or len(match.words) < 2:
        in_title = f"{{title}} : ({whole})"
        return [in_title if _count(db, in_title) >= limit else whole]
    telling, common = _by_rarity(db, match.words)
    phrases = "".join(f" AND {_quote(phrase)}" for phrase in match.phrases)
    if not common:
        return [whole]
    return [f"({_any(telling)}){phrases} {how} ({_any(common)})" for how in ("AND", "NOT")]


def _by_rarity(db: sqlite3.Connection, words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The rarest words, that together are in about `RANKED` papers, and the others."""
    counts = {word: _count(db, _either_way(word)) for word in words}
    telling: list[str] = []
    total = 0
    for word in sorted(words, key=lambda word: counts[word]):
        total += counts[word]
        if telling and total > RANKED:
            break
        telling.append(word)
    return telling, [word for word in words if word not in telling]


def _count(db: sqlite3.Connection, expression: str) -> int:
    """How many papers fulfil it; counted to a little above `RANKED`."""
    sql = "SELECT count(*) FROM (SELECT 1 FROM papers_fts WHERE papers_fts MATCH ? LIMIT ?)"
    return int(db.execute(sql, (expression, RANKED * 2)).fetchone()[0])


def matching(db: sqlite3.Connection, match: TextQuery, ids: Collection[PaperId]) -> set[PaperId]:
    """Those of `ids` that hold all words and phrases; nothing is ranked."""
    expression, wanted, found = fts(match, every=True), list(ids), set[PaperId]()
    if not expression:
        return set()
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        sql = f"""SELECT p.id FROM papers p CROSS JOIN papers_fts f ON f.rowid = p.seq
                  WHERE p.id IN ({marks(len(part))}) AND papers_fts MATCH ?"""
        found.update(id for (id,) in db.execute(sql, (*part, expression)))
    return found


def fts(match: TextQuery, *, every: bool) -> str:
    """The FTS5 expression of plain words and phrases: each is quoted, so none is syntax."""
    words = [_either_way(word) for word in match.words]
    if match.prefix and words:
        words[-1] = _quote(match.words[-1]) + "*"
    either = (" AND " if every else " OR ").join(words)
    parts = [_quote(phrase) for phrase in match.phrases] + ([f"({either})"] if either else [])
    return " AND ".join(parts)


def _any(words: Sequence[str]) -> str:
    return " OR ".join(map(_either_way, words))


def _either_way(word: str) -> str:
    """A word as it stands, in one and in several: `few-shot` and `fewshot`, `GPT-4`, `GPT 4` and `GPT4`."""
    parts = _PARTS.findall(word)
    if len(parts) < 2 or len(parts) > 4:
        return _quote(word)
    ways = dict.fromkeys(map(str.casefold, (" ".join(parts), "".join(parts))))
    return "(" + " OR ".join(map(_quote, ways)) + ")"


def newest(
    db: sqlite3.Connection, filter: Filter, limit: int, offset: int, match: TextQuery | None = None
) -> list[PaperId]:
    """Papers that pass and match, newest first."""
    where, bound = conditions(filter)
    where = where or "1"
    if match and (expression := fts(match, every=True)):
        where += " AND p.seq IN (SELECT rowid FROM papers_fts WHERE papers_fts MATCH ?)"
        bound = (*bound, expression)
    sql = f"""SELECT id FROM papers p WHERE {where}
              ORDER BY published DESC, seq DESC LIMIT ? OFFSET ?"""
    return [id for (id,) in db.execute(sql, (*bound, limit, offset))]


def passing(db: sqlite3.Connection, ids: Collection[PaperId], filter: Filter) -> set[PaperId]:
    """Those of `ids` that pass."""
    where, bound = conditions(filter)
    if not where:
        return set(ids)
    wanted, found = list(ids), set[PaperId]()
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        sql = f"SELECT id FROM papers p WHERE id IN ({marks(len(part))}) AND {where}"
        found.update(id for (id,) in db.execute(sql, (*part, *bound)))
    return found


def titles(db: sqlite3.Connection, start: str, limit: int) -> list[str]:
    """Titles that hold the words typed so far, the last one perhaps unfinished."""
    words = "".join(c if c.isalnum() else " " for c in start[:200]).casefold().split()[:12]
    if not words:
        return []
    # The index holds stems: what is being typed may be longer than its stem, so a shorter beginning is asked for.
    last = words[-1]
    typed = [*map(_quote, words[:-1]), _quote(last[: max(3, len(last) - 3)]) + "*"]
    sql = """SELECT title FROM (
               SELECT rowid FROM papers_fts WHERE papers_fts MATCH ? ORDER BY rowid DESC LIMIT 400
             ) f JOIN papers p ON p.seq = f.rowid ORDER BY upvotes DESC, published DESC"""
    found = (title for (title,) in db.execute(sql, ("{title} : (" + " AND ".join(typed) + ")",)))
    return list(islice((title for title in found if _has_word(title, last)), limit))


def _has_word(title: str, start: str) -> bool:
    words = "".join(c if c.isalnum() else " " for c in title.casefold()).split()
    return any(word.startswith(start) for word in words)


def vocabulary(db: sqlite3.Connection, word: str, limit: int) -> list[str]:
    """Indexed terms that may be meant by a word: alike in beginning and length, the frequent first.

    The index holds stems, so these are stems too; searched for, they find their words.
    """
    low = word.casefold()
    known = db.execute("SELECT 1 FROM papers_fts WHERE papers_fts MATCH ? LIMIT 1", (_quote(low),)).fetchone()
    if known or len(low) < 4:
        return []
    likely = range(len(low) - 4, len(low) + 3)
    return [term for term in _terms(db, low[0]) if len(term) in likely][:limit]


def _terms(db: sqlite3.Connection, letter: str) -> tuple[str, ...]:
    """The indexed terms that begin so, the frequent first.

    FTS5 counts a term's papers by reading its whole list, so they are kept until many papers have come.
    """
    file = str(db.execute("PRAGMA database_list").fetchone()[2])
    state = int(db.execute("SELECT coalesce(max(seq), 0) FROM papers").fetchone()[0])
    state = state if state < FEW else state // FEW * FEW
    if (file, letter) not in _KNOWN or _KNOWN[file, letter][0] != state:
        sql = "SELECT term FROM papers_words WHERE term >= ? AND term < ? ORDER BY doc DESC, term LIMIT ?"
        rows = db.execute(sql, (letter, letter + "\U0010ffff", TERMS)).fetchall()
        while len(_KNOWN) >= LETTERS:
            _KNOWN.pop(next(iter(_KNOWN)), None)
        _KNOWN[file, letter] = state, tuple(term for (term,) in rows)
    return _KNOWN[file, letter][1]


def conditions(filter: Filter) -> tuple[str, tuple[object, ...]]:
    """The filter as SQL on `papers p`, and its bound values."""
    parts: list[str] = []
    bound: list[object] = []
    if filter.after:
        parts.append("p.published >= ?")
        bound.append(filter.after.isoformat())
    if filter.before:
        parts.append("p.published < ?")
        bound.append(filter.before.isoformat())
    for kind, values in (("category", filter.categories), ("source", filter.sources)):
        if values:
            parts.append(
                "EXISTS (SELECT 1 FROM paper_facets x WHERE x.kind = ? AND x.seq = p.seq"
                f" AND x.value IN ({marks(len(values))}))"
            )
            bound += [kind, *(value.casefold() for value in values)]
    if filter.labs:
        named_labs = [lab_words(lab) for lab in filter.labs]
        either = " OR ".join(" AND ".join([_LAB] * len(words)) or "0" for words in named_labs)
        parts.append(f"({either})")
        bound += [word for words in named_labs for word in words]
    if any(author.split() for author in filter.authors):
        parts.append("p.seq IN (SELECT rowid FROM papers_fts WHERE papers_fts MATCH ?)")
        named = (" AND ".join(map(_quote, author.split())) for author in filter.authors)
        bound.append("{authors} : (" + " OR ".join(f"({names})" for names in named if names) + ")")
    return " AND ".join(parts), tuple(bound)


def _quote(words: str) -> str:
    return '"' + words.replace('"', " ").replace("\0", " ") + '"'
