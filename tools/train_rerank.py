"""Learn the weights of the fusion from judged sets: `python -m tools.train_rerank [--write]`.

For each set the weights are chosen on the other two and tried on it: only what carries over is worth having. What is
made as high as it goes is nDCG@10 and recall@20 together, each set's as a share of its best, so that no set counts for
more.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from msgspec import Struct

from bot.clock import SystemClock
from bot.ingest.ingester import Ingester
from bot.search import Mode, fusion, open_embedder
from bot.search.keyword_search import KeywordSearch
from bot.search.query import parse_query
from bot.search.retrieval import retrieve
from bot.search.search import CANDIDATES
from bot.search.semantic_search import SemanticSearch
from bot.store import open_store
from tests.benchmarks.search import PUBLIC, cached, corpus, judgements, questions, score
from tests.builders import SHARED

WORDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
ALIKE = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3)
GRID = tuple(product(WORDS, ALIKE))
FILE = Path(fusion.__file__).with_name("weights.txt")
HEAD = """# What each score weighs; the rest of 1 is nearness to the query. Learned by tools/train_rerank.py;
# docs/search.md says how well that carries over to other sets.
"""

Weights = tuple[float, float]
Figures = tuple[float, float]  # nDCG@10, recall@20
Table = dict[Weights, Figures]


class Asked(Struct, frozen=True):
    """A judged query, and what each kind of search found for it."""

    judged: dict[str, int]
    words: dict[str, float]
    meaning: dict[str, float]


async def gathered(folder: Path) -> tuple[SemanticSearch, list[Asked]]:
    """Every query of a set, asked of both."""
    with tempfile.TemporaryDirectory() as home:
        store = await open_store(Path(home) / "paperboy.db")
        embedder = open_embedder("", 1)
        assert embedder is not None, "no embedding model is installed"
        await Ingester(store.papers, (), SystemClock()).store_batch(corpus(folder))
        await cached(store, embedder, folder.name)
        meaning = SemanticSearch(store.vectors, embedder)
        await meaning.load_new_vectors()
        keywords = KeywordSearch(store.papers, None)
        await keywords.update()
        judged, found = judgements(folder), list[Asked]()
        for id, text in questions(folder):
            if id in judged:
                words, near, _ = await retrieve(keywords, meaning, parse_query(text), CANDIDATES, mode=Mode.HYBRID)
                found.append(Asked(judged[id], dict(words), dict(near)))
        await meaning.aclose()
        await store.aclose()
        return meaning, found


def figures(meaning: SemanticSearch, asked: Sequence[Asked], weights: Weights) -> Figures:
    """nDCG@10 and recall@20 of a set with these weights."""
    weigh = dict(zip(("words", "alike"), weights, strict=True))
    scores = []
    for one in asked:
        fused = fusion.fuse_twice(one.words, one.meaning, meaning.index.cosines_to_mean, weigh=weigh)
        scores.append(score(one.judged, sorted(fused, key=lambda id: (-fused[id], id))[:20]))
    ndcg, recall = (sum(column) / len(asked) for column in zip(*scores, strict=True))
    return ndcg, recall


def best(tables: Sequence[Table], allowed: Sequence[Weights]) -> Weights:
    """The weights that do best over all these sets."""

    def worth(weights: Weights) -> float:
        return sum(table[weights][n] / max(found[n] for found in table.values()) for table in tables for n in (0, 1))

    return max(allowed, key=worth)


async def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put what was learned from all sets into weights.txt")
    chosen = parser.parse_args()
    tables: dict[str, Table] = {}
    for name in PUBLIC:
        meaning, asked = await gathered(SHARED / name)
        tables[name] = {weights: figures(meaning, asked, weights) for weights in GRID}
    show(tables)
    words, alike = best(list(tables.values()), GRID)
    print(f"of all sets: words {words}, alike {alike}")
    if chosen.write:
        FILE.write_text(f"{HEAD}words {words}\nalike {alike}\n", "utf-8")


def show(tables: dict[str, Table]) -> None:
    """What was learned without a set, what that is worth on it, and what it would be without `alike`."""
    print(f"{'tried on':<18}{'words':>7}{'alike':>7}{'nDCG@10':>9}{'recall@20':>11}{'no alike':>17}")
    for name, table in tables.items():
        others = [other for key, other in tables.items() if key != name]
        learned, plain = best(others, GRID), best(others, [weights for weights in GRID if not weights[1]])
        values = (*learned, *table[learned], *table[plain])
        print("{:<18}{:>7}{:>7}{:>9.3f}{:>11.3f}{:>9.3f}{:>8.3f}".format(name, *values))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
