"""What somebody typed is understood, whatever it is."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.papers.filter import Filter, Names
from bot.search.query import MAX_WORDS, parse_query


@pytest.mark.parametrize(
    ("typed", "words", "phrases"),
    [
        ("hypernetworks", ("hypernetworks",), ()),
        ("what are the best hypernetworks?", ("best", "hypernetworks"), ()),
        ('"mixture of experts" routing', ("routing",), ("mixture of experts",)),
        ("“mixture of experts”", (), ("mixture of experts",)),
        ('an "unclosed quote', ("unclosed", "quote"), ()),
        ("GPT-4 and C++", ("GPT-4", "C++"), ()),
        ("AND OR NEAR( * ^", ("NEAR",), ()),
        ("to be or not to be", ("not",), ()),
        ("the of", ("the", "of"), ()),
        ("BERT bert Bert", ("Bert",), ()),
        ("open-source:LLM", ("open-source", "LLM"), ()),
    ],
)
def test_words_and_phrases(typed: str, words: tuple[str, ...], phrases: tuple[str, ...]) -> None:
    query = parse_query(typed)
    assert (query.words, query.phrases) == (words, phrases)


@pytest.mark.parametrize(
    ("typed", "filter"),
    [
        ("after:2024-05", Filter(after=date(2024, 5, 1))),
        ("before:2024", Filter(before=date(2024, 1, 1))),
        ("cat:cs.CL,cs.LG", Filter(categories=("cs.CL", "cs.LG"))),
        ("category:cs", Filter(categories=("cs",))),
        ('author:"geoffrey hinton"', Filter(authors=("geoffrey hinton",))),
        ("author:“geoffrey hinton”", Filter(authors=("geoffrey hinton",))),
        ('author:"geoffrey hinton', Filter(authors=("geoffrey hinton",))),
        ("show me papers author:hinton, source:arxiv", Filter(authors=("hinton",), sources=("arxiv",))),
    ],
)
def test_filters(typed: str, filter: Filter) -> None:
    query = parse_query(typed)
    assert query.filter == filter
    assert query.is_empty


def test_a_filter_that_can_not_be_read_is_told() -> None:
    assert parse_query("owls after:tomorrow").ignored == ("after:tomorrow",)


NAMES = ("2405.15738", "https://arxiv.org/abs/2405.15738v2", "<https://arxiv.org/abs/2405.15738|a>", "arXiv 2405.15738")


@pytest.mark.parametrize("typed", NAMES)
def test_an_id_or_address_is_the_paper_itself(typed: str) -> None:
    assert parse_query(typed).paper_id == "arxiv:2405.15738"


@given(st.text(max_size=300))
def test_anything_is_a_query(typed: str) -> None:
    query = parse_query(typed)
    assert len(query.words) <= MAX_WORDS


@pytest.mark.parametrize("typed", ["", "🦉🦉", "x" * 10_000, "\x00\x1b", "\ud800 x", "a " * 5_000])
def test_odd_input_is_bounded(typed: str) -> None:
    assert len(parse_query(typed).text) <= 500


@pytest.mark.parametrize(
    ("typed", "filter"),
    [
        ("-cat:cs.CV", Filter(without=Names(categories=("cs.CV",)))),
        ("–cs.CV -author:hinton", Filter(without=Names(categories=("cs.CV",), authors=("hinton",)))),
        ("-lab:deepmind -source:arxiv", Filter(without=Names(labs=("deepmind",), sources=("arxiv",)))),
        ("stars:100+ has:code", Filter(min_stars=100, has_code=True)),
        ("cat:cs.CL is:new", Filter(categories=("cs.CL",), is_new=True)),
        ("max:2/topic", Filter(max_per_topic=2)),
    ],
)
def test_papers_are_excluded_and_limited_by_words(typed: str, filter: Filter) -> None:
    assert parse_query(typed).filter == filter


@pytest.mark.parametrize("typed", ["stars:many", "has:pictures", "max:0/topic", "max:100", "-has:code", "is:new"])
def test_a_limit_that_can_not_be_read_is_told(typed: str) -> None:
    query = parse_query(f"owls {typed}")
    assert (query.ignored, query.filter, query.words) == ((typed,), Filter(), ("owls",))
