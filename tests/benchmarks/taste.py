"""How well rankings foresee what people like: `python -m tests.benchmarks.taste`, on the recorded days.

Two questions. Taste: channels that vote by topic are simulated, and shown lists by the order their votes teach.
Foreseen (`foreseen.py`): each morning, before anybody has voted, papers are put in order by what was liked before.
What comes out stands in docs/ranking.md, with what it does not show.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct

from bot.papers.model import Paper, PaperId
from bot.store.records import ListedPaper
from bot.votes.taste import Taste, TrainingExample, interleave, learn_taste, rank_by_taste, score_affinity
from tests.benchmarks import saved
from tests.benchmarks.foreseen import foreseen
from tests.benchmarks.taste_data import Days, Vectors, load, vectors
from tests.builders import SHARED

VOTES = (20, 50, 200)
SUBJECTS = (  # every second one, from the first on, was kept from the choice of the model's numbers
    *("cs.CL", "cs.CV", "reasoning", "cs.AI", "diffusion", "agent", "video", "reinforcement", "memory", "image"),
    *("retrieval", "attention", "editing", "planning", "code", "motion", "grounding", "distillation"),
)
SHOWN = 10  # papers a simulated channel sees a day
HELD_OUT = 30  # days at the end that are only judged
POOL = 5  # days of these that are put in order together
FOR, AGAINST, SLIP = 0.8, 0.15, 0.03  # how often a paper is voted up on topic, down off topic, and up by mistake
SEEDS = 5


class Topic(Struct, frozen=True):
    """What a simulated channel cares for."""

    name: str
    papers: frozenset[PaperId]


def topics(days: Days) -> list[Topic]:
    """Each subject with its papers: those of a main category, or with a word among their keywords."""
    papers = {item.paper.id: item.paper for items in days.daily.values() for item in items}.values()
    return [Topic(name, frozenset(paper.id for paper in papers if name in _subjects(paper))) for name in SUBJECTS]


def _subjects(paper: Paper) -> set[str]:
    words = {word.rstrip("s") for keyword in paper.keywords for word in keyword.casefold().replace("-", " ").split()}
    return words | set(paper.categories[:1])


def replay(topic: Topic, days: Sequence[list[ListedPaper]], found: Vectors, votes: int, seed: int) -> Taste | None:
    """What a channel's votes have taught once it has cast so many; None when the days end before that."""
    rng = np.random.default_rng(seed)
    lessons: list[TrainingExample] = []
    cast, taste = 0, None
    for day in days:
        for paper in order(day, found, taste)[:SHOWN]:
            vote = _vote(paper.id in topic.papers, rng) if cast < votes else 0
            cast += abs(vote)
            lessons.insert(
                0, TrainingExample(vector=found[paper.id], title=paper.title, up=int(vote > 0), down=int(vote < 0))
            )
        taste = learn_taste(lessons)
        if cast >= votes:
            return taste
    return None


def _vote(on_topic: bool, rng: np.random.Generator) -> int:
    chance = rng.random()
    if on_topic:
        return 1 if chance < FOR else 0
    return -1 if chance < AGAINST else 1 if chance > 1 - SLIP else 0


def order(listed: Sequence[ListedPaper], found: Vectors, taste: Taste | None) -> list[Paper]:
    """As an edition is ordered: by upvotes, or by what the channel's votes teach, with its open places."""
    papers = {item.paper.id: item.paper for item in listed}
    liked = {id: paper.counts.upvotes for id, paper in papers.items()}
    untaught = sorted(sorted(papers, reverse=True), key=lambda id: -liked[id])
    if taste is None:
        return [papers[id] for id in untaught]
    by_taste = rank_by_taste(untaught, liked, score_affinity(taste, {id: found[id] for id in papers}))
    return [papers[id] for id, _ in interleave(by_taste, untaught)]


def gain(days: Days, found: Vectors, among: Sequence[Topic]) -> dict[int, tuple[float, float, float, int]]:
    """By number of votes: precision@10 untaught, taught and at best, and how many channels got that far."""
    lists = list(days.daily.values())
    past, future = lists[:-HELD_OUT], lists[-HELD_OUT:]
    pools = [[item for day in future[n : n + POOL] for item in day] for n in range(0, HELD_OUT, POOL)]
    result: dict[int, tuple[float, float, float, int]] = {}
    for votes in VOTES:
        rows = []
        for topic in among:
            for seed in range(SEEDS):
                if taste := replay(topic, past, found, votes, seed):
                    rows += [_precisions(pool, topic, found, taste) for pool in pools]
        before, after, best = (float(np.mean(column)) for column in zip(*rows, strict=True))
        result[votes] = before, after, best, len(rows) // len(pools)
    return result


def _precisions(pool: Sequence[ListedPaper], topic: Topic, found: Vectors, taste: Taste) -> tuple[float, float, float]:
    hits = sum(item.paper.id in topic.papers for item in pool)
    before, after = (precision([p.id for p in order(pool, found, t)], topic.papers) for t in (None, taste))
    return before, after, min(hits, 10) / 10


def precision(ranked: Sequence[PaperId], wanted: Iterable[PaperId]) -> float:
    """Of the first ten, the share that is wanted."""
    return len(set(ranked[:10]) & set(wanted)) / 10


def of_saved(days: Days, found: Vectors, among: Sequence[Topic], count: int) -> tuple[float, float]:
    """Precision@10 untaught and by so many saved papers, over persons who could have saved them."""
    lists = list(days.daily.values())
    past = [item.paper.id for day in lists[:-HELD_OUT] for item in day]
    future = lists[-HELD_OUT:]
    pools = [[item for day in future[n : n + POOL] for item in day] for n in range(0, HELD_OUT, POOL)]
    rows = []
    for topic in among:
        on_topic, others = ([id for id in past if (id in topic.papers) is wanted] for wanted in (True, False))
        for seed in range(SEEDS if len(on_topic) > count else 0):
            kept = saved.keeps(on_topic, others, found, count, seed)
            rows += [[precision(saved.order(p, found, s), topic.papers) for s in ([], kept)] for p in pools]
    before, after = np.mean(rows, axis=0)
    return float(before), float(after)


async def run(cache: Path) -> None:
    """Both tables."""
    days = load()
    papers = [item.paper for items in days.daily.values() for item in items]
    papers += [paper for listing in days.arxiv.values() for paper in listing]
    found = await vectors(papers, cache)
    among = topics(days)
    print(f"{len(days.daily)} days, {len(papers):,} papers with those of {len(days.arxiv)} arXiv listings\n")
    print(f"{'taste, P@10':<28}{'votes':>6}{'channels':>10}{'untaught':>10}{'taught':>8}{'best possible':>15}")
    for name, chosen in (("subjects kept for this", among[::2]), ("subjects used for choosing", among[1::2])):
        for votes, (before, after, best, channels) in gain(days, found, chosen).items():
            print(f"{name:<28}{votes:>6}{channels:>10}{before:>10.3f}{after:>8.3f}{best:>15.3f}", flush=True)
    print(f"\n{'saved papers, P@10':<28}{'saved':>6}{'untaught':>20}{'near':>8}")
    for count in saved.SAVED:
        before, after = of_saved(days, found, among, count)
        print(f"{'all subjects':<28}{count:>6}{before:>20.3f}{after:>8.3f}", flush=True)
    print(f"\n{'foreseen':<28}{'ranking':>16}{'days':>6}{'P@10':>8}{'nDCG@10':>9}")
    for task, rows in foreseen(days, found).items():
        for name, (count, hits, ndcg) in rows.items():
            print(f"{task:<28}{name:>16}{count:>6}{hits:>8.3f}{ndcg:>9.3f}")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(tempfile.gettempdir()) / "paperboy-benchmark"
    parser.add_argument("--cache", type=Path, default=default, help="where vectors are kept between runs")
    chosen = parser.parse_args()
    if SHARED.exists():
        asyncio.run(run(chosen.cache))
    else:
        print("The recorded data (../shared/data) is not here.")


if __name__ == "__main__":
    main()
