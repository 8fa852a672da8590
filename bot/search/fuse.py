"""Two rankings as one. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from bot.papers.model import PaperId

WORDS = 0.5  # the weight of the keyword leg; the other half is meaning (docs/search.md has the measurements)


def fuse(
    words: Mapping[PaperId, float], meaning: Mapping[PaperId, float], *, coverage: float = 1.0
) -> dict[PaperId, float]:
    """A weighted sum of both legs' scores, each stretched to 0…1 over what it found.

    A paper that one leg did not find gets that leg's lowest score: it was looked at and ranked below. `coverage` is
    the share of papers that have a vector: while few have, their nearest may be far, and weighs the less.
    """
    a, b = _stretched(words), _stretched(meaning)
    if not a or not b:
        return dict(a or b)
    near = (1 - WORDS) * coverage
    return {id: WORDS * a.get(id, 0.0) + near * b.get(id, 0.0) for id in {**a, **b}}


def _stretched(scores: Mapping[PaperId, float]) -> dict[PaperId, float]:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    span = high - low
    return {id: (score - low) / span if span else 1.0 for id, score in scores.items()}
