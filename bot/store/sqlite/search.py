"""Keyword search in SQL: FTS5 with bm25, and the filters.

The index holds the terms of `bot.analyzer`, so queries are made of the same terms. Measured (docs/search.md): finding
papers is cheap, ranking them is what takes time, and a word that most papers have tells least. So all papers with the
rarest words are ranked, by all the words, and no others; and only the best are ever sorted (`ORDER BY +rank`: SQLite
keeps the best few, where FTS5 by itself would sort all it found).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from itertools import islice

from bot.analyzer import Form, fold, is_unspaced, phrase_terms, split_words, word_forms
from bot.papers.filter import Filter, lab_words
from bot.papers.model import PaperId
from bot.store.records import TextQuery
from bot.store.sqlite.codec import marks

WEIGHTS = "bm25(3.0, 1.0, 1.0, 1.0)"  # title, abstract, authors, keywords
RANKED_PAPERS = 10_000  # ranked for a query, about
IDS_PER_READ = 500
LONG_RUN_PAIRS = 4  # of characters, from which a run of Chinese or Japanese is taken to be several words

MIN_CORRECTED_CHARS = 4  # of a word that may be a typo
CACHED_TERMS = 20_000  # indexed terms of one first letter that are kept for typos
CACHED_LETTERS = 40
TERMS_READ_EVERY = 1_000  # new papers, after which the terms are read again; while there are fewer in all, after each

MAX_TYPED_CHARS, MAX_TYPED_WORDS = 200, 12  # of the beginning of a title
COMPLETED_TITLES = 400  # the newest that are looked at for one

_CACHE: dict[tuple[str, str], tuple[int, tuple[str, ...]]] = {}  # by file and letter: at which paper, the terms
_LAB = "EXISTS (SELECT 1 FROM paper_facets x WHERE x.kind = 'lab' AND x.seq = p.seq AND x.value = ?)"


def match(db: sqlite3.Connection, query: TextQuery, filter: Filter, limit: int, *, every: bool) -> dict[PaperId, float]:
    """Papers that hold `every` word of a query, or any, by bm25; higher is better."""
    whole = fts(query, every=every)
    if not whole:
        return {}
    # Only without a filter: what is left out could be all that passes it.
    expressions = _narrowed(db, query, whole, limit, every=every) if filter.is_empty else [whole]
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


def _narrowed(db: sqlite3.Connection, query: TextQuery, whole: str, limit: int, *, every: bool) -> list[str]:
    """Expressions that no paper fulfils two of, and that about `RANKED_PAPERS` papers fulfil together."""
    if _count(db, whole) <= RANKED_PAPERS:
        return [whole]
    if every or len(query.words) < 2:
        in_title = f"{{title}} : ({whole})"
        return [in_title if _count(db, in_title) >= limit else whole]
    rare, common = _by_rarity(db, query.words)
    if not common:
        return [whole]
    phrases = "".join(f" AND {phrase}" for phrase in _phrases(query))
    return [f"({' OR '.join(rare)}){phrases} {how} ({' OR '.join(common)})" for how in ("AND", "NOT")]


def _by_rarity(db: sqlite3.Connection, words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Expressions of the rarest words, that together are in about `RANKED_PAPERS` papers, and of the others."""
    counts = {one: _count(db, one) for word in words if (one := _word(word, every=False))}
    rare: list[str] = []
    total = 0
    for one in sorted(counts, key=lambda one: counts[one]):
        total += counts[one]
        if rare and total > RANKED_PAPERS:
            break
        rare.append(one)
    return rare, [one for one in counts if one not in rare]


def _count(db: sqlite3.Connection, expression: str) -> int:
    """How many papers fulfil it; counted to a little above `RANKED_PAPERS`."""
    sql = "SELECT count(*) FROM (SELECT 1 FROM papers_fts WHERE papers_fts MATCH ? LIMIT ?)"
    return int(db.execute(sql, (expression, RANKED_PAPERS * 2)).fetchone()[0])


def keep_matching(db: sqlite3.Connection, query: TextQuery, ids: Collection[PaperId]) -> set[PaperId]:
    """Those of `ids` that hold all words and phrases; nothing is ranked."""
    expression, wanted, found = fts(query, every=True), list(ids), set[PaperId]()
    if not expression:
        return set()
    for start in range(0, len(wanted), IDS_PER_READ):
        part = wanted[start : start + IDS_PER_READ]
        sql = f"""SELECT p.id FROM papers p CROSS JOIN papers_fts f ON f.rowid = p.seq
                  WHERE p.id IN ({marks(len(part))}) AND papers_fts MATCH ?"""
        found.update(id for (id,) in db.execute(sql, (*part, expression)))
    return found


def fts(query: TextQuery, *, every: bool) -> str:
    """The FTS5 expression of a query; empty when there is nothing in it to search for."""
    words = (" AND " if every else " OR ").join(filter(None, (_word(word, every=every) for word in query.words)))
    return " AND ".join([*_phrases(query), *([f"({words})"] if words else [])])


def _phrases(query: TextQuery) -> list[str]:
    return [_quoted(terms) for phrase in query.phrases if (terms := phrase_terms(phrase))]


def _word(word: str, *, every: bool) -> str:
    """A word in each of its forms. A long run of Chinese or Japanese is several words, in its pairs of characters."""
    forms = word_forms(word)
    if len(forms) == 1 and len(forms[0]) >= LONG_RUN_PAIRS and is_unspaced(word):
        return "(" + (" AND " if every else " OR ").join(_quoted((pair,)) for pair in forms[0]) + ")"
    return "(" + " OR ".join(map(_quoted, forms)) + ")" if forms else ""


def _quoted(form: Form) -> str:
    """Terms side by side, or the beginning of one; quoted, so that none is syntax."""
    return f'"{form[0][:-1]}"*' if form[0].endswith("*") else f'"{" ".join(form)}"'


def newest(
    db: sqlite3.Connection, filter: Filter, limit: int, offset: int, query: TextQuery | None = None
) -> list[PaperId]:
    """Papers that pass the filter and match the query, newest first."""
    where, bound = conditions(filter)
    where = where or "1"
    if query and (expression := fts(query, every=True)):
        where += " AND p.seq IN (SELECT rowid FROM papers_fts WHERE papers_fts MATCH ?)"
        bound = (*bound, expression)
    sql = f"""SELECT id FROM papers p WHERE {where}
              ORDER BY published DESC, seq DESC LIMIT ? OFFSET ?"""
    return [id for (id,) in db.execute(sql, (*bound, limit, offset))]


def keep_passing(db: sqlite3.Connection, ids: Collection[PaperId], filter: Filter) -> set[PaperId]:
    """Those of `ids` that pass the filter."""
    where, bound = conditions(filter)
    if not where:
        return set(ids)
    wanted, found = list(ids), set[PaperId]()
    for start in range(0, len(wanted), IDS_PER_READ):
        part = wanted[start : start + IDS_PER_READ]
        sql = f"SELECT id FROM papers p WHERE id IN ({marks(len(part))}) AND {where}"
        found.update(id for (id,) in db.execute(sql, (*part, *bound)))
    return found


def complete_title(db: sqlite3.Connection, start: str, limit: int) -> list[str]:
    """Titles that hold the words typed so far, the last one perhaps unfinished."""
    typed = split_words(fold(start[:MAX_TYPED_CHARS]))[:MAX_TYPED_WORDS]
    if not typed:
        return []
    # The index holds stems: what is being typed may be longer than its stem, so a shorter beginning is asked for.
    last = phrase_terms(typed[-1])[-1]
    before = [_word(word, every=True) for word in typed[:-1]]
    expression = " AND ".join([*filter(None, before), _quoted((f"{last[: max(3, len(last) - 3)]}*",))])
    sql = """SELECT json_extract(doc, '$.title') FROM (
               SELECT rowid FROM papers_fts WHERE papers_fts MATCH ? ORDER BY rowid DESC LIMIT ?
             ) f JOIN papers p ON p.seq = f.rowid ORDER BY upvotes DESC, published DESC"""
    found = (title for (title,) in db.execute(sql, (f"{{title}} : ({expression})", COMPLETED_TITLES)))
    return list(islice((title for title in found if _has_word(title, typed[-1])), limit))


def _has_word(title: str, start: str) -> bool:
    return any(word.startswith(start) for word in split_words(fold(title)))


def similar_terms(db: sqlite3.Connection, word: str, limit: int) -> list[str]:
    """Indexed terms that may be meant by a word: alike in beginning and length, the frequent first.

    The index holds stems, so these are stems too; searched for, they find their words.
    """
    low, expression = fold(word), _word(word, every=True)
    known = "SELECT 1 FROM papers_fts WHERE papers_fts MATCH ? LIMIT 1"
    if len(low) < MIN_CORRECTED_CHARS or not expression or db.execute(known, (expression,)).fetchone():
        return []
    likely = range(len(low) - 4, len(low) + 3)
    return [term for term in _terms(db, low[0]) if len(term) in likely][:limit]


def _terms(db: sqlite3.Connection, letter: str) -> tuple[str, ...]:
    """The indexed terms that begin so, the frequent first.

    FTS5 counts a term's papers by reading its whole list, so they are kept until many papers have come.
    """
    file = str(db.execute("PRAGMA database_list").fetchone()[2])
    state = int(db.execute("SELECT coalesce(max(seq), 0) FROM papers").fetchone()[0])
    state = state if state < TERMS_READ_EVERY else state // TERMS_READ_EVERY * TERMS_READ_EVERY
    if (file, letter) not in _CACHE or _CACHE[file, letter][0] != state:
        sql = "SELECT term FROM papers_terms WHERE term >= ? AND term < ? ORDER BY doc DESC, term LIMIT ?"
        rows = db.execute(sql, (letter, letter + "\U0010ffff", CACHED_TERMS)).fetchall()
        while len(_CACHE) >= CACHED_LETTERS:
            _CACHE.pop(next(iter(_CACHE)), None)
        _CACHE[file, letter] = state, tuple(term for (term,) in rows)
    return _CACHE[file, letter][1]


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
    if authors := " OR ".join(found for name in filter.authors if (found := _author(name))):
        parts.append("p.seq IN (SELECT rowid FROM papers_fts WHERE papers_fts MATCH ?)")
        bound.append(f"{{authors}} : ({authors})")
    return " AND ".join(parts), tuple(bound)


def _author(name: str) -> str:
    """All words of a name."""
    return fts(TextQuery(words=tuple(split_words(name))), every=True)
