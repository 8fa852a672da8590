"""What Claude is asked, and that its examples are what is asked for."""

from __future__ import annotations

import re

import pytest

from bot.store.records import SummaryRequest
from bot.summaries import check
from bot.summaries.generation import prompt
from bot.summaries.generation.sanitizing import without_instructions
from tests.builders import paper
from tests.fakes.anthropic import LEAST_CACHED, data_of

EXAMPLE = re.compile(r"Title: (.+)\nAbstract: ((?:.+\n)+?)Good: (.+)\nBad: (.+?) \(")


@pytest.mark.parametrize("example", EXAMPLE.findall(prompt.SUMMARY_PROMPT))
def test_an_example_passes_our_own_check_and_its_opposite_does_not(example: tuple[str, str, str, str]) -> None:
    title, abstract, good, bad = example
    one = without_instructions(paper(1, title, abstract=" ".join(abstract.split())))
    assert check(good, one) == ()
    assert check(bad, one)


def test_the_rules_are_long_enough_for_the_prompt_cache() -> None:
    assert len(EXAMPLE.findall(prompt.SUMMARY_PROMPT)) == 4
    assert len(prompt.SUMMARY_PROMPT) / 4 > LEAST_CACHED  # even if a token had four characters


def asked_for(title: str, abstract: str, *, failures: tuple[str, ...] = ()) -> SummaryRequest:
    return SummaryRequest(
        paper="arxiv:1",
        version=1,
        language="en",
        model="m",
        prompt="p",
        title=title,
        abstract=abstract,
        failures=failures,
    )


def test_a_request_holds_nothing_of_the_paper_beside_its_data() -> None:
    one, other = (prompt.summary_request("m", asked_for(f"Title {n}", f"Abstract {n}.")) for n in (1, 2))
    assert data_of(one) == {"language": "en", "title": "Title 1", "abstract": "Abstract 1."}
    assert one | {"messages": ()} == other | {"messages": ()}


def test_endless_and_broken_text_is_bounded_and_sent() -> None:
    broken = asked_for("\ud800" * 10_000, '"}]}\x00\ud83d' * 10_000, failures=("is too long",) * 3)
    request = prompt.summary_request("m", broken)
    assert len(request["messages"][0]["content"].encode()) < 40_000
    assert set(data_of(request)) == {"language", "title", "abstract", "refused", "wrong"}


def test_another_prompt_is_another_question() -> None:
    assert prompt.fingerprint(thinking=False) == prompt.fingerprint(thinking=False)
    assert re.fullmatch(r"[0-9a-f]{12}", prompt.fingerprint(thinking=False))
