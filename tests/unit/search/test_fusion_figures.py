"""Fused scores and the order that varies them, worked out by hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pytest

from bot.search.fusion import fuse, fuse_twice
from bot.search.similar import diverse

SHARES = {"words": 0.5, "alike": 0.2}  # meaning has the other 0.3
WORDS, MEANING = {"a": 3.0, "b": 1.0}, {"a": 0.2, "b": 0.8}  # one standard deviation from the mean each


def test_each_ranking_has_its_share() -> None:
    assert fuse(WORDS, MEANING, weigh=SHARES) == pytest.approx({"a": 0.5 - 0.5, "b": -0.5 + 0.5})
    alike = {"a": 1.0, "b": 0.0}
    assert fuse(WORDS, MEANING, alike, weigh=SHARES) == pytest.approx({"a": 0.5 - 0.3 + 0.2, "b": -0.5 + 0.3 - 0.2})


def test_meaning_counts_as_far_as_papers_have_vectors() -> None:
    assert fuse(WORDS, MEANING, coverage=0.5, weigh=SHARES) == pytest.approx({"a": 0.25, "b": -0.25})


def test_without_the_words_a_paper_has_their_lowest_score_and_without_a_vector_the_mean() -> None:
    found = fuse({"a": 4.0, "b": 1.0}, {"b": 0.9, "c": 0.1}, weigh={"words": 1.0, "alike": 0.0})
    assert found == pytest.approx({"a": 2**0.5, "b": -(2**-0.5), "c": -(2**-0.5)})  # 4, 1, 1: mean 2, deviation √2
    found = fuse({"a": 1.0, "b": 1.0}, {"b": 0.9, "c": 0.1}, weigh={"words": 0.0, "alike": 0.0})
    assert found == pytest.approx({"a": 0.0, "b": 1.5**0.5, "c": -(1.5**0.5)})


def test_even_scores_tell_nothing_and_one_ranking_alone_stays() -> None:
    assert fuse({"a": 1.0, "b": 1.0}, {"a": 0.5, "b": 0.5}) == {"a": 0.0, "b": 0.0}
    assert fuse({"a": 1.0}, {}) == {"a": 1.0}
    assert fuse({}, {"a": 0.3}) == {"a": 0.3}


def test_the_best_three_show_what_the_best_have_in_common() -> None:
    requests: list[tuple[Sequence[str], Collection[str]]] = []

    def near_to(best: Sequence[str], among: Collection[str]) -> dict[str, float]:
        requests.append((best, among))
        return dict.fromkeys(among, 0.5) | {"d": 1.0}

    words = {"d": 1.0, "c": 2.0, "b": 2.0, "a": 9.0}
    found = fuse_twice(words, {"d": 0.1, "c": 0.2, "b": 0.2, "a": 0.9}, near_to, weigh=SHARES)
    assert [best for best, _ in requests] == [["a", "b", "c"]]
    assert set(requests[0][1]) == set(words)
    once = fuse(words, {"d": 0.1, "c": 0.2, "b": 0.2, "a": 0.9}, weigh=SHARES)
    assert found["d"] > once["d"]
    assert fuse_twice(words, {}, near_to) == words
    assert fuse_twice({}, words, near_to) == words
    assert len(requests) == 1


RIGHT, UP, SLANTED = (np.array(vector, np.float32) for vector in ([1, 0], [0, 1], [0.8, 0.6]))


def test_a_different_paper_goes_before_one_that_repeats_the_first() -> None:
    # After `first`: 0.7 · 0.9 − 0.3 · 1 = 0.33 for `again`, 0.7 · 0.6 − 0.3 · 0 = 0.42 for `other`
    vectors = {"first": RIGHT, "again": RIGHT, "other": UP}
    assert [id for id, _ in diverse([("first", 1.0), ("again", 0.9), ("other", 0.6)], vectors)] == [
        "first", "other", "again",
    ]  # fmt: skip


def test_a_paper_with_less_than_six_tenths_of_the_best_score_stays_behind() -> None:
    vectors = {"first": RIGHT, "again": RIGHT, "other": UP}
    found = [("first", 1.0), ("again", 0.9), ("other", 0.59)]
    assert diverse(found, vectors) == found


def test_nearness_is_that_to_the_nearest_of_all_papers_before() -> None:
    # Third place: 0.7 · 0.8 − 0.3 · 0.8 = 0.32 for `slanted`, 0.7 · 0.8 − 0.3 · 1 = 0.26 for `again`
    vectors = {"first": RIGHT, "other": UP, "again": RIGHT, "slanted": SLANTED}
    found = [("first", 1.0), ("other", 0.95), ("again", 0.8), ("slanted", 0.8)]
    assert [id for id, _ in diverse(found, vectors)] == ["first", "other", "slanted", "again"]
    assert [id for id, _ in diverse(found, vectors, 2)] == ["first", "other", "again", "slanted"]


def test_papers_without_vectors_come_last_and_none_are_lost() -> None:
    found = [("plain", 1.0), ("first", 0.9)]
    assert diverse(found, {"first": RIGHT}) == [("first", 0.9), ("plain", 1.0)]
    assert diverse(found, {}) == found
    assert diverse([], {}) == []
