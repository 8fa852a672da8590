"""A channel's taste: which papers it would like, learned from its votes.

A linear model on the papers' embeddings: weighted least squares with a ridge, in closed form, so that the same votes
always give the same taste. It learns from what the channel as a whole was shown and voted on, not from persons. What it
gains, and how that was measured, is in docs/ranking.md.
"""

from collections.abc import Mapping, Sequence
from itertools import count

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bot.papers.model import PaperId

Floats = NDArray[np.float32]

MIN_VOTES_FOR_TASTE = 20  # before a channel has a taste
EXPLORATION_INTERVAL = 5  # every fifth position ignores taste, so that a channel also sees other papers
MAX_UNVOTED_EXAMPLES = 500  # papers shown without a vote that are learned from, the newest

DOWNVOTE_WEIGHT = 2.0  # of a vote against, relative to a vote for
UNVOTED_WEIGHT = 0.3  # of all papers without a vote, relative to all with one
RIDGE_STRENGTH = 5.0  # times the mean variance of a dimension; a larger one makes a few votes matter less
TASTE_WEIGHT = 3.0  # relative to votes, both in standard deviations of the list
MIN_SAVED_PAPERS = 5  # before a person's saved papers rank anything
NEAREST_SAVED = 3  # saved papers that a paper is compared with
MIN_COSINE_FOR_REASON = 0.45  # similarity from which one paper is given as the reason for another


class TrainingExample(Struct, frozen=True, kw_only=True, eq=False):
    """A paper that was shown to a channel, and its votes."""

    vector: Floats
    title: str = ""
    up: int = 0
    down: int = 0


class Taste(Struct, frozen=True, kw_only=True, eq=False):
    """What a channel's votes taught."""

    vote_count: int
    weights: Floats
    mean: Floats  # of the papers learned from
    liked: Floats  # one row per paper voted up
    titles: tuple[str, ...]  # of those papers


class Affinity(Struct, frozen=True):
    """How well a paper fits a taste."""

    score: float
    similar_to: str = ""  # title of the nearest paper voted up or saved, when it is similar enough


def learn_taste(examples: Sequence[TrainingExample]) -> Taste | None:
    """The taste from these votes; None while there are too few, or none in favour."""
    voted = [example for example in examples if example.up or example.down]
    vote_count = sum(example.up + example.down for example in voted)
    liked = [example for example in voted if example.up > example.down]
    if vote_count < MIN_VOTES_FOR_TASTE or not liked:
        return None
    used = voted + [example for example in examples if not (example.up or example.down)][:MAX_UNVOTED_EXAMPLES]
    weights, mean = _fit(np.stack([example.vector for example in used]), *_targets_and_weights(used))
    return Taste(
        vote_count=vote_count,
        weights=weights,
        mean=mean,
        liked=np.stack([example.vector for example in liked]),
        titles=tuple(example.title for example in liked),
    )


def score_affinity(taste: Taste, vectors: Mapping[PaperId, Floats]) -> dict[PaperId, Affinity]:
    """How well each paper fits a taste, and the similar paper that was voted up."""
    if not vectors:
        return {}
    found = np.stack(list(vectors.values()))
    scores, cosines = (found - taste.mean) @ taste.weights, found @ taste.liked.T
    nearest = cosines.argmax(axis=1)
    return {
        id: Affinity(float(score), taste.titles[near] if score > 0 and row[near] >= MIN_COSINE_FOR_REASON else "")
        for id, score, row, near in zip(vectors, scores, cosines, nearest, strict=True)
    }


def affinity_to_saved(saved: Sequence[TrainingExample], vectors: Mapping[PaperId, Floats]) -> dict[PaperId, Affinity]:
    """How similar each paper is to a person's saved papers: the mean cosine of the nearest few.

    Nothing is learned here, because saving shows what is liked and says nothing about the rest.
    """
    if len(saved) < MIN_SAVED_PAPERS or not vectors:
        return {}
    cosines = np.stack(list(vectors.values())) @ np.stack([example.vector for example in saved]).T
    scores, nearest = mean_of_nearest(cosines), cosines.argmax(axis=1)
    return {
        id: Affinity(float(score), saved[near].title if row[near] >= MIN_COSINE_FOR_REASON else "")
        for id, score, row, near in zip(vectors, scores, cosines, nearest, strict=True)
    }


def mean_of_nearest(cosines: Floats) -> Floats:
    """For each paper (a row) the mean cosine of those read papers (columns) that are nearest to it."""
    return np.asarray(np.sort(cosines, axis=1)[:, -NEAREST_SAVED:].mean(axis=1), np.float32)


def rank_by_taste(
    default_order: Sequence[PaperId], liked: Mapping[PaperId, int], taste: Mapping[PaperId, Affinity]
) -> list[PaperId]:
    """A list by taste and votes together, best first, without exploration."""
    if not default_order:
        return []
    known = np.array([taste[id].score if id in taste else np.nan for id in default_order], np.float64)
    known = np.where(np.isnan(known), np.nanmean(known) if not np.isnan(known).all() else 0.0, known)
    votes = np.array([np.log1p(max(liked.get(id, 0), 0)) for id in default_order], np.float64)
    scores = _standard(votes) + TASTE_WEIGHT * _standard(known)
    return [default_order[n] for n in np.argsort(-scores, kind="stable")]


def interleave(by_taste: Sequence[PaperId], default_order: Sequence[PaperId]) -> list[tuple[PaperId, bool]]:
    """Both orders in one: every `EXPLORATION_INTERVAL`th position from `default_order`. True for a paper that is there
    only because of that."""
    placed: dict[PaperId, bool] = {}
    for place in count(1):
        if len(placed) == len(default_order):
            break
        is_open = place % EXPLORATION_INTERVAL == 0
        id = next(id for id in (default_order if is_open else by_taste) if id not in placed)
        placed[id] = is_open and id != next(id for id in by_taste if id not in placed)
    return list(placed.items())


def _targets_and_weights(examples: Sequence[TrainingExample]) -> tuple[Floats, Floats]:
    """The target of each example, from −1 to 1, and its weight; the weights add up to 1."""
    up = np.array([example.up for example in examples], np.float32)
    down = np.array([example.down for example in examples], np.float32) * DOWNVOTE_WEIGHT
    cast = up + down
    unvoted = cast == 0
    targets = np.where(unvoted, -1.0, (up - down) / np.maximum(cast, 1))
    weights = np.where(unvoted, UNVOTED_WEIGHT * np.log1p(cast).sum() / max(int(unvoted.sum()), 1), np.log1p(cast))
    return targets.astype(np.float32), (weights / weights.sum()).astype(np.float32)


def _fit(vectors: Floats, targets: Floats, example_weights: Floats) -> tuple[Floats, Floats]:
    """Weights of the weighted ridge regression and the mean of its examples; the intercept doesn't affect a ranking."""
    mean = np.asarray(example_weights @ vectors, np.float32)
    centred = vectors - mean
    square = (centred.T * example_weights) @ centred
    square[np.diag_indices_from(square)] += RIDGE_STRENGTH * np.trace(square) / len(square)
    weights = np.linalg.solve(square, (centred.T * example_weights) @ (targets - example_weights @ targets))
    return np.asarray(weights, np.float32), mean


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)
