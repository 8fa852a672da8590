"""A channel's taste: what its votes say of papers that nobody there has voted on yet.

A linear model on the papers' embeddings: weighted least squares with a ridge, in closed form, so that the same votes
always teach the same. It learns from what the channel as a whole was brought and voted on; it knows no persons. What
it gains and how that was measured is in docs/ranking.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bot.papers.model import PaperId

Floats = NDArray[np.float32]

ENOUGH = 20  # ballots before a channel has a taste
OPEN = 5  # one place in so many is filled by the untaught order: or a channel would only see more of the same
PASSED_OVER = 500  # papers shown and not voted on that are learned from, the newest

AGAINST = 2.0  # what a vote against weighs beside one for
SILENCE = 0.3  # what all papers passed over weigh, beside all that were voted on
RIDGE = 5.0  # times the mean variance of a dimension; the larger, the less a few votes bend it
SHARE = 3.0  # what taste weighs beside votes, both in standard deviations of the list
FEW = 5  # papers that somebody must have saved before they order anything;
NEAREST = 3  # how many of them a paper is compared with
NEAR = 0.45  # cosine from which one paper is told as the reason for another


class Lesson(Struct, frozen=True, kw_only=True, eq=False):
    """A paper that a channel was brought, and what came of it."""

    vector: Floats
    title: str = ""
    up: int = 0
    down: int = 0


class Taste(Struct, frozen=True, kw_only=True, eq=False):
    """What a channel's votes taught."""

    ballots: int
    weights: Floats
    origin: Floats  # what is common to all its papers says nothing of any
    liked: Floats  # one row a paper voted up
    titles: tuple[str, ...]  # of those


class Leaning(Struct, frozen=True):
    """How much a paper is to a channel's taste."""

    score: float
    near: str = ""  # title of the paper voted up that is nearest, when one is near


def learn(lessons: Sequence[Lesson]) -> Taste | None:
    """The taste that votes teach; None while there are too few, or none in favour."""
    voted = [lesson for lesson in lessons if lesson.up or lesson.down]
    ballots = sum(lesson.up + lesson.down for lesson in voted)
    liked = [lesson for lesson in voted if lesson.up > lesson.down]
    if ballots < ENOUGH or not liked:
        return None
    used = voted + [lesson for lesson in lessons if not (lesson.up or lesson.down)][:PASSED_OVER]
    weights, origin = _fit(np.stack([lesson.vector for lesson in used]), *_aims(used))
    return Taste(
        ballots=ballots,
        weights=weights,
        origin=origin,
        liked=np.stack([lesson.vector for lesson in liked]),
        titles=tuple(lesson.title for lesson in liked),
    )


def lean(taste: Taste, vectors: Mapping[PaperId, Floats]) -> dict[PaperId, Leaning]:
    """How much each paper is to that taste, and near which paper."""
    if not vectors:
        return {}
    found = np.stack(list(vectors.values()))
    scores, cosines = (found - taste.origin) @ taste.weights, found @ taste.liked.T
    nearest = cosines.argmax(axis=1)
    return {
        id: Leaning(float(score), taste.titles[near] if score > 0 and row[near] >= NEAR else "")
        for id, score, row, near in zip(vectors, scores, cosines, nearest, strict=True)
    }


def near_saved(saved: Sequence[Lesson], vectors: Mapping[PaperId, Floats]) -> dict[PaperId, Leaning]:
    """How near each paper is to those that somebody saved. Saving says what is liked and nothing of the rest, so
    nothing is learned: the nearest few are looked at."""
    if len(saved) < FEW or not vectors:
        return {}
    cosines = np.stack(list(vectors.values())) @ np.stack([lesson.vector for lesson in saved]).T
    scores, nearest = np.sort(cosines, axis=1)[:, -NEAREST:].mean(axis=1), cosines.argmax(axis=1)
    return {
        id: Leaning(float(score), saved[near].title if row[near] >= NEAR else "")
        for id, score, row, near in zip(vectors, scores, cosines, nearest, strict=True)
    }


def taught(
    untaught: Sequence[PaperId], liked: Mapping[PaperId, int], taste: Mapping[PaperId, Leaning]
) -> list[PaperId]:
    """A list's papers, those to the channel's taste and liked by many first; without the open places."""
    if not untaught:
        return []
    known = np.array([taste[id].score if id in taste else np.nan for id in untaught], np.float64)
    known = np.where(np.isnan(known), np.nanmean(known) if not np.isnan(known).all() else 0.0, known)
    votes = np.array([np.log1p(max(liked.get(id, 0), 0)) for id in untaught], np.float64)
    scores = _standard(votes) + SHARE * _standard(known)
    return [untaught[n] for n in np.argsort(-scores, kind="stable")]


def mixed(by_taste: Sequence[PaperId], untaught: Sequence[PaperId]) -> list[tuple[PaperId, bool]]:
    """Both orders in one; True for a paper in an open place that its taste alone would not have brought there."""
    placed: dict[PaperId, bool] = {}
    for place in count(1):
        if len(placed) == len(untaught):
            break
        is_open = place % OPEN == 0
        id = next(id for id in (untaught if is_open else by_taste) if id not in placed)
        placed[id] = is_open and id != next(id for id in by_taste if id not in placed)
    return list(placed.items())


def _aims(lessons: Sequence[Lesson]) -> tuple[Floats, Floats]:
    """What each paper should score, and how much it counts."""
    up = np.array([lesson.up for lesson in lessons], np.float32)
    down = np.array([lesson.down for lesson in lessons], np.float32) * AGAINST
    cast = up + down
    silent = cast == 0
    aims = np.where(silent, -1.0, (up - down) / np.maximum(cast, 1))
    counts = np.where(silent, SILENCE * np.log1p(cast).sum() / max(int(silent.sum()), 1), np.log1p(cast))
    return aims.astype(np.float32), (counts / counts.sum()).astype(np.float32)


def _fit(vectors: Floats, aims: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Weights and origin of the weighted ridge regression; the plane's height says nothing and is left out."""
    origin = np.asarray(counts @ vectors, np.float32)
    centred = vectors - origin
    square = (centred.T * counts) @ centred
    square[np.diag_indices_from(square)] += RIDGE * np.trace(square) / len(square)
    weights = np.linalg.solve(square, (centred.T * counts) @ (aims - counts @ aims))
    return np.asarray(weights, np.float32), origin


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)
