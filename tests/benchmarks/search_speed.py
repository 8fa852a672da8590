"""How fast search is, beside bare FTS5, tantivy and comparing every vector in full, in the same run.

Beyond the recorded papers the same ones come again with a tenth of their words changed. Vectors are real for the first
papers and turned copies for the rest: what a scan costs does not depend on their values.
"""

from __future__ import annotations

import os
import random
import resource
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
from msgspec import Struct

from bot.search import Mode, OnnxEmbedder, Search, open_embedder
from bot.search.vector_index import pack
from bot.store import open_store
from bot.store.sql import Store
from tests.benchmarks.search_corpus import fill
from tests.benchmarks.search_peers import Query, bare_fts5, exact, tantivy

REAL = 300  # papers whose vectors are made by the model, a busy day; the rest are turned copies
QUERIES = 150


class Times(Struct, frozen=True):
    """Milliseconds by the clock and of the processor: what the clock would say if no other program ran."""

    name: str
    clock: tuple[float, float]  # p50, p99
    processor: tuple[float, float]

    def beside(self, peer: Times) -> str:
        """Ratio of the processor times."""
        return "{:.2f}, {:.2f}".format(
            *(ours / theirs for ours, theirs in zip(self.processor, peer.processor, strict=True))
        )


async def speed(size: int) -> None:
    """Fill a store with `size` papers and time searches over it, on one core."""
    with tempfile.TemporaryDirectory() as folder, _one_core():
        file = Path(folder) / "paperboy.db"
        store = await open_store(file)
        began = time.perf_counter()
        size = await fill(store, size)
        print(f"\n{size:,} papers; ingest {size / (time.perf_counter() - began):,.0f} papers/s", flush=True)
        embedder = open_embedder("", 1)
        assert embedder is not None
        words_only = _disk(file)
        await _vectors(store, embedder)
        print(f"  disk {words_only / size:.1f} KB a paper, its vector {(_disk(file) - words_only) / size:.1f} KB more")
        search = Search(store.papers, store.vectors, embedder, index_folder=Path(folder) / "search-index")
        await _upkeep(search, size)
        queries = await _queries(store)
        ours = [await _ours(search, mode, queries) for mode in (Mode.KEYWORD, Mode.SEMANTIC, Mode.HYBRID)]
        _table(ours, await _peers(file, embedder, queries))
        await search.aclose()
        await store.aclose()


async def _ours(search: Search, mode: Mode, queries: list[str]) -> Times:
    await search.find_papers(queries[0], mode=mode)
    return await _time(mode.value, queries, lambda query: search.find_papers(query, mode=mode))


async def _peers(file: Path, embedder: OnnxEmbedder, queries: list[str]) -> list[Times]:
    """After ours, for they take memory."""
    made: tuple[tuple[str, Query], ...] = (
        ("bare FTS5", bare_fts5(file)),
        ("tantivy", tantivy(file)),
        ("exact", exact(file, embedder)),
    )
    return [await _time(name, queries, work) for name, work in made]


def _table(ours: list[Times], peers: list[Times]) -> None:
    print(f"  {'ms: p50, p99':<12}{'clock':>18}{'processor':>18}" + "".join(f"{'x ' + p.name:>16}" for p in peers))
    for row in (*ours, *peers):
        times = "".join("{:>10.2f}, {:>6.1f}".format(*pair) for pair in (row.clock, row.processor))
        print(
            f"  {row.name:<12}{times}" + "".join(f"{row.beside(peer):>16}" for peer in peers if row in ours), flush=True
        )


async def _upkeep(search: Search, size: int) -> None:
    """What a start costs, and what is done every few seconds when nothing is new."""
    before = _resident()
    for name, work in (
        ("words indexed", search.update_index),
        ("vectors taken up", search.load_new_vectors),
        ("refresh, nothing new", search.load_new_vectors),
    ):
        began = time.perf_counter()
        await work()
        print(f"  {name} in {(time.perf_counter() - began) * 1_000:,.1f} ms")
    began = time.perf_counter()
    await search.embed_missing()
    print(f"  nothing to embed, known in {(time.perf_counter() - began) * 1_000:,.1f} ms")
    print(f"  memory {_resident():,.0f} MB, {(_resident() - before) * 1_024**2 / size:,.0f} bytes a paper", flush=True)


async def _time(name: str, queries: list[str], work: Callable[[str], Awaitable[object]]) -> Times:
    """The best of three of each query: other programs run here too."""
    best = [np.min([await _once(query, work) for _ in range(3)], axis=0) for query in queries]
    (clock50, cpu50), (clock99, cpu99) = np.percentile(best, [50, 99], axis=0)
    return Times(name, (float(clock50), float(clock99)), (float(cpu50), float(cpu99)))


async def _once(query: str, work: Callable[[str], Awaitable[object]]) -> tuple[float, float]:
    clock, cpu = time.perf_counter(), time.process_time()
    await work(query)
    return (time.perf_counter() - clock) * 1_000, (time.process_time() - cpu) * 1_000


def _disk(file: Path) -> float:
    """KB, once what was written stands in the file itself."""
    db = sqlite3.connect(file)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return file.stat().st_size / 1_024


def _resident() -> float:
    """MB that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1_024**2


async def _vectors(store: Store, embedder: OnnxEmbedder) -> None:
    chance = np.random.default_rng(1)
    first = await store.vectors.papers_without_vector(embedder.name, REAL)
    clock, cpu = time.perf_counter(), time.process_time()
    real = await embedder.embed_papers(first)
    took, used = time.perf_counter() - clock, time.process_time() - cpu
    print(f"  {len(first)} papers embedded in {took:.1f} s, {used:.1f} s of the processor", flush=True)
    while missing := await store.vectors.papers_without_vector(embedder.name, 5_000):
        turned = real[chance.integers(len(real), size=len(missing))]
        turned = turned + chance.normal(0, 0.03, turned.shape)
        turned = (turned / np.linalg.norm(turned, axis=1, keepdims=True)).astype(np.float32)
        made = {item.id: (item.fingerprint, pack(v)) for item, v in zip(missing, turned, strict=True)}
        await store.vectors.store_vectors(embedder.name, made)


async def _queries(store: Store) -> list[str]:
    """One to five words in a row from titles: what people type."""
    chance = random.Random(3)
    ids = await store.papers.newest_ids(3_000)
    titles = [item.title for item in (await store.papers.get_papers(ids)).values()]
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
