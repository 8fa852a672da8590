"""What a taste comes to, worked out by hand for vectors of one or two numbers."""

from __future__ import annotations

from datetime import timedelta
from math import log

import numpy as np
import pytest
from msgspec.structs import replace

from bot.papers.model import Counts, Tally
from bot.store.records import ListedPaper
from bot.votes.taste import (
    Affinity,
    Floats,
    Taste,
    TrainingExample,
    affinity_to_saved,
    learn_taste,
    rank_by_taste,
    score_affinity,
)
from bot.votes.trending import explain_score, rank_trending, trending_score
from tests.builders import NOW, TODAY, paper


def example(*vector: float, up: int = 0, down: int = 0, title: str = "") -> TrainingExample:
    return TrainingExample(vector=np.array(vector, np.float32), title=title, up=up, down=down)


def learned(*examples: TrainingExample) -> Taste:
    taste = learn_taste(examples)
    assert taste is not None
    return taste


def numbers(*values: float) -> Floats:
    return np.array(values, np.float32)


def test_a_vote_against_weighs_double_and_papers_without_votes_three_tenths_together() -> None:
    unvoted = [TrainingExample(vector=numbers(0, 0, 1)), TrainingExample(vector=numbers(0, 0, 1))]
    taste = learned(example(1, 0, 0, up=20, title="Owls"), example(0, 1, 0, down=3), *unvoted)
    voted = log(1 + 20) + log(1 + 2 * 3)
    assert taste.mean == pytest.approx([log(21) / voted / 1.3, log(7) / voted / 1.3, 0.3 / 1.3], abs=1e-6)
    assert (taste.vote_count, taste.titles) == (23, ("Owls",))


@pytest.mark.parametrize(("up", "down"), [(20, 1), (30, 7)])
def test_for_against_in_one_dimension_the_ridge_leaves_a_sixth(up: int, down: int) -> None:
    assert learned(example(1, up=up), example(-1, down=down)).weights == pytest.approx([1 / 6], abs=1e-5)


def test_three_votes_for_and_one_against_are_a_target_of_a_fifth() -> None:
    mixed = learned(example(1, up=20), example(-1, up=3, down=1))  # (3 − 2) / (3 + 2): 0.4 of the distance above
    assert mixed.weights == pytest.approx([0.4 / 6], abs=1e-5)


def test_the_ridge_is_relative_to_the_mean_variance_of_a_dimension() -> None:
    assert learned(example(1, 0, up=20), example(-1, 0, down=1)).weights == pytest.approx([1 / 3.5, 0], abs=1e-5)


def test_only_papers_with_more_votes_for_than_against_are_liked() -> None:
    taste = learned(example(1, up=18, title="Owls"), example(-1, up=1, down=1, title="Worms"))
    assert (taste.vote_count, taste.titles) == (20, ("Owls",))
    assert learn_taste([example(1, up=17), example(-1, up=1, down=1)]) is None


def test_of_papers_without_votes_the_first_five_hundred_are_learned_from() -> None:
    first, later = [example(0, 1, 0)] * 500, [example(0, 0, 1)] * 100
    assert learned(example(1, 0, 0, up=20), *first, *later).mean == pytest.approx([1 / 1.3, 0.3 / 1.3, 0], abs=1e-5)


LIKES_RIGHT = Taste(
    vote_count=20,
    weights=numbers(1, 0),
    mean=numbers(0.1, 0),
    liked=np.array([[0, 1], [1, 0]], np.float32),
    titles=("Up", "Right"),
)


@pytest.mark.parametrize(
    ("vector", "score", "reason"),
    [
        ((0.45, 0.0), 0.35, "Right"),
        ((0.44, 0.0), 0.34, ""),  # not similar enough
        ((0.2, 0.9), 0.1, "Up"),
        ((0.1, 0.9), 0.0, ""),  # neither better nor worse than the average
        ((0.0, 0.9), -0.1, ""),
    ],
)
def test_a_paper_is_scored_from_the_mean_and_has_a_reason_when_it_is_near(
    vector: tuple[float, float], score: float, reason: str
) -> None:
    found = score_affinity(LIKES_RIGHT, {"arxiv:1": numbers(*vector)})["arxiv:1"]
    assert (found.score, found.similar_to) == (pytest.approx(score, abs=1e-6), reason)
    assert score_affinity(LIKES_RIGHT, {}) == {}


def test_a_paper_is_as_near_to_saved_ones_as_the_nearest_three_on_average() -> None:
    saved = [example(n, title=f"at {n}") for n in (0.1, 0.9, 0.8, 0.7, 0.0)]
    found = affinity_to_saved(saved, {"near": numbers(1), "half": numbers(0.5), "far": numbers(0.49)})
    assert found["near"] == Affinity(pytest.approx(0.8), "at 0.9")
    assert found["half"].similar_to == "at 0.9"  # 0.45
    assert found["far"].similar_to == ""
    assert affinity_to_saved(saved[:4], {"near": numbers(1)}) == {}
    assert affinity_to_saved(saved, {}) == {}


def test_without_a_taste_one_vote_counts_more_than_none_and_votes_against_as_none() -> None:
    assert rank_by_taste(["a", "b"], {"b": 1}, {}) == ["b", "a"]
    assert rank_by_taste(["a", "b"], {"a": -5}, {}) == ["a", "b"]
    assert rank_by_taste([], {}, {}) == []


def listed(number: int, upvotes: int, *, stars: int = 0, days_ago: int = 3) -> ListedPaper:
    item = replace(paper(number), counts=Counts(upvotes=upvotes, stars=stars))
    return ListedPaper(paper=item, source="huggingface", day=TODAY - timedelta(days=days_ago), first_seen=NOW)


MIDNIGHT = NOW.replace(hour=0, minute=0)


def test_the_trending_score_is_that_of_its_formula() -> None:
    item, tally = listed(1, 10, stars=7), Tally(up=3, down=1)
    votes = 10 + 5 * (3 - 1) + 2 * log(8)
    assert trending_score(item, tally, MIDNIGHT) == pytest.approx(votes / 5**1.5)
    assert trending_score(item, tally, MIDNIGHT + timedelta(hours=12)) == pytest.approx(votes / 5.5**1.5)
    assert trending_score(item, tally, MIDNIGHT, days=14) == pytest.approx(votes / 7**1.5)
    assert trending_score(listed(1, 10, days_ago=-1), Tally(), MIDNIGHT) == pytest.approx(10 / 2**1.5)


def test_the_highest_score_stands_first_even_ones_by_id_and_a_repeated_one_by_its_newest_day() -> None:
    items = [listed(2, 5), listed(1, 5), listed(3, 9), listed(4, 9, days_ago=30), listed(4, 9, days_ago=0)]
    found = rank_trending(items, {}, MIDNIGHT, 3)
    assert [item.paper.id[-1] for item in found] == ["4", "3", "1"]
    assert rank_trending([replace(items[0], paper=replace(items[0].paper, withdrawn=True))], {}, MIDNIGHT, 3) == []


@pytest.mark.parametrize(
    ("item", "tally", "said"),
    [
        (listed(1, 1, days_ago=0), Tally(), "1 upvote, listed today"),
        (listed(1, 1_200, stars=1, days_ago=1), Tally(up=2), "1,200 upvotes, 2 votes here, 1 star, listed 1 day ago"),
        (listed(1, 0, days_ago=2), Tally(up=1, down=1), "1 vote here, 1 vote against, listed 2 days ago"),
    ],
)
def test_a_score_is_explained_by_its_parts(item: ListedPaper, tally: Tally, said: str) -> None:
    assert explain_score(item, tally, NOW) == said
