"""The trending score of a paper.

    score = (upvotes + 5 · votes here + 2 · ln(1 + stars)) / (age + 2 · period / 7) ^ 1.5

Age and period are in days. Upvotes are those on Hugging Face. A vote here counts as five of them, because a community's
few voters speak for its own interests. Stars count by their logarithm, because a repository with ten thousand stars is
not news. The form and the exponent are those of Hacker News' ranking. Over a week, a paper of today overtakes one of
last week with about a tenth of the votes; over a month it takes more of them, over a day fewer.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time

from bot.languages import tr, tr_count
from bot.papers.model import Paper, PaperId, Tally
from bot.store.records import ListedPaper

LOCAL_VOTE_WEIGHT = 5.0  # in upvotes
STAR_WEIGHT = 2.0
VOTE_WEIGHT = 3  # in the order of a list: upvotes elsewhere that one vote here is worth
GRAVITY = 1.5  # exponent of the age
DAYS_PER_WEEK = 7
SECONDS_PER_DAY = 86_400


def list_score(paper: Paper, tally: Tally) -> int:
    """What decides the order of a list: upvotes elsewhere and votes here."""
    return paper.counts.upvotes + VOTE_WEIGHT * (tally.up - tally.down)


def trending_score(item: ListedPaper, tally: Tally, now: datetime, *, days: int = DAYS_PER_WEEK) -> float:
    """How much a paper is trending over a period of `days`; negative only when it was voted down."""
    counts = item.paper.counts
    votes = counts.upvotes + LOCAL_VOTE_WEIGHT * (tally.up - tally.down) + STAR_WEIGHT * math.log1p(counts.stars)
    return float(votes / (_age_days(item, now) + 2 * days / DAYS_PER_WEEK) ** GRAVITY)


def rank_trending(
    listed: Sequence[ListedPaper],
    tallies: Mapping[PaperId, Tally],
    now: datetime,
    limit: int,
    *,
    days: int = DAYS_PER_WEEK,
) -> list[ListedPaper]:
    """The papers with the highest scores, without withdrawn ones; one listed twice counts from its newest day."""
    newest = {item.paper.id: item for item in sorted(listed, key=lambda item: item.day)}
    ranked = sorted(
        (item for item in newest.values() if not item.paper.withdrawn),
        key=lambda item: (-trending_score(item, tallies.get(item.paper.id, Tally()), now, days=days), item.paper.id),
    )
    return ranked[:limit]


def explain_score(item: ListedPaper, tally: Tally, now: datetime) -> str:
    """The parts of a score: `12 upvotes, 3 votes here, 1 vote against, 40 stars, listed 2 days ago`."""
    counts, days = item.paper.counts, int(_age_days(item, now))
    parts = (
        tr_count("{count} upvote", "{count} upvotes", counts.upvotes) if counts.upvotes else "",
        tr_count("{count} vote here", "{count} votes here", tally.up) if tally.up else "",
        tr_count("{count} vote against", "{count} votes against", tally.down) if tally.down else "",
        tr_count("{count} star", "{count} stars", counts.stars) if counts.stars else "",
        tr_count("listed {count} day ago", "listed {count} days ago", days) if days else tr("listed today"),
    )
    return ", ".join(filter(None, parts))


def _age_days(item: ListedPaper, now: datetime) -> float:
    """Days since its list began."""
    return max(0.0, (now - datetime.combine(item.day, time(), UTC)).total_seconds() / SECONDS_PER_DAY)
