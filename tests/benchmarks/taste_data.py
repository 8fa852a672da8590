"""The recorded days as the replay of rankings needs them: papers, days, counts and vectors."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bot.papers.model import Paper, PaperId
from bot.search import open_embedder
from bot.sources.files import read_papers
from bot.store.records import ListedPaper
from tests.builders import NOW, SHARED

FIRST = date(2025, 11, 1)  # about 3,000 papers from here to the end of the record
LISTINGS = 10  # days of arXiv that are ranked as a whole
PER_DAY = 250  # papers of such a day at most
PART = 256  # papers embedded between two writes of the cache

Vectors = dict[PaperId, np.ndarray]


class Days(Struct, frozen=True):
    """What stood on Hugging Face's list, day by day, and some whole listings of arXiv."""

    daily: dict[date, list[ListedPaper]]
    arxiv: dict[date, list[Paper]]


def load() -> Days:
    """The recorded days since `FIRST`, each paper with its arXiv categories where they are known."""
    announced = _announced()
    categories = {paper.id: paper.categories for papers in announced.values() for paper in papers}
    daily: dict[date, list[ListedPaper]] = {}
    for file in sorted((SHARED / "hf-daily-papers").glob("*.json.gz")):
        day = date.fromisoformat(file.name[:10])
        if day >= FIRST:
            papers = [item.paper for batch in read_papers(file) for item in batch.listings]
            known = (replace(paper, categories=categories.get(paper.id, ())) for paper in papers)
            daily[day] = [ListedPaper(paper=paper, source="huggingface", day=day, first_seen=NOW) for paper in known]
    return Days(daily, _whole(announced, list(daily)))


def _announced() -> dict[date, list[Paper]]:
    found: dict[date, list[Paper]] = {}
    with gzip.open(SHARED / "arxiv-new" / "corpus.jsonl.gz", "rt") as lines:
        for raw in map(json.loads, lines):
            paper = Paper(
                id=f"arxiv:{raw['id']}",
                title=raw["title"],
                abstract=raw["abstract"],
                categories=tuple(raw["categories"]),
            )
            found.setdefault(date.fromisoformat(raw["date"]), []).append(paper)
    return found


def _whole(announced: dict[date, list[Paper]], days: Sequence[date]) -> dict[date, list[Paper]]:
    """Evenly spaced listings of the second half, when there is a past to learn from."""
    usable = [day for day in days[len(days) // 2 :] if len(announced.get(day, ())) >= 100]
    chosen = usable[:: max(1, len(usable) // LISTINGS)][:LISTINGS]
    rng = np.random.default_rng(7)
    return {day: [announced[day][n] for n in sorted(rng.permutation(len(announced[day]))[:PER_DAY])] for day in chosen}


async def vectors(papers: Sequence[Paper], cache: Path) -> Vectors:
    """A vector a paper by the bundled model; those of an earlier run are not made again."""
    embedder = open_embedder("", 1)
    assert embedder is not None
    cache.mkdir(parents=True, exist_ok=True)
    file = cache / f"taste-{embedder.name}.npz"
    kept = np.load(file) if file.exists() else {"ids": [], "vectors": []}
    found: Vectors = {str(id): vector for id, vector in zip(kept["ids"], kept["vectors"], strict=True)}
    todo = [paper for paper in {paper.id: paper for paper in papers}.values() if paper.id not in found]
    for start in range(0, len(todo), PART):
        part = todo[start : start + PART]
        found |= dict(zip((paper.id for paper in part), await embedder.embed_papers(part), strict=True))
        np.savez(file, ids=np.array(list(found)), vectors=np.stack(list(found.values())))
        print(f"  {len(found):,} embedded, {len(todo) - start - len(part):,} to go", flush=True)
    await embedder.aclose()
    return found
