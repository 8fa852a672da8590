"""A line from the abstract itself."""

from __future__ import annotations

import itertools

import pytest

from bot.summaries import check, extract
from bot.summaries.extract import candidates, trim
from tests.builders import SHARED, needs_shared, paper
from tests.unit.summaries.plants import scitldr


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("In this paper, we propose a nest of wool.", "Proposes a nest of wool."),
        ("We present a nest and show that it is warm.", "Presents a nest and shows that it is warm."),
        ("To address this, we introduce a nest of wool.", "Introduces a nest of wool."),
        ("We carefully study how birds keep warm.", "Carefully studies how birds keep warm."),
        ("Our nest keeps birds warm.", "The nest keeps birds warm."),
        ("This paper presents a nest of wool.", "Presents a nest of wool."),
        ("Our aim in this paper is to build a nest of wool.", "Builds a nest of wool."),
        ("Our experiments show that wool keeps birds warm.", "Wool keeps birds warm."),
        ("Inspired by sheep, we studied nests and applied wool.", "Studies nests and applied wool."),
        ("Building on this, we learn to build and improve nests.", "Learns to build and improve nests."),
        ("We apply multi-layer wool to nests.", "Applies multi-layer wool to nests."),
    ],
)
def test_lead_ins_go_and_the_grammar_stays(sentence: str, line: str) -> None:
    assert trim(sentence) == line


def test_a_long_sentence_is_cut_between_clauses() -> None:
    more = "small warm round dry soft light brown old clean woollen houses " * 3
    assert trim(f"We propose a nest of recycled wool for birds, it has {more}") == (
        "Proposes a nest of recycled wool for birds."
    )


def test_the_sentence_that_says_what_is_new_is_taken() -> None:
    abstract = "Birds get cold. Nests are old. We present a nest of wool that keeps eggs warm. Code is available."
    assert extract(paper(1, "On Nests", abstract=abstract)) == "Presents a nest of wool that keeps eggs warm."


@pytest.mark.parametrize(
    "sentence",
    [
        "We achieve this by doubling the wool.",
        "It keeps the eggs warm at night.",
        "We address these challenges with a nest of wool.",
        "We hope that wool will be used by others.",
    ],
)
def test_a_sentence_that_cannot_stand_alone_is_no_line(sentence: str) -> None:
    assert trim(sentence) == ""


def test_what_is_new_and_what_it_brings_share_a_line_where_both_fit() -> None:
    made = [
        one.line for one in candidates(["We present a nest of recycled wool.", "We show that eggs keep warm."], (0, 1))
    ]
    assert "Presents a nest of recycled wool, and shows that eggs keep warm." in made


def test_the_known_is_not_told_where_the_new_can_be() -> None:
    known = "Nests of recycled wool for birds are known to be warm and have been studied for years."
    abstract = f"{known} We propose a house of straw that dries in an hour."
    assert extract(paper(1, "Nests of Wool for Birds", abstract=abstract)).startswith("Proposes a house of straw")


@needs_shared
def test_every_line_on_scitldr_is_short_passes_and_is_not_the_title() -> None:
    lines = [(extract(item), item) for item, _ in itertools.islice(scitldr("dev"), 200)]
    assert sum(bool(line) for line, _ in lines) >= 0.97 * len(lines)
    for line, item in lines:
        assert len(line) <= 160
        assert not line or check(line, item) == ()
        assert line.rstrip(".").casefold() != item.title.casefold()
        assert line[:1] == line[:1].upper()


def test_without_an_abstract_there_is_no_line() -> None:
    assert extract(paper(1, abstract="")) == ""


@needs_shared
def test_every_line_from_real_abstracts_passes_the_check() -> None:
    from bot.sources.files import read

    papers = [i.paper for b in read(SHARED / "hf-daily-papers" / "2025-03-18.json.gz") for i in b.listings]
    lines = {item.id: extract(item) for item in papers}
    assert sum(map(bool, lines.values())) >= 0.95 * len(papers)
    assert all(check(line, item) == () for item in papers if (line := lines[item.id]))
