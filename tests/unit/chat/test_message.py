"""Actions survive the wire; what strangers wrote is made harmless."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.chat.event import Place
from bot.chat.message import MAX_ACTION_BYTES, Action, Message, clean, emphasize

short = st.text(max_size=8)


@given(short, st.lists(short, max_size=3))
def test_an_action_comes_back_from_the_wire_as_it_went(name: str, args: list[str]) -> None:
    try:
        action = Action(name, tuple(args))
    except ValueError:
        return
    assert len(str(action).encode()) <= MAX_ACTION_BYTES
    assert Action.parse(str(action)) == action


def test_an_action_too_long_for_a_button_is_refused_where_it_is_made() -> None:
    with pytest.raises(ValueError, match="at most 100 bytes"):
        Action("page", ("x" * 100,))


@given(st.text(max_size=300))
@example("%" * 80)
@example("é|" * 60)
@example("a" * 99 + "%7C")
def test_any_string_from_outside_parses_to_some_action(wire: str) -> None:
    assert isinstance(Action.parse(wire), Action)


def test_a_message_without_a_plain_form_can_not_be_made() -> None:
    with pytest.raises(ValueError, match="plain"):
        Message(plain="  ")


def test_cleaning_leaves_one_visible_line() -> None:
    assert clean("a\nb\u202ec\x00  d") == "a bc d"
    assert clean("abcdef", 4) == "abc…"


def test_a_place_comes_back_from_its_text() -> None:
    for place in (Place("slack", "T1", "C1"), Place("slack", "T1", "C1", "169.12")):
        assert Place.parse(str(place)) == place


@pytest.mark.parametrize("wire", ["", "slack", "slack:T1", ":T1/C1", "slack:/C1", "slack:T1/", "slack:T1/C1/2/3"])
def test_other_texts_are_no_places(wire: str) -> None:
    with pytest.raises(ValueError, match="not a place"):
        Place.parse(wire)


@given(st.text(max_size=60), st.lists(short, max_size=3))
def test_bold_words_leave_a_line_as_it_was(line: str, words: list[str]) -> None:
    spans = emphasize(line, list(filter(None, words)))
    assert "".join(span.text for span in spans) == line
    assert {span.text for span in spans if span.bold} <= set(words)


def test_only_whole_words_are_bold() -> None:
    shown = emphasize("GPT-4o and GPT-4 (<b>)", ("GPT-4", "GPT-4o"))
    assert [span.text for span in shown if span.bold] == ["GPT-4o", "GPT-4"]
