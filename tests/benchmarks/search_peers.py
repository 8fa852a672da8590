"""What search is measured against: bare FTS5, tantivy, and comparing every vector in full."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import tantivy as engine

from bot.search import OnnxEmbedder

WRITER_BYTES = 200_000_000

Query: TypeAlias = Callable[[str], Awaitable[object]]


def _texts(file: Path) -> list[tuple[str, str]]:
    sql = "SELECT json_extract(doc, '$.title'), json_extract(doc, '$.abstract') FROM papers ORDER BY seq"
    return sqlite3.connect(file).execute(sql).fetchall()


def bare_fts5(file: Path) -> Query:
    """What anybody would write: all the words, and any of them where too few papers have all."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE papers_fts USING fts5(title, abstract, tokenize='porter')")
    db.executemany("INSERT INTO papers_fts VALUES (?, ?)", _texts(file))
    sql = "SELECT rowid FROM papers_fts WHERE papers_fts MATCH ? ORDER BY rank LIMIT 10"

    async def search(query: str) -> None:
        words = [f'"{word}"' for word in query.split()]
        if len(db.execute(sql, (" ".join(words),)).fetchall()) < 10 and len(words) > 1:
            db.execute(sql, (" OR ".join(words),)).fetchall()

    return search


def tantivy(file: Path) -> Query:
    """The same papers, stemmed, any of the words."""
    schema = engine.SchemaBuilder()
    for field in ("title", "abstract"):
        schema.add_text_field(field, stored=False, tokenizer_name="en_stem")
    index = engine.Index(schema.build())
    writer = index.writer(WRITER_BYTES, 1)
    for title, abstract in _texts(file):
        writer.add_document(engine.Document(title=title, abstract=abstract or ""))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    async def search(query: str) -> None:
        searcher.search(index.parse_query(query, ["title", "abstract"]), 10)

    return search


def exact(file: Path, embedder: OnnxEmbedder) -> Query:
    """As many random vectors in full, the query embedded as ours is."""
    size = sqlite3.connect(file).execute("SELECT count(*) FROM papers").fetchone()[0]
    floats = np.random.default_rng(2).standard_normal((size, 384), dtype=np.float32)

    async def search(query: str) -> None:
        np.argpartition(-(floats @ await embedder.embed_query(query)), 10)

    return search
