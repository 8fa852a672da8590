"""A line from the abstract itself."""

from __future__ import annotations

import itertools
import random
from importlib.resources import files

import numpy as np
import pytest

from bot.summaries import check, extract
from bot.summaries.extract import candidates, split, trim
from bot.summaries.extract.ranking_weights import learnt
from bot.summaries.extract.shortening import trims
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


WOOL = "nest of recycled wool that keeps the eggs of small birds warm through long winter nights."


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("NestNet: Warm Houses", f"A {WOOL}"),
        ("Warm Houses", f"Presents NestNet, a {WOOL}"),
    ],
)
def test_a_name_that_the_title_has_is_left_out(title: str, line: str) -> None:
    assert extract(paper(1, title, abstract=f"Birds get cold. We present NestNet, a {WOOL}")) == line


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
        "We find that their nests of wool stay warm.",
        "We present a nest of wool that avoids that cost.",
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
    from bot.sources.files import read_papers

    papers = [i.paper for b in read_papers(SHARED / "hf-daily-papers" / "2025-03-18.json.gz") for i in b.listings]
    lines = {item.id: extract(item) for item in papers}
    assert sum(map(bool, lines.values())) >= 0.95 * len(papers)
    assert all(check(line, item) == () for item in papers if (line := lines[item.id]))


def test_trees_are_worth_what_a_walk_down_each_of_them_finds() -> None:
    text = files("bot.summaries.extract").joinpath("weights.txt").read_text("utf-8")
    trees = [list(map(float, row.split()[1:])) for row in text.splitlines() if row.startswith("tree ")]
    chance = random.Random(0)
    lines = [[np.float32(chance.choice((0, 1, chance.uniform(0, 30)))) for _ in range(60)] for _ in range(20)]

    def walk(tree: list[float], line: list[np.float32]) -> float:
        at = 0
        while at < 7:
            at = 2 * at + (2 if line[int(tree[at])] > np.float32(tree[7 + at]) else 1)
        return tree[14 + at - 7]

    found = learnt().trees.worth(lines)
    assert found == pytest.approx([sum(walk(tree, line) for tree in trees) for line in lines], abs=1e-4)


@pytest.mark.parametrize(
    ("abstract", "sentences"),
    [
        ("Birds sing in the morning. Owls sing at night (in town). They rest.", 2),
        ("It was built by the RSPB. Owls were asked by nobody at all, i.e. Ada did not ask.", 2),
        ("Nests of moss are warm, cf. Hopper for the details. “Owls” are birds of the night!", 2),
        ("A nest of 3.5 grams weighs less than e.g. Sparrows or a leaf.\nBut it is warm enough.", 2),
    ],
)
def test_sentences_end_where_they_end(abstract: str, sentences: int) -> None:
    assert len(split(abstract)) == sentences


def test_a_clause_that_ends_just_below_160_characters_can_end_the_line() -> None:
    clause = (
        "We present a nest of wool that keeps the eggs of small birds warm in winter and dry in autumn when the rain"
        " falls on the roofs of old towns near the cold sea"
    )
    assert 156 in map(len, trims(f"{clause} because it is thick and soft."))
    assert max(map(len, trims(f"{clause} up north because it is thick and soft."))) < 156


def test_two_capitals_at_the_start_can_be_a_sentence() -> None:
    assert split("AI. Birds sing in the morning when it is warm outside.") == [
        "Birds sing in the morning when it is warm outside."
    ]
