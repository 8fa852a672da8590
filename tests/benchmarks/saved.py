"""A person who saved some papers on one subject: how well they order what comes later.

The judging is that of `taste.py`. Nobody votes here, and nothing is learned: the nearest saved papers decide.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.papers.model import PaperId
from bot.store.records import ListedPaper
from bot.votes.taste import Affinity, TrainingExample, affinity_to_saved, interleave, rank_by_taste
from tests.benchmarks.taste_data import Vectors

SAVED = (5, 10, 20, 50)
SLIPS = 0.1  # of what is saved, on something else


def keeps(
    on_topic: Sequence[PaperId], others: Sequence[PaperId], found: Vectors, count: int, seed: int
) -> list[TrainingExample]:
    """What somebody saved of earlier days: mostly on the subject."""
    rng = np.random.default_rng(seed)
    slips = int(rng.binomial(count, SLIPS))
    chosen = [*rng.choice(on_topic, count - slips, replace=False), *rng.choice(others, slips, replace=False)]
    return [TrainingExample(vector=found[str(id)]) for id in chosen]


def order(listed: Sequence[ListedPaper], found: Vectors, saved: Sequence[TrainingExample]) -> list[PaperId]:
    """As a digest is ordered, with its open places."""
    papers = {item.paper.id: item.paper for item in listed}
    liked = {id: paper.counts.upvotes for id, paper in papers.items()}
    untaught = sorted(sorted(papers, reverse=True), key=lambda id: -liked[id])
    leanings: dict[PaperId, Affinity] = affinity_to_saved(saved, {id: found[id] for id in papers})
    return [id for id, _ in interleave(rank_by_taste(untaught, liked, leanings), untaught)] if leanings else untaught
