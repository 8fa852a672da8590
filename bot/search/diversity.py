"""Ranking by relevance and variety (maximal marginal relevance). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.papers.model import PaperId

RELEVANCE = 0.7  # its weight against variety; docs/search.md has the measurements
MIN_SHARE = 0.6  # of the best score; papers below it keep their place


def diverse(
    found: Sequence[tuple[PaperId, float]], vectors: Mapping[PaperId, NDArray[np.float32]], most: int | None = None
) -> list[tuple[PaperId, float]]:
    """The same papers; next is always the one that is most relevant and least like those before it.

    `most`: how many are ordered so; the rest follow by relevance.
    """
    least = MIN_SHARE * max((score for _, score in found), default=0.0)
    left = [one for one in found if one[0] in vectors and one[1] >= least]
    if not left:
        return list(found)
    scores = np.array([score for _, score in left])
    matrix = np.stack([vectors[id] for id, _ in left])
    taken: list[int] = []
    closest = np.zeros(len(left))
    for _ in left[:most]:
        worth = RELEVANCE * scores - (1 - RELEVANCE) * closest
        worth[taken] = -np.inf
        taken.append(int(np.argmax(worth)))
        closest = np.maximum(closest, matrix @ matrix[taken[-1]])
    first = [left[i] for i in taken]
    known = {id for id, _ in first}
    return [*first, *(one for one in found if one[0] not in known)]
