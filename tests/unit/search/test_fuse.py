"""Two rankings become one, and results differ from each other."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.search.fusion import fuse, weights
from bot.search.search import TIE, _in_order
from bot.search.similar import diverse
from tests.builders import NOW, paper

SCORES = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(-50, 50), max_size=8)


@settings(deadline=None)  # other programs run here too
@given(words=SCORES, meaning=SCORES, coverage=st.floats(0, 1))
def test_nothing_is_lost_and_nothing_invented(
    words: dict[str, float], meaning: dict[str, float], coverage: float
) -> None:
    assert set(fuse(words, meaning, coverage=coverage)) == {*words, *meaning}


def test_the_best_of_both_is_the_best() -> None:
    scores = fuse({"a": 9.0, "b": 8.0, "c": 1.0}, {"a": 0.7, "b": 0.2, "d": 0.6})
    assert max(scores, key=lambda id: scores[id]) == "a"


def test_the_scale_of_a_leg_does_not_matter() -> None:
    words, meaning = {"a": 3.0, "b": 2.0, "c": 1.0}, {"a": 0.1, "b": 0.5, "c": 0.3}
    larger = {id: score * 40 + 7 for id, score in words.items()}
    same, scaled = fuse(words, meaning), fuse(larger, meaning)
    assert all(abs(same[id] - scaled[id]) < 1e-9 for id in same)


def test_few_vectors_weigh_little() -> None:
    words, meaning = {"a": 3.0, "b": 1.0}, {"a": 0.1, "b": 0.9}
    assert fuse(words, meaning)["b"] > fuse(words, meaning)["a"]
    rare = fuse(words, meaning, coverage=0.01)
    assert rare["a"] > rare["b"]


def test_the_weights_are_weights() -> None:
    assert 0 < weights()["words"] < 1


def test_of_even_papers_the_newer_stands_first_and_a_better_one_before_both() -> None:
    old = paper(1, published=NOW - timedelta(days=900))
    new = paper(2, published=NOW)
    best = paper(3, published=NOW - timedelta(days=3_000))
    known = {item.id: item for item in (old, new, best)}
    scores = {old.id: 1.0 + TIE / 4, new.id: 1.0, best.id: 1.0 + TIE * 2}
    assert _in_order(scores, known) == [best.id, new.id, old.id]
    assert _in_order(scores, {}) == [best.id, old.id, new.id]


def test_five_versions_of_one_idea_are_one_result_and_four_later() -> None:
    chance = np.random.default_rng(1)
    base = np.eye(8, dtype=np.float32)
    vectors = {f"same{n}": _unit(base[0] + base[1] + chance.normal(0, 0.01, 8)) for n in range(5)}
    vectors |= {"other": _unit(base[0] + base[2]), "third": _unit(base[0] + base[3])}
    found = [(id, float(vectors[id] @ base[0])) for id in vectors]
    order = [id for id, _ in diverse(found, vectors)]
    assert {"other", "third"} < set(order[:3])
    assert sorted(order) == sorted(vectors)


def _unit(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)
