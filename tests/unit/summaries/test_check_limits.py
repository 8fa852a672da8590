"""The limits of a summary, each at its last allowed and its first refused value."""

from __future__ import annotations

import pytest

from bot.papers.model import Paper
from bot.summaries import check
from bot.summaries.check.names import new_names
from tests.builders import paper

WORDS = "keeps birds and their chicks warm at night under a roof of recycled wool "
NESTS = paper(1, "Warm Houses", abstract=f"A nest {WORDS * 3}.")


def line_of(length: int, words: str = WORDS) -> str:
    """A line of so many characters, all of whose words are in the abstract."""
    whole = ("A nest " + words * 8)[: length - 1].rpartition(" ")[0]
    return whole + "d" * (length - 1 - len(whole)) + "."


def failures(line: str, of: Paper = NESTS, language: str = "en") -> tuple[str, ...]:
    return check(line, of, language, meaning=False)


def test_160_characters_pass_and_161_do_not() -> None:
    assert "is longer than 160 characters" not in failures(line_of(160))
    assert "is longer than 160 characters" in failures(line_of(161))
    assert "is longer than 160 characters" not in failures(f"  {line_of(160)}\n")  # blanks around it don't count


def test_20_characters_pass_and_19_do_not() -> None:
    assert "is too short" not in failures("Keeps the birds wet.")
    assert "is too short" in failures("Keeps the bird wet.")


def test_more_than_400_characters_are_refused_without_a_closer_look() -> None:
    hype = ("amazing owls " * 40)[:399]
    assert "uses hype" in failures(f" {hype}s ")
    assert failures(f"{hype}ss") == ("is longer than 160 characters",)


@pytest.mark.parametrize(
    ("line", "repeats"),
    [
        ("Warm houses for birds.", True),
        ("Two warm houses for old birds.", True),  # two words more
        ("Two warm dry houses for old birds.", False),
        ("Birds for warm houses, indeed.", True),
        ("Warm houses for owls, indeed.", False),
    ],
)
def test_a_title_with_up_to_two_more_words_is_the_title_again(line: str, repeats: bool) -> None:
    titled = paper(1, "Warm Houses for Birds", abstract="Two old, dry, warm houses for birds and owls, indeed.")
    assert ("repeats the title" in failures(line, titled)) is repeats


def test_a_paper_without_words_in_its_title_can_have_a_summary() -> None:
    assert "repeats the title" not in failures("A nest keeps birds warm.", paper(1, "??", abstract=NESTS.abstract))


@pytest.mark.parametrize(
    ("line", "foreign"),
    [
        ("Bananas and apricots.", False),  # two long words tell too little
        ("Bananas, apricots and cherries.", True),
        ("Bananas, apricots and night.", False),  # a third of them is enough
        ("Bananas, apricots, cherries and night.", True),
        ("Bananas, apricots, chicks and night.", False),
        ("Bananas, apricots and nightingales.", False),  # five letters decide
    ],
)
def test_a_third_of_the_longer_words_must_be_those_of_the_paper(line: str, foreign: bool) -> None:
    assert ("is about something else" in failures(line)) is foreign
    assert "is about something else" not in failures(line, language="de")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("A nest keeps birds warm, see http://birds", "contains a link"),
        ("A nest keeps birds warm, see birds.com", "contains a link"),
        ("A nest keeps birds warm, see Birds DOT COM", "contains a link"),
        ("A nest keeps birds warm\nat night.", "is more than one sentence"),
        ("A nest keeps birds warm\u200b at night.", "contains characters that don't belong"),
        ("A nest keeps birds warm\x07 at night.", "contains characters that don't belong"),
    ],
)
def test_a_link_a_second_line_and_unseen_characters_are_refused(line: str, fault: str) -> None:
    assert fault in failures(line)


@pytest.mark.parametrize(
    "line", ["A nest keeps birds warm at night.", "Ein Nest hält Vögel “warm” bei Nacht – im Wald"]
)
def test_a_plain_line_has_no_fault_of_form(line: str) -> None:
    assert failures(line, language="de" if "Nest" in line else "en") == ()


def test_the_meaning_is_compared_in_english_unless_left_out_and_only_when_the_rest_passes() -> None:
    cold = paper(1, "Warm Houses", abstract="A nest of wool does not keep birds warm at night in the garden.")
    false = "A nest of wool keeps birds warm at night in the garden."
    assert check(false, cold) != ()
    assert check(false, cold, meaning=False) == check(false, cold, "de") == ()
    assert check(f"Amazing: {false}", cold) == ("uses hype",)


@pytest.mark.parametrize("known", ["xbert is used", "a bertx model", "ubert"])
def test_a_name_inside_another_word_is_not_known(known: str) -> None:
    assert new_names("Uses Bert here.", known) == ["Bert"]


def test_a_name_with_two_capitals_is_no_form_of_a_verb() -> None:
    assert new_names("Uses AReduction here.", "areduced") == ["AReduction"]


def test_from_seven_letters_on_a_word_may_be_a_form_of_a_known_one() -> None:
    assert new_names("With Encoded nests.", "we encode nests") == []
    assert new_names("With Encoded nests.", "we build nests") == ["Encoded"]
    assert new_names("With Roofed nests.", "we roofing nests") == ["Roofed"]
