"""What the ranking of sentences sees, worked out by hand on a small invented paper."""

from __future__ import annotations

import math

import pytest

from bot.summaries.extract.ranking_weights import Weights, by_place, learnt, parse
from bot.summaries.extract.sentence_ranking import (
    AbstractFeatures,
    Candidate,
    best_lines,
    likeliest,
    marks,
    of_line,
    of_sentence,
    own_from,
    places_of,
    see,
    stem,
    stems,
)

TITLE = "Warm Nests of Wool"
SENTENCES = ["Birds get cold at night.", "We present a nest of wool.", "Wool keeps eggs warm, and eggs warm birds."]
THREE_TO_ONE = math.log(3)
NO_CUES = [0.0] * 10

# A word of the title has the odds 3 to 1, another one 1 to 1; `wool` three times as much, `at` a third of it. So the
# chances are: wool 0.9; warm, nest, of 0.75; at 0.25; the ten others 0.5; a word that isn't in the abstract 0.03.
WEIGHTS = Weights(
    words={"wool": THREE_TO_ONE, "at": -THREE_TO_ONE},
    places=by_place(lambda name: THREE_TO_ONE if "t" in name else 0.0),
    said={"wool": 1.0, "^a": 0.25, "owl$": 4.0, "^owl": 100.0, "a$": 100.0},
    sentence=learnt().sentence,
    trees=learnt().trees,
)
MOST = 0.9 + 3 * 0.75 + 0.25 + 10 * 0.5


@pytest.fixture
def seen() -> AbstractFeatures:
    return see(TITLE, SENTENCES, WEIGHTS)


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [("use", "use"), ("used", "us"), ("nests", "nest"), ("ings", "ings"), ("warmly", "warm"), ("relations", "rel")],
)
def test_endings_go_from_words_of_more_than_three_letters(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


def test_each_word_has_the_chance_of_its_place_and_its_own(seen: AbstractFeatures) -> None:
    assert seen.chance == pytest.approx(
        {"wool": 0.9, "warm": 0.75, "nest": 0.75, "of": 0.75, "at": 0.25}
        | dict.fromkeys(["bird", "get", "cold", "night", "we", "present", "a", "keep", "egg", "and"], 0.5)
    )
    assert seen.most == pytest.approx(MOST)
    assert seen.topic == {"warm", "nest", "wool"}
    assert seen.spread["wool"] == 2
    assert seen.spread["egg"] == 1  # twice in one sentence


def test_only_the_twenty_likeliest_words_make_up_the_most() -> None:
    words = " ".join(f"word{n}" for n in range(25))
    assert see("", [words], WEIGHTS).most == pytest.approx(20 * 0.5)
    assert see("", ["?"], WEIGHTS).most == 1.0


def test_features_of_a_sentence_of_the_paper_itself(seen: AbstractFeatures) -> None:
    total, telling = 3 * 0.5 + 2 * 0.75 + 0.9, 0.75 + 0.9
    words = [6, total, total / 6, 2 * total / 26, total / MOST, telling, telling / 2, 0.9, 2, 2 / 3, 1, 1 / 3, 1 / 6]
    proposes = [1.0, *NO_CUES[1:]]
    assert of_sentence(seen, 1) == pytest.approx([*words, 1, 1 / 2, 1, 3, 1, 0, *proposes])


def test_features_of_the_last_sentence(seen: AbstractFeatures) -> None:
    telling = 0.9 + 0.75 + 3 * 0.5
    total = telling + 0.5
    words = [8, total, total / 8, 2 * total / 28, total / MOST, telling, telling / 5, 0.9, 2, 2 / 3, 2 / 5]
    assert of_sentence(seen, 2) == pytest.approx([*words, 2 / 3, 2 / 15, 2, 1, 0, 3, 0, 1, *NO_CUES])


def test_features_of_a_line(seen: AbstractFeatures) -> None:
    line = Candidate("A nest of wool, for cold owls.", 1, 2)  # `for` and `owls` aren't in the abstract
    telling = 0.75 + 0.9 + 0.5 + 0.03
    total = telling + 0.5 + 0.75 + 0.03
    words = [7, total, total / 7, 2 * total / 27, total / MOST, telling, telling / 4, 0.9, 2, 2 / 3, 1 / 2]
    place = [1, 1 / 2, 1, 3, 1, 0, 1.0, *NO_CUES[1:]]
    likely = 0.5 + 2 * 0.75 + 3 * 0.03  # of each pair the less likely word
    rest = [1, likely, 2 * likely / 27, 2 / 3, 30, 7 / 6, 1, 1.0 + 0.25 + 4.0]
    assert of_line(seen, line, WEIGHTS) == pytest.approx([*words, 1 / 3, 1 / 12, *place, *NO_CUES, *rest])


def test_a_sentence_or_a_line_without_words_is_worth_nothing() -> None:
    seen = see("", ["!!!", "Nests warm birds."], WEIGHTS)
    assert of_sentence(seen, 0) == pytest.approx([0.0] * 13 + [0, 0, 1, 2, 0, 0, *NO_CUES])
    silent = of_line(seen, Candidate("!!", 0, 0), WEIGHTS)
    assert silent == pytest.approx([0.0] * 13 + [0, 0, 1, 2, 0, 0, *NO_CUES, *NO_CUES, 0, 0, 0, 0, 2, 0, 0, 0])
    assert of_line(seen, Candidate("Nest", 0, 0), WEIGHTS)[44] == 1.0  # its words, where the sentence has none


def test_a_word_is_known_by_how_often_and_where_it_stands() -> None:
    seen = see("On Owls", ["Owls owls owls owls owls hoot.", "Our ox dances.", "Extraordinary feathers hoot at owls."])
    names = places_of(seen.sentences, frozenset(stems("On Owls")), by_place(lambda name: name))
    assert names == {  # how often, in the title, the paper's own, first and last sentence, a third of its letters
        "owl": "4t-fl1",
        "hoot": "2--fl1",
        "our": "1-o--e",
        "ox": "1-o--0",
        "danc": "1-o--1",
        "extraordinary": "1---l4",
        "feather": "1---l2",
        "at": "1---le",
    }


@pytest.mark.parametrize(("times", "counted"), [(1, "1"), (2, "2"), (3, "3"), (4, "4"), (5, "4")])
def test_more_than_four_times_counts_as_four(times: int, counted: str) -> None:
    seen = see("", ["owl " * times])
    assert places_of(seen.sentences, frozenset(), by_place(lambda name: name))["owl"][0] == counted


def test_a_line_begins_and_ends_with_a_word() -> None:
    assert sorted(marks(["warm", "wool", "nest"], frozenset({"warm", "wool", "nest"}))) == [
        "^warm", "nest", "nest$", "warm", "wool",
    ]  # fmt: skip
    assert marks([], frozenset()) == []


def test_the_paper_speaks_of_itself_from_its_first_we_on(seen: AbstractFeatures) -> None:
    assert own_from(seen) == 1
    assert own_from(see(TITLE, SENTENCES[:1])) == 0
    assert see(TITLE, ["We nest.", *SENTENCES], WEIGHTS).sentences[3].features[:6] == (3, 1.0, 0, 4, False, 2)


def test_few_sentences_are_all_looked_at_in_their_order_and_of_more_the_likeliest() -> None:
    known = see(TITLE, ["Code is available at github.", "However, birds get cold.", "We present a nest of wool."])
    assert list(likeliest(known, [0, 1, 2], 3)) == [0, 1, 2]
    assert list(likeliest(known, [0, 1, 2], 1)) == [2]
    assert list(likeliest(known, [0, 2], 1)) == [2]


def test_what_the_trees_prefer_stands_first_and_even_lines_stay_in_order(seen: AbstractFeatures) -> None:
    longer = " ".join(["tree", *["43"] * 7, *["20"] * 7, *["0"] * 4, *["1"] * 4])  # more than 20 characters
    weights = parse(longer)
    lines = [Candidate(line, 1, 1) for line in ("Wool.", "A nest of wool for birds.", "Eggs.", "A nest of warm wool.")]
    assert best_lines(seen, lines, weights) == [1, 0, 2, 3]
    assert best_lines(seen, lines[:2], weights) == [1, 0]
    assert best_lines(seen, lines[:1], weights) == [0]
    assert best_lines(seen, [], weights) == []
