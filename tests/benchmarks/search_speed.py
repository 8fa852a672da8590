"""How fast search is, beside bare FTS5, tantivy (where it is installed) and an exact scan, in the same run.

Beyond the recorded papers the same ones come again with a tenth of their words changed. Vectors are real for the first
papers and turned copies for the rest: what a scan costs does not depend on their values.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import random
import resource
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bot.clock import SystemClock
from bot.papers.filter import Filter
from bot.papers.model import Paper
from bot.search import Mode, OnnxEmbedder, Search, open_embedder
from bot.search.vectors import pack
from bot.store import open_store
from bot.store.protocol import Store
from tests.builders import SHARED, listing, paper

REAL = 500  # papers whose vectors are made by the model; the rest are turned copies
QUERIES = 150
CHANGED = 0.1  # of the words of a paper that comes again

Times = tuple[float, float]  # processor time in ms: p99, and all together


async def speed(size: int) -> None:
    """Fill a store with `size` papers and time searches over it, on one core."""
    with tempfile.TemporaryDirectory() as folder, _one_core():
        file = Path(folder) / "paperboy.db"
        store = await open_store(file)
        began = time.perf_counter()
        await _fill(store, size)
        print(f"\n{size:,} papers; ingest {size / (time.perf_counter() - began):,.0f} papers/s", flush=True)
        embedder = open_embedder("", 1)
        assert embedder is not None
        words_only = file.stat().st_size
        await _vectors(store, embedder)
        search = Search(store.papers, store.vectors, embedder)
        await _upkeep(search)
        queries = await _queries(store)
        base = await _bare_fts5(file, queries)
        for mode in (Mode.KEYWORD, Mode.SEMANTIC, Mode.HYBRID):
            await search.find(queries[0], mode=mode)
            await _time(mode.value, queries, lambda query, mode=mode: search.find(query, mode=mode), base)
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"  disk {words_only / size / 1024:.1f} KB a paper, resident memory {rss:,.0f} MB at most", flush=True)
        await _other_peers(file, queries, base)
        await search.aclose()
        await store.aclose()


async def _upkeep(search: Search) -> None:
    """What a start costs, and what is done every few seconds when nothing is new."""
    for name, work in (("vectors taken up", search.refresh), ("refresh, nothing new", search.refresh)):
        began = time.perf_counter()
        await work()
        print(f"  {name} in {(time.perf_counter() - began) * 1_000:,.1f} ms")
    began = time.perf_counter()
    await search.embed_pending()
    print(f"  nothing to embed, known in {(time.perf_counter() - began) * 1_000:,.1f} ms", flush=True)


async def _bare_fts5(file: Path, queries: list[str]) -> Times:
    bare = sqlite3.connect(file)

    async def plain(query: str) -> None:
        _bare(bare, query)

    found = await _time("bare FTS5", queries, plain)
    bare.close()
    return found


async def _other_peers(file: Path, queries: list[str], base: Times) -> None:
    """After ours, for they take memory: tantivy, and comparing every vector in full."""
    db = sqlite3.connect(file)
    if tantivy := _tantivy(db.execute("SELECT title, abstract FROM papers")):

        async def other(query: str) -> None:
            tantivy(query)

        await _time("tantivy", queries, other, base)
    size = db.execute("SELECT count(*) FROM papers").fetchone()[0]
    floats = np.random.default_rng(2).standard_normal((size, 384), dtype=np.float32)

    async def exact(query: str) -> None:
        np.argpartition(-(floats @ floats[len(query)]), 10)

    await _time("exact scan", queries, exact, base)
    db.close()


def _bare(db: sqlite3.Connection, query: str) -> None:
    """What anybody would write: all the words, and any of them where too few papers have all."""
    words = [f'"{word}"' for word in query.split()]
    sql = "SELECT rowid FROM papers_fts WHERE papers_fts MATCH ? ORDER BY rank LIMIT 10"
    if len(db.execute(sql, (" ".join(words),)).fetchall()) < 10 and len(words) > 1:
        db.execute(sql, (" OR ".join(words),)).fetchall()


def _tantivy(rows: Iterator[tuple[str, str]]) -> Callable[[str], object] | None:
    """A search with tantivy over the same papers, stemmed, any of the words; None where it is not installed."""
    if not importlib.util.find_spec("tantivy"):
        return None
    tantivy: Any = importlib.import_module("tantivy")
    schema = tantivy.SchemaBuilder()
    for field in ("title", "abstract"):
        schema.add_text_field(field, stored=False, tokenizer_name="en_stem")
    index = tantivy.Index(schema.build())
    writer = index.writer(200_000_000, 1)
    for title, abstract in rows:
        writer.add_document(tantivy.Document(title=title, abstract=abstract))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    return lambda query: searcher.search(index.parse_query(query, ["title", "abstract"]), 10)


async def _time(
    name: str, queries: list[str], work: Callable[[str], Awaitable[object]], base: Times | None = None
) -> Times:
    """By the clock, and in processor time: that is what the clock would say if no other program ran on the core."""
    took, used = [], []
    for query in queries:
        times = [await _once(query, work) for _ in range(3)]  # the best of three: other programs run here too
        took.append(min(clock for clock, _ in times))
        used.append(min(cpu for _, cpu in times))
    p50, p99 = np.percentile(took, [50, 99])
    cpu50, cpu99 = np.percentile(used, [50, 99])
    ratio = f"   {cpu99 / base[0]:.2f}x bare FTS5 at p99, {sum(used) / base[1]:.2f}x in all" if base else ""
    print(
        f"  {name:<10} p50 {p50:7.2f} ms   p99 {p99:7.2f} ms   processor {cpu50:7.2f} and {cpu99:7.2f}{ratio}",
        flush=True,
    )
    return float(cpu99), float(sum(used))


async def _once(query: str, work: Callable[[str], Awaitable[object]]) -> Times:
    clock, cpu = time.perf_counter(), time.process_time()
    await work(query)
    return (time.perf_counter() - clock) * 1_000, (time.process_time() - cpu) * 1_000


async def _fill(store: Store, size: int) -> None:
    batch = []
    now = SystemClock().now()
    for item in _papers(size):
        batch.append(listing(item, source="arxiv"))
        if len(batch) == 1_000:
            await store.papers.keep(batch, now)
            batch = []
    await store.papers.keep(batch, now)


def _papers(size: int) -> Iterator[Paper]:
    rows = _recorded() or list(_invented())
    chance = random.Random(1)
    for n in range(size):
        row = rows[n % len(rows)]
        title, abstract = row["title"], row["abstract"]
        if n >= len(rows):
            other = chance.choice(rows)["abstract"].split()
            title, abstract = _changed(title, other, chance), _changed(abstract, other, chance)
        yield paper(f"text:{n:016x}", title, abstract=abstract, authors=tuple(row["authors"]))


def _changed(text: str, words: list[str], chance: random.Random) -> str:
    return " ".join(chance.choice(words) if words and chance.random() < CHANGED else word for word in text.split())


def _recorded() -> list[dict[str, Any]]:
    file = SHARED / "arxiv-new" / "corpus.jsonl.gz"
    if not file.exists():
        return []
    with gzip.open(file) as lines:
        return [json.loads(line) for line in lines]


def _invented() -> Iterator[dict[str, Any]]:
    chance = random.Random(1)
    words = [f"{a}{b}" for a in ("neuro", "graph", "meta", "hyper") for b in ("net", "form", "tune", "bird", "flow")]
    for _ in range(10_000):
        text = " ".join(chance.choices(words, k=150))
        yield {"title": " ".join(chance.choices(words, k=8)), "abstract": text, "authors": ["Ada Lovelace"]}


async def _vectors(store: Store, embedder: OnnxEmbedder) -> None:
    chance = np.random.default_rng(1)
    first = await store.vectors.missing(embedder.name, REAL)
    began = time.perf_counter()
    real = await embedder.papers(first)
    print(f"  embedding {len(first) / (time.perf_counter() - began):.1f} papers/s on one thread", flush=True)
    while missing := await store.vectors.missing(embedder.name, 5_000):
        turned = real[chance.integers(len(real), size=len(missing))]
        turned = turned + chance.normal(0, 0.03, turned.shape)
        turned = (turned / np.linalg.norm(turned, axis=1, keepdims=True)).astype(np.float32)
        made = {item.id: (item.fingerprint, pack(v)) for item, v in zip(missing, turned, strict=True)}
        await store.vectors.keep(embedder.name, made)


async def _queries(store: Store) -> list[str]:
    """One to five words in a row from titles: what people type."""
    chance = random.Random(3)
    ids = await store.papers.newest(Filter(), 3_000)
    titles = [item.title for item in (await store.papers.get(ids)).values()]
    queries = []
    for title in chance.sample(titles, QUERIES):
        words = ["".join(c for c in word if c.isalnum()) for word in title.split()]
        words = [word for word in words if len(word) > 2]
        length = min(chance.randint(1, 5), len(words))
        start = chance.randint(0, max(len(words) - length, 0))
        queries.append(" ".join(words[start : start + length]) or "graph")
    return queries


class _one_core:
    """Keeps the process on one core while it is measured."""

    def __enter__(self) -> None:
        self._cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(self._cores)})

    def __exit__(self, *_: object) -> None:
        os.sched_setaffinity(0, self._cores)
