"""Schedules as people write them: right, asked back or refused, never something else; and no input takes long."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.delivery.schedule_parser import MAX_CHARS, parse_schedule, read_schedule
from bot.errors import AskError
from bot.schedule import next_times
from tests.processor_time import processor_s

FILE = Path(__file__).with_name("phrases.txt")
LINES = [line for line in FILE.read_text("utf-8").splitlines() if " => " in line]
MAX_S = 0.05  # of the processor, for what a stranger may send
HOSTILE_CHARS = 20_000
HOSTILE = [
    *(
        "every ",
        "mon,",
        "mon-",
        "mon/",
        "9:00 ",
        "9:",
        "9",
        "(",
        "+",
        "a",
        "* ",
        "at ",
        "UTC+",
        "Europe/",
        "@",
        "é",
        "1,",
    ),
    *(
        "cron * ",
        "9:00 every ",
        "9:00 in 1 ",
        "9:00 jan ",
        "9:00 a.m",
        "half past ",
        "time zone ",
        "except ",
        "7 days ",
    ),
    *(
        "first ",
        "\N{COMBINING ACUTE ACCENT}",
        "\N{ZERO WIDTH SPACE}",
        "\N{OWL}",
        "London ",
        "when the list is ",
        "-",
        ".",
    ),
]


def test_there_are_more_than_five_hundred_phrases() -> None:
    assert len(LINES) > 500


@pytest.mark.parametrize("line", LINES)
def test_a_phrase_is_right_asked_back_or_refused(line: str) -> None:
    phrase, _, expected = line.rpartition(" => ")
    found = read_schedule(phrase, "UTC")
    if found.question:
        assert expected == "asked"
        assert len(found.choices) > 1
        for choice in found.choices:  # each answer is a phrase that leaves no doubt
            assert read_schedule(choice.phrase, "UTC").schedule
    elif found.problem:
        assert expected == "refused", found.problem
        assert found.hint or "Did you mean" in found.problem
    else:
        assert " | ".join(filter(None, (str(found.schedule), found.topic))) == expected


@pytest.mark.parametrize("line", [line for line in LINES if not line.endswith(("asked", "refused"))][::7])
def test_what_is_read_is_read_again_from_its_canonical_text(line: str) -> None:
    found = read_schedule(line.rpartition(" => ")[0], "UTC")
    again = read_schedule(f"{found.schedule} about: {found.topic}", "UTC")
    assert again.schedule == found.schedule


def test_a_zone_that_is_not_named_is_the_default_and_the_result_says_so() -> None:
    here = read_schedule("weekdays 9am", "Asia/Tokyo")
    there = read_schedule("weekdays 9am PST", "Asia/Tokyo")
    assert here.schedule
    assert there.schedule
    assert (here.schedule.zone, here.names_zone) == ("Asia/Tokyo", False)
    assert (there.schedule.zone, there.names_zone) == ("America/Los_Angeles", True)


def test_next_times_are_those_of_the_zone() -> None:
    found = read_schedule("weekdays 9:00 UTC+2", "UTC")
    friday = datetime(2026, 5, 29, 8, tzinfo=UTC)
    assert found.schedule
    assert next_times(found.schedule, friday, 2) == [
        datetime(2026, 6, 1, 7, tzinfo=UTC),
        datetime(2026, 6, 2, 7, tzinfo=UTC),
    ]
    assert next_times(parse_schedule("when complete", "UTC"), friday, 3) == []


def test_a_question_taken_as_a_schedule_says_what_to_write() -> None:
    with pytest.raises(AskError, match="Which time zone is IST") as caught:
        read_schedule("weekdays 9am IST diffusion", "UTC").accept()
    assert "weekdays 09:00 Asia/Kolkata diffusion" in caught.value.hint


@pytest.mark.parametrize("bit", HOSTILE)
@pytest.mark.parametrize("chars", [HOSTILE_CHARS, MAX_CHARS])
def test_no_input_takes_long(bit: str, chars: int) -> None:
    text = (bit * (chars // len(bit) + 1))[:chars]
    assert processor_s(lambda: read_schedule(text, "UTC"), enough=MAX_S) < 4 * MAX_S


def test_any_words_are_read_asked_back_or_refused() -> None:
    chance, words = random.Random(14), " ".join(line.rpartition(" => ")[0] for line in LINES).split()
    for _ in range(300):
        text = " ".join(chance.choices(words, k=chance.randint(1, 40)))
        found = read_schedule(text, "UTC")
        assert [bool(found.schedule), bool(found.question), bool(found.problem)].count(True) == 1


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("every other day 9:00", "“every other”"),
        ("every 2h 9:00", "“every 2h”"),
        ("on 15 may 9:00", "“15 may”"),
        ("3 times a week 9:00", "“3 times a”"),
    ],
)
def test_a_refusal_quotes_what_can_not_be_read_and_no_more(text: str, refused: str) -> None:
    assert refused in read_schedule(text, "UTC").problem
