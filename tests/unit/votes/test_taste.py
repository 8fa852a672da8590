"""What votes teach: an order that follows them, sinks what they are against, and stays open."""

from __future__ import annotations

import numpy as np

from bot.votes.taste import (
    EXPLORATION_INTERVAL,
    MIN_VOTES_FOR_TASTE,
    Affinity,
    Floats,
    Taste,
    TrainingExample,
    interleave,
    learn_taste,
    rank_by_taste,
    score_affinity,
)

BIRDS, WORMS, STONES = (np.eye(8, dtype=np.float32)[n] for n in range(3))


def near(direction: Floats, n: int) -> Floats:
    """A paper of a subject: no two are the same."""
    vector = direction + 0.2 * np.eye(8, dtype=np.float32)[3 + n % 5]
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def lessons(direction: Floats, count: int, *, up: int = 0, down: int = 0, title: str = "") -> list[TrainingExample]:
    return [TrainingExample(vector=near(direction, n), title=title, up=up, down=down) for n in range(count)]


def taste(*parts: list[TrainingExample]) -> Taste:
    learned = learn_taste([lesson for part in parts for lesson in part])
    assert learned is not None
    return learned


def scores(learned: Taste) -> dict[str, float]:
    papers = {"birds": near(BIRDS, 4), "worms": near(WORMS, 4), "stones": near(STONES, 4)}
    return {id: leaning.score for id, leaning in score_affinity(learned, papers).items()}


def test_nothing_is_learned_from_fewer_than_twenty_votes_or_from_votes_against_alone() -> None:
    assert learn_taste(lessons(BIRDS, MIN_VOTES_FOR_TASTE - 1, up=1) + lessons(WORMS, 50)) is None
    assert learn_taste(lessons(BIRDS, MIN_VOTES_FOR_TASTE, down=1)) is None
    assert learn_taste(lessons(BIRDS, MIN_VOTES_FOR_TASTE, up=1)) is not None


def test_what_was_voted_up_rises_and_what_was_voted_down_sinks_below_what_nobody_voted_on() -> None:
    found = scores(taste(lessons(BIRDS, 12, up=1), lessons(WORMS, 12, down=1), lessons(STONES, 12)))
    assert found["birds"] > found["stones"] > found["worms"]


def test_a_vote_against_is_heard_at_once() -> None:
    before = [lessons(BIRDS, 20, up=1), lessons(STONES, 20)]
    known = scores(taste(*before))
    assert scores(taste(*before, lessons(WORMS, 2, down=1)))["worms"] < known["worms"]


def test_the_same_votes_teach_the_same() -> None:
    parts = [lessons(BIRDS, 12, up=2), lessons(WORMS, 9, down=1), lessons(STONES, 30)]
    assert scores(taste(*parts)) == scores(taste(*parts))


def test_the_reason_is_a_paper_voted_up_that_is_near() -> None:
    learned = taste(lessons(BIRDS, 20, up=1, title="A House for Owls"), lessons(WORMS, 5, down=1))
    found = score_affinity(learned, {"owl": near(BIRDS, 1), "worm": near(WORMS, 1)})
    assert (found["owl"].similar_to, found["worm"].similar_to) == ("A House for Owls", "")


def test_taste_and_upvotes_both_have_a_say() -> None:
    leaning = {"a": Affinity(1.0), "b": Affinity(1.0), "c": Affinity(-1.0)}
    assert rank_by_taste(["c", "b", "a"], {"a": 1, "b": 5, "c": 6}, leaning) == ["b", "a", "c"]


def test_a_paper_without_a_vector_stands_in_the_middle() -> None:
    leaning = {"good": Affinity(1.0), "bad": Affinity(-1.0)}
    assert rank_by_taste(["bad", "new", "good"], {}, leaning) == ["good", "new", "bad"]
    assert rank_by_taste(["x", "y"], {}, {}) == ["x", "y"]


def test_one_place_in_five_goes_by_the_untaught_order() -> None:
    untaught = [f"p{n}" for n in range(20)]
    order = interleave(untaught[::-1], untaught)
    assert sorted(id for id, _ in order) == sorted(untaught)
    assert [id for id, is_open in order if is_open] == ["p0", "p1", "p2"]
    assert [place for place, (_, is_open) in enumerate(order, 1) if is_open] == [
        EXPLORATION_INTERVAL,
        2 * EXPLORATION_INTERVAL,
        3 * EXPLORATION_INTERVAL,
    ]


def test_where_both_orders_agree_no_place_is_called_open() -> None:
    assert not any(is_open for _, is_open in interleave(["a", "b", "c", "d", "e"], ["a", "b", "c", "d", "e"]))
