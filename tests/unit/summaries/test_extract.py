"""A line from the abstract itself."""

from __future__ import annotations

import pytest

from bot.summaries import check, extract
from bot.summaries.extract import trim
from tests.builders import SHARED, needs_shared, paper


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("In this paper, we propose a nest of wool.", "Proposes a nest of wool."),
        ("We present a nest and show that it is warm.", "Presents a nest and shows that it is warm."),
        ("To address this, we introduce a nest of wool.", "Introduces a nest of wool."),
        ("We carefully study how birds keep warm.", "Carefully studies how birds keep warm."),
        ("Our nest keeps birds warm.", "The nest keeps birds warm."),
        ("This paper presents a nest of wool.", "Presents a nest of wool."),
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


def test_without_an_abstract_there_is_no_line() -> None:
    assert extract(paper(1, abstract="")) == ""


@needs_shared
def test_every_line_from_real_abstracts_passes_the_check() -> None:
    from bot.sources.files import read

    papers = [i.paper for b in read(SHARED / "hf-daily-papers" / "2025-03-18.json.gz") for i in b.listings]
    lines = {item.id: extract(item) for item in papers}
    assert sum(map(bool, lines.values())) >= 0.95 * len(papers)
    assert all(check(line, item) == () for item in papers if (line := lines[item.id]))
