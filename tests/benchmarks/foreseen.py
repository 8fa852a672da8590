"""In the morning, before anybody has voted: which papers will be liked, by what was liked on the days before?"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from bot.papers.model import Paper, PaperId
from bot.votes.taste import TrainingExample, learn_taste, score_affinity
from tests.benchmarks.taste_data import Days, Vectors

PAST = 60  # days that teach
SOON = 7  # days in which a new paper may come onto the Daily Papers
LEAST = 15  # papers of a list worth ordering
SHUFFLES = 20

Row = tuple[int, float, float]  # days, precision@10, nDCG@10
Score = Callable[[Sequence[Paper]], list[float]]
_WORD = re.compile(r"[a-z][a-z0-9-]{2,}")


def foreseen(days: Days, found: Vectors) -> dict[str, dict[str, Row]]:
    """By task and ranking, the mean over the days."""
    return {"the day's most upvoted": _most_upvoted(days, found), "arXiv's future Dailies": _future(days, found)}


def _most_upvoted(days: Days, found: Vectors) -> dict[str, Row]:
    """The papers of a day's list, its ten most upvoted being wanted; taught by the thirds of earlier lists."""
    results: dict[str, list[tuple[float, float]]] = {}
    for day in list(days.daily)[len(days.daily) // 2 :]:
        papers = [item.paper for item in days.daily[day]]
        if len(papers) < LEAST:
            continue
        good, bad = list[Paper](), list[Paper]()
        for past in _before(days, day):
            ranked = sorted((item.paper for item in days.daily[past]), key=lambda paper: -paper.counts.upvotes)
            good += ranked[: len(ranked) // 3]
            bad += ranked[-(len(ranked) // 3) :] if len(ranked) > 2 else []
        gains = {paper.id: math.log1p(paper.counts.upvotes) for paper in papers}
        wanted = set(sorted(gains, key=lambda id: -gains[id])[:10])
        _judge(results, papers, gains, wanted, _rankings(good, bad, found))
    return _means(results)


def _future(days: Days, found: Vectors) -> dict[str, Row]:
    """The papers of an arXiv listing, those on the Daily Papers within a week being wanted; taught by earlier ones."""
    results: dict[str, list[tuple[float, float]]] = {}
    earlier: list[Paper] = []
    for day, papers in days.arxiv.items():
        soon = {
            item.paper.id: math.log1p(1 + item.paper.counts.upvotes)
            for listed, items in days.daily.items()
            if day <= listed <= day + timedelta(days=SOON)
            for item in items
        }
        gains = {paper.id: soon[paper.id] for paper in papers if paper.id in soon}
        good = [item.paper for past in _before(days, day) for item in days.daily[past]]
        liked = {paper.id for paper in good}
        if earlier:
            bad = [paper for paper in earlier if paper.id not in liked]
            _judge(results, papers, gains, set(gains), _rankings(good, bad, found))
        earlier = [*papers, *earlier]
    return _means(results)


def _before(days: Days, day: date) -> list[date]:
    return [past for past in days.daily if past < day][-PAST:]


def _rankings(good: Sequence[Paper], bad: Sequence[Paper], found: Vectors) -> dict[str, Score]:
    taste = learn_taste(
        [TrainingExample(vector=found[paper.id], up=1) for paper in good]
        + [TrainingExample(vector=found[paper.id], down=1) for paper in bad]
    )
    assert taste is not None
    words = _ratios(good, bad)

    def by_taste(papers: Sequence[Paper]) -> list[float]:
        return [leaning.score for leaning in score_affinity(taste, _of(papers, found)).values()]

    return {
        "oldest first": lambda papers: [-number for number in _numbers(papers)],
        "newest first": _numbers,
        "keywords": lambda papers: [float(np.mean([words[w] for w in _words(paper)] or [0])) for paper in papers],
        "taste": by_taste,
        "taste + newest": lambda papers: list(_places(by_taste(papers)) + _places(_numbers(papers))),
    }


def _ratios(good: Sequence[Paper], bad: Sequence[Paper]) -> Counter[str]:
    """How much more often each word of a title is in the liked ones: logarithms of the ratio."""
    up, down = (Counter(word for paper in papers for word in _words(paper)) for papers in (good, bad))
    return Counter(
        {w: math.log((up[w] + 1) / (len(good) + 2)) - math.log((down[w] + 1) / (len(bad) + 2)) for w in up | down}
    )


def _words(paper: Paper) -> set[str]:
    return set(_WORD.findall(paper.title.casefold()))


def _numbers(papers: Sequence[Paper]) -> list[float]:
    """arXiv's numbers: in order of submission."""
    return [float(paper.id.rpartition(":")[2]) for paper in papers]


def _places(scores: Sequence[float]) -> np.ndarray:
    return np.argsort(np.argsort(scores))


def _of(papers: Sequence[Paper], found: Vectors) -> Vectors:
    return {paper.id: found[paper.id] for paper in papers}


def _judge(
    results: dict[str, list[tuple[float, float]]],
    papers: Sequence[Paper],
    gains: Mapping[PaperId, float],
    wanted: set[PaperId],
    rankings: Mapping[str, Score],
) -> None:
    rng = np.random.default_rng(len(papers))
    shuffled = [_measured(papers, list(rng.random(len(papers))), gains, wanted) for _ in range(SHUFFLES)]
    hits, ndcg = (float(np.mean(column)) for column in zip(*shuffled, strict=True))
    results.setdefault("random", []).append((hits, ndcg))
    for name, score in rankings.items():
        results.setdefault(name, []).append(_measured(papers, score(papers), gains, wanted))


def _measured(
    papers: Sequence[Paper], scores: Sequence[float], gains: Mapping[PaperId, float], wanted: set[PaperId]
) -> tuple[float, float]:
    """precision@10 and nDCG@10."""
    first = [papers[n].id for n in np.argsort(-np.array(scores), kind="stable")[:10]]
    best = sorted(gains.values(), reverse=True)[:10]
    ideal = sum(gain / math.log2(rank + 2) for rank, gain in enumerate(best))
    got = sum(gains.get(id, 0) / math.log2(rank + 2) for rank, id in enumerate(first))
    return len(wanted & set(first)) / 10, got / ideal if ideal else 0.0


def _means(results: Mapping[str, list[tuple[float, float]]]) -> dict[str, Row]:
    return {
        name: (len(rows), float(np.mean([row[0] for row in rows])), float(np.mean([row[1] for row in rows])))
        for name, rows in results.items()
    }
