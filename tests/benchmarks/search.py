"""How well and how fast search finds: `python -m tests.benchmarks.search [--papers N …] [--quality]`.

Vectors of a judged set are made once and kept in the system's temporary folder; 50,000 take most of an hour, and a
run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import tempfile
from pathlib import Path

import numpy as np

from bot.clock import SystemClock
from bot.ingest.ingester import Ingester
from bot.papers.ids import arxiv_id
from bot.search import Mode, OnnxEmbedder, Search, open_embedder
from bot.search.vector_index import VectorIndex, pack
from bot.sources.files import read_papers
from bot.sources.source import Batch
from bot.store import open_store
from bot.store.sql import Store
from tests.benchmarks.search_speed import speed
from tests.builders import SHARED

__all__ = ["main", "quality", "speed"]

CACHE = Path(tempfile.gettempdir()) / "paperboy-benchmark"
KEPT_EVERY = 2_048  # papers embedded between two writes of the cache
PUBLIC = {  # nDCG@10 of others: on other queries of the same set where there are some
    "scifact": "BM25 .670, MiniLM .649, plain fusion .702",
    "autoscholarquery": "BM25 .227",
    "cisi": "-",
}


async def quality() -> None:
    """nDCG@10 and recall@20 of each mode on public judgements, others' scores beside them."""
    print(f"\n{'set':<18}{'queries':>8}{'mode':>10}{'nDCG@10':>9}{'recall@20':>11}   public nDCG@10")
    for name in PUBLIC:
        if (SHARED / name).exists():
            await _judge(SHARED / name)


async def _judge(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        store = await open_store(Path(home) / "paperboy.db")
        embedder = open_embedder("", 2)
        assert embedder is not None
        await Ingester(store.papers, (), SystemClock()).store_batch(corpus(folder))
        vectors = await cached(store, embedder, folder.name)
        search = Search(store.papers, store.vectors, embedder)
        await search.load_new_vectors()
        await search.update_index()
        judged = judgements(folder)
        asked = [(id, text) for id, text in questions(folder) if id in judged]
        for mode in (Mode.KEYWORD, Mode.SEMANTIC, Mode.HYBRID):
            found = [[h.id for h in (await search.find_papers(text, limit=20, mode=mode)).hits] for _, text in asked]
            scores = [score(judged[id], ids) for (id, _), ids in zip(asked, found, strict=True)]
            ndcg, recall = (sum(column) / len(scores) for column in zip(*scores, strict=True))
            public = PUBLIC[folder.name] if mode is Mode.HYBRID else ""
            print(f"{folder.name:<18}{len(asked):>8}{mode.value:>10}{ndcg:>9.3f}{recall:>11.3f}   {public}", flush=True)
        print(f"{'':<18}the index finds {await _kept(vectors, embedder, asked):.3f} of the exact ten nearest")
        await search.aclose()
        await store.aclose()


async def _kept(
    vectors: dict[str, np.ndarray], embedder: OnnxEmbedder, asked: list[tuple[str, str]], ten: int = 10
) -> float:
    """The share of the exact nearest that the index finds too."""
    index = VectorIndex()
    index.put_vectors((id, pack(vector)) for id, vector in vectors.items())
    ids, matrix = list(vectors), np.stack(list(vectors.values()))
    hits = 0
    for _, text in asked:
        query = await embedder.embed_query(text)
        exact = {ids[row] for row in np.argpartition(-(matrix @ query), ten)[:ten]}
        hits += len(exact & {id for id, _ in index.nearest(query, ten)})
    return hits / (ten * len(asked))


def corpus(folder: Path) -> Batch:
    """The papers of a set."""
    return Batch(listings=tuple(item for batch in read_papers(next(folder.glob("corpus*"))) for item in batch.listings))


def questions(folder: Path) -> list[tuple[str, str]]:
    """Ids and texts of the queries of a set."""
    rows = (json.loads(line) for line in next(folder.glob("queries*")).open())
    return [(str(row["id"]), row["text"]) for row in rows]


def judgements(folder: Path) -> dict[str, dict[str, int]]:
    """What answers each query, and how well; ids as the store knows them."""
    judged: dict[str, dict[str, int]] = {}
    for line in next(folder.glob("qrels*")).read_text().splitlines():
        parts = line.split()
        if len(parts) >= 3 and parts[-1].lstrip("-").isdecimal():
            known = arxiv_id(parts[-2])
            judged.setdefault(parts[0], {})[known[0] if known else parts[-2]] = int(parts[-1])
    return judged


def score(judged: dict[str, int], found: list[str]) -> tuple[float, float]:
    """nDCG@10 and recall@20."""
    gains = [judged.get(id, 0) / math.log2(rank + 2) for rank, id in enumerate(found[:10])]
    best = [gain / math.log2(rank + 2) for rank, gain in enumerate(sorted(judged.values(), reverse=True)[:10])]
    relevant = {id for id, gain in judged.items() if gain > 0}
    return sum(gains) / sum(best) if any(best) else 0.0, len(relevant & set(found[:20])) / max(len(relevant), 1)


async def cached(store: Store, embedder: OnnxEmbedder, name: str) -> dict[str, np.ndarray]:
    """Vectors of a set, kept in the store; those of an earlier run are not made again."""
    CACHE.mkdir(exist_ok=True)
    file = CACHE / f"{name}-{embedder.name}.npz"
    vectors: dict[str, np.ndarray] = {}
    if file.exists():
        kept = np.load(file)
        vectors = {str(id): vector for id, vector in zip(kept["ids"], kept["vectors"], strict=True)}
        papers = await store.papers.get_papers(list(vectors))
        known = {id: (paper.fingerprint, pack(vectors[id])) for id, paper in papers.items()}
        await store.vectors.store_vectors(embedder.name, known)
    while missing := await store.vectors.papers_without_vector(embedder.name, KEPT_EVERY):
        found = await embedder.embed_papers(missing)
        made = {item.id: (item.fingerprint, pack(v)) for item, v in zip(missing, found, strict=True)}
        await store.vectors.store_vectors(embedder.name, made)
        vectors |= {item.id: v for item, v in zip(missing, found, strict=True)}
        np.savez(file, ids=np.array(list(vectors)), vectors=np.stack(list(vectors.values())))
        print(f"  {name}: {len(vectors):,} embedded", flush=True)
    return vectors


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, nargs="*", default=[10_000, 75_000, 450_000])
    parser.add_argument("--quality", action="store_true")
    chosen = parser.parse_args()
    if chosen.quality and SHARED.exists():
        asyncio.run(quality())
    for size in chosen.papers:
        asyncio.run(speed(size))


if __name__ == "__main__":
    main()
