"""How fast and how well search finds: `python -m tests.benchmarks.search [--papers N] [--quality]`.

Speed is a ratio to the bare FTS5 query for the same words in the same run. For timing, vectors are real for the first
papers and the same ones slightly turned for the rest: what a scan costs does not depend on their values.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import math
import random
import resource
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from bot.clock import SystemClock
from bot.intake.intake import Intake
from bot.papers.filter import Filter
from bot.papers.model import Paper
from bot.search import Mode, OnnxEmbedder, Search, open_embedder
from bot.search.vectors import pack
from bot.sources.files import read
from bot.sources.source import Batch
from bot.store import open_store
from bot.store.protocol import Store
from tests.builders import SHARED, listing, paper

REAL = 500  # papers whose vectors are made by the model; the rest are turned copies
QUERIES = 150
CACHE = Path(tempfile.gettempdir()) / "paperboy-benchmark"


async def speed(size: int) -> None:
    """Fill a store with `size` papers and time searches over it."""
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(Path(folder) / "paperboy.db")
        began = time.perf_counter()
        await _fill(store, size)
        took = time.perf_counter() - began
        print(f"\n{size:,} papers; ingest {size / took:,.0f} papers/s")
        embedder = open_embedder("", 1)
        assert embedder is not None
        await _vectors(store, embedder)
        search = Search(store.papers, store.vectors, embedder)
        began = time.perf_counter()
        await search.refresh()
        print(f"  vectors taken up in {time.perf_counter() - began:.2f} s")
        queries = await _queries(store)
        bare = sqlite3.connect(Path(folder) / "paperboy.db")
        for query in queries[:20]:
            _bare(bare, query)
            await search.find(query)

        async def plain(query: str) -> None:
            _bare(bare, query)

        base = await _time("bare FTS5", queries, plain)
        for mode in (Mode.KEYWORD, Mode.SEMANTIC, Mode.HYBRID):

            async def find(query: str, mode: Mode = mode) -> None:
                await search.find(query, mode=mode)

            await _time(mode.value, queries, find, base)
        print(f"  resident memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB at most")
        bare.close()
        await search.aclose()
        await store.aclose()


async def quality() -> None:
    """nDCG@10 and recall@20 of each leg on public judgements."""
    print(f"\n{'set':<10}{'queries':>8}{'mode':>10}{'nDCG@10':>9}{'recall@20':>11}")
    for name in ("scifact", "cisi"):
        await _judge(SHARED / name)


async def _judge(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        store = await open_store(Path(home) / "paperboy.db")
        embedder = open_embedder("", 2)
        assert embedder is not None
        await Intake(store.papers, (), SystemClock()).take(_corpus(folder))
        await _cached(store, embedder, folder.name)
        search = Search(store.papers, store.vectors, embedder)
        await search.refresh()
        judged = _judgements(folder)
        queries = [json.loads(line) for line in next(folder.glob("queries*")).open()]
        asked = [(str(q["id"]), q["text"]) for q in queries if str(q["id"]) in judged]
        for mode in (Mode.KEYWORD, Mode.SEMANTIC, Mode.HYBRID):
            scores = [
                _score(judged[id], [h.id for h in (await search.find(text, limit=20, mode=mode)).hits])
                for id, text in asked
            ]
            ndcg, recall = (sum(column) / len(scores) for column in zip(*scores, strict=True))
            print(f"{folder.name:<10}{len(asked):>8}{mode.value:>10}{ndcg:>9.3f}{recall:>11.3f}")
        await search.aclose()
        await store.aclose()


def _corpus(folder: Path) -> Batch:
    return Batch(listings=tuple(item for batch in read(next(folder.glob("corpus*"))) for item in batch.listings))


def _judgements(folder: Path) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = {}
    for line in next(folder.glob("qrels*")).read_text().splitlines():
        parts = line.split()
        if len(parts) >= 3 and parts[-1].lstrip("-").isdecimal():
            judged.setdefault(parts[0], {})[parts[-2]] = int(parts[-1])
    return judged


def _score(judged: dict[str, int], found: list[str]) -> tuple[float, float]:
    gains = [judged.get(id, 0) / math.log2(rank + 2) for rank, id in enumerate(found[:10])]
    best = [gain / math.log2(rank + 2) for rank, gain in enumerate(sorted(judged.values(), reverse=True)[:10])]
    relevant = {id for id, gain in judged.items() if gain > 0}
    return sum(gains) / sum(best) if any(best) else 0.0, len(relevant & set(found[:20])) / max(len(relevant), 1)


async def _cached(store: Store, embedder: OnnxEmbedder, name: str) -> None:
    """Vectors of a set, made once: they take minutes."""
    CACHE.mkdir(exist_ok=True)
    file = CACHE / f"{name}-{embedder.name}.npz"
    if file.exists():
        kept = np.load(file)
        papers = await store.papers.get(list(kept["ids"]))
        made = {
            str(i): (papers[str(i)].fingerprint, pack(v)) for i, v in zip(kept["ids"], kept["vectors"], strict=True)
        }
        await store.vectors.keep(embedder.name, made)
        return
    ids: list[str] = []
    vectors: list[Any] = []
    while missing := await store.vectors.missing(embedder.name, 256):
        found = await embedder.papers(missing)
        ids += [item.id for item in missing]
        vectors.append(found)
        made = {item.id: (item.fingerprint, pack(v)) for item, v in zip(missing, found, strict=True)}
        await store.vectors.keep(embedder.name, made)
        print(f"  {name}: {len(ids):,} embedded", flush=True)
    np.savez(file, ids=np.array(ids), vectors=np.concatenate(vectors))


async def _fill(store: Store, size: int) -> None:
    batch = []
    now = SystemClock().now()
    for item in _papers(size):
        batch.append(listing(item, source="arxiv"))
        if len(batch) == 500:
            await store.papers.keep(batch, now)
            batch = []
    await store.papers.keep(batch, now)


def _papers(size: int) -> Iterator[Paper]:
    """New arXiv papers where they are recorded, invented ones elsewhere and beyond."""
    file = SHARED / "arxiv-new" / "corpus.jsonl.gz"
    count = 0
    if file.exists():
        with gzip.open(file) as lines:
            rows = [json.loads(line) for line in islice(lines, size)]
        for row in rows:
            count += 1
            yield paper(
                f"arxiv:{row['id']}", row["title"], abstract=row["abstract"], authors=tuple(row["authors"]),
                categories=tuple(row["categories"]),
            )  # fmt: skip
    chance = random.Random(1)
    words = [
        f"{a}{b}" for a in ("neuro", "graph", "meta", "hyper", "auto") for b in ("net", "form", "tune", "bird", "flow")
    ]
    for n in range(count, size):
        title = " ".join(chance.choices(words, k=8))
        yield paper(f"text:{n:016x}", title, abstract=" ".join(chance.choices(words, k=150)))


async def _vectors(store: Store, embedder: OnnxEmbedder) -> None:
    real: list[Any] = []
    chance = np.random.default_rng(1)
    first = await store.vectors.missing(embedder.name, REAL)
    began = time.perf_counter()
    real = list(await embedder.papers(first))
    print(f"  embedding {len(first) / (time.perf_counter() - began):.1f} papers/s on one thread")
    while missing := await store.vectors.missing(embedder.name, 2_000):
        turned = {}
        for item in missing:
            vector = real[int(chance.integers(len(real)))] + chance.normal(0, 0.03, len(real[0]))
            turned[item.id] = (item.fingerprint, pack((vector / np.linalg.norm(vector)).astype(np.float32)))
        await store.vectors.keep(embedder.name, turned)


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


def _bare(db: sqlite3.Connection, query: str) -> None:
    """What anybody would write: all the words, and any of them where too few papers have all."""
    words = [f'"{word}"' for word in query.split()]
    sql = "SELECT rowid FROM papers_fts WHERE papers_fts MATCH ? ORDER BY rank LIMIT 10"
    if len(db.execute(sql, (" ".join(words),)).fetchall()) < 10 and len(words) > 1:
        db.execute(sql, (" OR ".join(words),)).fetchall()


async def _time(
    name: str, queries: list[str], work: Callable[[str], Awaitable[None]], base: tuple[float, float] | None = None
) -> tuple[float, float]:
    took = []
    for query in queries:
        times = []
        for _ in range(3):  # the best of three: other programs run here too
            began = time.perf_counter()
            await work(query)
            times.append((time.perf_counter() - began) * 1_000)
        took.append(min(times))
    p50, p99 = np.percentile(took, [50, 99])
    ratio = f"   {p99 / base[0]:.2f}x bare FTS5 at p99, {sum(took) / base[1]:.2f}x in all" if base else ""
    print(f"  {name:<10} p50 {p50:7.2f} ms   p99 {p99:7.2f} ms{ratio}")
    return float(p99), float(sum(took))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, nargs="*", default=[10_000, 75_000])
    parser.add_argument("--quality", action="store_true")
    chosen = parser.parse_args()
    if chosen.quality and SHARED.exists():
        asyncio.run(quality())
    for size in chosen.papers:
        asyncio.run(speed(size))


if __name__ == "__main__":
    main()
