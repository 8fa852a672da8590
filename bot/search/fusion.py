"""Keyword and semantic scores combined. Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from bot.papers.model import PaperId

FEEDBACK_PAPERS = 3  # the best, whose mean refines the ranking
MIN_SPREAD = 1e-9

Scored = Mapping[str, float]
NearTo = Callable[[Sequence[PaperId], Collection[PaperId]], Scored]


def fuse_twice(
    words: Scored, meaning: Scored, near_to: NearTo, *, coverage: float = 1.0, weigh: Scored | None = None
) -> dict[PaperId, float]:
    """Both scores combined; then once more with each paper's nearness to the mean of the best."""
    scores = fuse(words, meaning, coverage=coverage, weigh=weigh)
    if not words or not meaning:
        return scores
    best = sorted(scores, key=lambda id: (-scores[id], id))[:FEEDBACK_PAPERS]
    return fuse(words, meaning, near_to(best, scores), coverage=coverage, weigh=weigh)


def fuse(
    words: Scored, meaning: Scored, alike: Scored | None = None, *, coverage: float = 1.0, weigh: Scored | None = None
) -> dict[PaperId, float]:
    """A weighted sum of scores, each counted in its standard deviations over all papers that either found.

    A paper without the words gets the lowest score that they gave. One without a vector is taken to be as near as the
    others are on average. `coverage` is the share of papers that have a vector: while few have, their nearest may be
    far, and weighs the less.
    """
    if not words or not meaning:
        return dict(words or meaning)
    share = weigh or weights()
    ids = list({**words, **meaning})
    near, centre = _standard(ids, meaning), _standard(ids, alike or meaning)
    by_meaning = (1 - share["words"] - share["alike"]) * near + share["alike"] * centre
    scores = share["words"] * _standard(ids, words, min(words.values())) + coverage * by_meaning
    return dict(zip(ids, scores.tolist(), strict=True))


@cache
def weights() -> dict[str, float]:
    """What `tools/train_rerank.py` learned: a name and a number a line."""
    lines = files("bot.search").joinpath("weights.txt").read_text("utf-8").splitlines()
    pairs = (line.split() for line in lines if line and not line.startswith("#"))
    return {name: float(number) for name, number in pairs}


def _standard(ids: Sequence[PaperId], scores: Scored, absent: float | None = None) -> NDArray[np.float64]:
    """In standard deviations from the mean, nought when all are one; others have `absent`, or else the mean."""
    other = sum(scores.values()) / len(scores) if absent is None else absent
    values = np.array([scores.get(id, other) for id in ids], np.float64)
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > MIN_SPREAD else np.zeros_like(values)
