"""What two sources say of a paper becomes one record."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.papers.merge import merge
from bot.papers.model import Counts, Links, Paper
from tests.builders import NOW, paper

words = st.sampled_from(["", "a nest", "an egg"])
papers = st.builds(
    Paper,
    id=st.just("arxiv:2503.00001"),
    title=st.sampled_from(["Birds", "Bees"]),
    abstract=words,
    authors=st.sampled_from([(), ("Ada",)]),
    affiliations=st.sampled_from([(), ("Society",)]),
    version=st.integers(1, 3),
    published=st.sampled_from([None, NOW]),
    organization=words,
    counts=st.builds(Counts, upvotes=st.integers(0, 9), stars=st.integers(0, 9)),
    links=st.builds(Links, code=st.sampled_from(["", "https://example.org/code"])),
    sources=st.sampled_from([frozenset(), frozenset({"arxiv"}), frozenset({"huggingface"})]),
    keywords=st.sampled_from([(), ("nests",), ("eggs",)]),
    as_of=st.sampled_from([None, NOW.date(), NOW.date() - timedelta(days=1)]),
    withdrawn=st.booleans(),
).map(lambda one: one if one.authors else replace(one, affiliations=()))


def test_affiliations_come_with_their_authors_and_stay_when_a_newer_record_has_none() -> None:
    known = replace(paper(1), authors=("Ada", "Alan"), affiliations=("Society", ""))
    newer = replace(paper(1, version=2), authors=("Ada", "Alan"))
    assert merge(known, newer).affiliations == ("Society", "")
    assert merge(known, replace(newer, authors=("Ada",))).affiliations == ()


@given(papers, papers)
def test_the_same_news_twice_changes_nothing(a: Paper, b: Paper) -> None:
    once = merge(a, b)
    assert merge(once, b) == once
    assert merge(a, a) == a


@given(papers, papers)
def test_it_does_not_matter_who_came_first(a: Paper, b: Paper) -> None:
    ab, ba = merge(a, b), merge(b, a)
    assert ab == ba


def test_a_later_list_speaks_and_an_older_one_read_again_changes_nothing() -> None:
    first = paper(1, "Birds", as_of=NOW.date())
    later = paper(1, "A Corrected Title", as_of=NOW.date() + timedelta(days=1))
    both = merge(first, later)
    assert both.title == "A Corrected Title"
    assert merge(both, first) == merge(both, later) == both


def test_an_older_answer_does_not_lower_the_votes() -> None:
    assert merge(paper(1, upvotes=30), paper(1, upvotes=12)).counts.upvotes == 30


def test_a_new_version_brings_its_words_and_keeps_the_code_link() -> None:
    old = replace(paper(1), links=Links(code="https://example.org/code"))
    new = paper(1, "A Better House", version=2)
    merged = merge(old, new)
    assert (merged.title, merged.version, merged.links.code) == ("A Better House", 2, "https://example.org/code")


def test_a_withdrawal_ends_with_the_next_version() -> None:
    gone = paper(1, withdrawn=True)
    assert merge(gone, paper(1)).withdrawn
    assert not merge(gone, paper(1, version=2)).withdrawn
