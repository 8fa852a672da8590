"""Who should read this: `python -m tests.benchmarks.readers`, on the recorded days.

People are authors with several papers. What they read is taken to be their earlier papers, and their last one is held
out: its author should be among the first three of a community. Other authors of that paper are left out of the
community, because they would be right as well. What comes out is in docs/ranking.md.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bot.delivery.likely_readers import standing
from bot.papers.model import Paper
from bot.sources.files import read_papers
from bot.votes.taste import mean_of_nearest
from tests.benchmarks.taste_data import Vectors, vectors
from tests.builders import SHARED

PAPERS = (5, 15)  # of a person; a name with more is often that of several
PEOPLE = 240
COMMUNITIES = (10, 30, 100)
DRAWS = 30  # of a community
THRESHOLDS = (0.5, 1.0, 1.5, 2.0)  # standard deviations
_WORD = re.compile(r"[a-z]{3,}")


class Reader(Struct, frozen=True):
    """An author, their last paper and those before."""

    name: str
    last: Paper
    read: tuple[Paper, ...]


Score = Callable[[Reader, Paper], float]
Table = NDArray[np.float64]


def readers() -> list[Reader]:
    """Authors with several papers, drawn at random."""
    by_name = defaultdict[str, dict[str, Paper]](dict)
    for file in sorted((SHARED / "hf-daily-papers").glob("*.json.gz")):
        for batch in read_papers(file):
            for item in batch.listings:
                for name in item.paper.authors:
                    by_name[name].setdefault(item.paper.id, item.paper)
    known = [(name, list(papers.values())) for name, papers in sorted(by_name.items()) if " " in name]
    several = [(name, papers) for name, papers in known if PAPERS[0] <= len(papers) <= PAPERS[1]]
    chosen = np.random.default_rng(11).permutation(len(several))[:PEOPLE]
    return [Reader(several[n][0], several[n][1][-1], tuple(several[n][1][:-1])) for n in chosen]


def by_vectors(found: Vectors) -> Score:
    """The product's own: the mean cosine of the nearest of what they read."""

    def score(reader: Reader, paper: Paper) -> float:
        read = np.stack([found[one.id] for one in reader.read if one.id != paper.id])
        return float(mean_of_nearest(found[paper.id][None] @ read.T)[0])

    return score


def by_words() -> Score:
    """The same with the share of words in common in place of the cosine."""
    words: dict[str, set[str]] = {}

    def of(paper: Paper) -> set[str]:
        if paper.id not in words:
            words[paper.id] = set(_WORD.findall(f"{paper.title} {paper.abstract}".casefold()))
        return words[paper.id]

    def score(reader: Reader, paper: Paper) -> float:
        shared = [len(of(one) & of(paper)) / len(of(one) | of(paper)) for one in reader.read if one.id != paper.id]
        return float(mean_of_nearest(np.array([shared]))[0])

    return score


def table(people: Sequence[Reader], score: Score) -> Table:
    """The score of each last paper (row) for each person (column)."""
    return np.array([[score(one, other.last) for one in people] for other in people])


def by_standing(scores: Table) -> Table:
    """The product's own order: each person's scores among those of the same list."""
    return np.stack([standing(column) for column in scores.T], axis=1)


def hit_at_3(people: Sequence[Reader], size: int, scores: Table) -> float:
    """How often the author is among the first three of a community of this size."""
    rng, hits = np.random.default_rng(size), []
    for _ in range(DRAWS):
        community = rng.choice(len(people), size, replace=False)
        for author in community:
            names = people[author].last.authors
            others = [n for n in community if n != author and people[n].name not in names]
            hits.append(sum(scores[author, others] > scores[author, author]) < 3)
    return float(np.mean(hits))


def thresholds(people: Sequence[Reader], scores: Table) -> None:
    """For each threshold: how many authors are named beside their own paper, and how many others beside it."""
    wrote = np.array([[one.name in other.last.authors for one in people] for other in people])
    for least in THRESHOLDS:
        print(f"| {least:.1f} | {(np.diag(scores) >= least).mean():.3f} | {(scores[~wrote] >= least).mean():.3f} |")


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "paperboy-bench")
    people = readers()
    found = await vectors([paper for one in people for paper in (one.last, *one.read)], parser.parse_args().cache)
    near = table(people, by_vectors(found))
    scores = {
        "random": np.random.default_rng(5).random(near.shape),
        "words in common": table(people, by_words()),
        "nearest vectors": near,
        "the same, by standing": by_standing(near),
    }
    print(f"{len(people)} people, {sum(len(one.read) for one in people)} papers they wrote before")
    print("| hit@3 | " + " | ".join(map(str, COMMUNITIES)) + " |")
    for name, each in scores.items():
        rates = [hit_at_3(people, size, each) for size in COMMUNITIES]
        print(f"| {name} | " + " | ".join(f"{rate:.3f}" for rate in rates) + " |", flush=True)
    print("| threshold | authors named | others named |")
    thresholds(people, by_standing(near))


if __name__ == "__main__":
    asyncio.run(main())
