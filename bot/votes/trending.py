"""The trending score.

    score = (upvotes + 5 · votes here + 2 · ln(1 + stars)) / (days + 2 · span / 7) ^ 1.5

Upvotes are the community's on Hugging Face; a vote here weighs five of those, because a channel's few
voters speak for its own interest; stars count by their logarithm, because repositories of ten thousand
stars are old acquaintances. In a week (span 7) the divisor lets a paper of today overtake one of last week with
about a tenth of the votes (the form and exponent of Hacker News' ranking); in a month it does so more slowly, or its
list would be the week's again, and in a day faster.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time

from bot.papers.model import PaperId
from bot.store.records import ListedPaper, Tally

HERE = 5.0
STARS = 2.0
GRAVITY = 1.5
WEEK = 7


def score(item: ListedPaper, tally: Tally, now: datetime, *, days: int = WEEK) -> float:
    """How much a paper is talked about within so many days; zero or more unless voted down."""
    counts = item.paper.counts
    votes = counts.upvotes + HERE * (tally.up - tally.down) + STARS * math.log1p(counts.stars)
    return float(votes / (_age(item, now) + 2 * days / WEEK) ** GRAVITY)


def trending(
    listed: Sequence[ListedPaper], tallies: Mapping[PaperId, Tally], now: datetime, limit: int, *, days: int = WEEK
) -> list[ListedPaper]:
    """The most talked about first; a paper listed twice counts from its newest day."""
    newest = {item.paper.id: item for item in sorted(listed, key=lambda item: item.day)}
    ranked = sorted(
        (item for item in newest.values() if not item.paper.withdrawn),
        key=lambda item: (-score(item, tallies.get(item.paper.id, Tally()), now, days=days), item.paper.id),
    )
    return ranked[:limit]


def why(item: ListedPaper, tally: Tally, now: datetime) -> str:
    """What the score is made of: `12 upvotes, 3 votes here, 40 stars, listed 2 days ago`."""
    counts, days = item.paper.counts, int(_age(item, now))
    parts = (
        _many(counts.upvotes, "upvote"),
        _many(tally.up, "vote", " here"),
        _many(tally.down, "vote", " here against it"),
        _many(counts.stars, "star"),
        f"listed {_many(days, 'day') or 'today'}" + (" ago" if days else ""),
    )
    return ", ".join(filter(None, parts))


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count:,} {one if count == 1 else one + 's'}{more}" if count else ""


def _age(item: ListedPaper, now: datetime) -> float:
    """Days since its list began."""
    return max(0.0, (now - datetime.combine(item.day, time(), UTC)).total_seconds() / 86_400)
