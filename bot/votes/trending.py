"""The trending score.

    score = (upvotes + 5 · votes here + 2 · ln(1 + stars)) / (days + 2) ^ 1.5

Upvotes are the community's on Hugging Face; a vote here weighs five of those, because a channel's few
voters speak for its own interest; stars count by their logarithm, because repositories of ten thousand
stars are old acquaintances. The divisor lets a paper of today overtake one of last week with about ten
times the votes (the form and exponent of Hacker News' ranking).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time

from bot.papers.model import PaperId
from bot.store.records import Listed, Tally

HERE = 5.0
STARS = 2.0
GRAVITY = 1.5


def score(item: Listed, tally: Tally, now: datetime) -> float:
    """How much a paper is talked about now; zero or more unless voted down."""
    listed = datetime.combine(item.day, time(), UTC)
    days = max(0.0, (now - listed).total_seconds() / 86_400)
    counts = item.paper.counts
    votes = counts.upvotes + HERE * (tally.up - tally.down) + STARS * math.log1p(counts.stars)
    return float(votes / (days + 2) ** GRAVITY)


def trending(listed: Sequence[Listed], tallies: Mapping[PaperId, Tally], now: datetime, limit: int) -> list[Listed]:
    """The most talked about first; a paper listed twice counts from its newest day."""
    newest = {item.paper.id: item for item in sorted(listed, key=lambda item: item.day)}
    ranked = sorted(
        (item for item in newest.values() if not item.paper.withdrawn),
        key=lambda item: (-score(item, tallies.get(item.paper.id, Tally()), now), item.paper.id),
    )
    return ranked[:limit]
