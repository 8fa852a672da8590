"""A question is searched for what it asks about, and an acronym for what it stands for."""

from __future__ import annotations

import pytest

from bot.papers.filter import Filter
from bot.search.acronyms import concepts, concepts_in, with_long
from bot.search.query import parse_query


@pytest.mark.parametrize(
    ("typed", "gist"),
    [
        ("Which papers have proposed voxels for scenes?", "voxels for scenes?"),
        ("Could you list some works that explore causal bandits", "causal bandits"),
        ("how do owls see", "owls see"),
        ("address matching", "address matching"),
        ("present bias in choice", "present bias in choice"),
        ("who which what", "who which what"),
    ],
)
def test_only_a_question_loses_the_words_that_ask(typed: str, gist: str) -> None:
    query = parse_query(typed)
    assert query.gist == gist
    assert query.text == typed


def test_a_category_in_passing_is_a_filter() -> None:
    query = parse_query("diffusion cs.CV models")
    assert (query.words, query.filter) == (("diffusion", "models"), Filter(categories=("cs.CV",)))


@pytest.mark.parametrize("typed", ["stats.ml.org", "node.js", "https://x.org/cs.CL", "cs.CLX"])
def test_what_only_looks_like_a_category_stays_text(typed: str) -> None:
    assert parse_query(typed).filter == Filter()


def test_a_model_is_told_what_letters_mean() -> None:
    assert with_long("LLMs and LLMs", ("LLMs",)) == "LLMs (large language model) and LLMs"
    assert with_long("a GAN, a generative adversarial network", ("GAN",)) == "a GAN, a generative adversarial network"


@pytest.mark.parametrize(
    ("acronym", "written"),
    [("LLMs", "we ask large language models"), ("CTR", "two click through rates"), ("CoT", "a chain of thought")],
)
def test_a_long_form_in_any_text_stands_for_its_acronym(acronym: str, written: str) -> None:
    assert concepts([acronym])[acronym] in concepts_in(written.split())


def test_a_part_of_a_long_form_stands_for_no_acronym() -> None:
    assert concepts_in(["a", "large", "model", "of", "language"]) == []
