"""The sample papers: facts, and summaries of our own."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from bot.papers.samples import sample_papers
from bot.papers.text import readable
from bot.summaries.check import MAX_CHARS
from tests.builders import SHARED, needs_shared


def test_there_are_two_hundred_papers_each_once() -> None:
    ids = [listing.paper.id for listing, _ in sample_papers()]
    assert len(ids) == len(set(ids)) == 200


def test_each_has_a_short_summary_that_is_not_its_title() -> None:
    for listing, summary in sample_papers():
        assert 20 <= len(summary) <= MAX_CHARS, summary
        assert summary.endswith(".") and "\n" not in summary
        assert summary.casefold() != listing.paper.title.casefold()


def test_titles_are_readable_and_links_are_https() -> None:
    for listing, _ in sample_papers():
        paper = listing.paper
        assert readable(paper.title) == paper.title
        assert all(link.startswith("http") for link in (paper.links.page, paper.links.pdf, paper.links.discussion))
        assert paper.published is not None
        assert paper.published.date() <= listing.day


def test_it_holds_facts_and_no_abstracts() -> None:
    samples = json.loads(files("bot.papers").joinpath("samples.json").read_text("utf-8"))
    allowed = {"id", "title", "authors", "published", "day", "upvotes", "summary", "code", "project", "organization"}
    assert {key for item in samples["papers"] for key in item} <= allowed


def test_a_search_for_hypernetworks_finds_some() -> None:
    assert sum("hypernetwork" in listing.paper.title.casefold() for listing, _ in sample_papers()) >= 3


@needs_shared
@pytest.mark.slow
def test_no_summary_borrows_six_words_in_a_row_from_an_abstract() -> None:
    from bot.sources.files import read_papers

    summaries = {listing.paper.id: summary for listing, summary in sample_papers()}
    for batch in read_papers(SHARED / "hf-daily-papers"):
        for item in batch.listings:
            if summary := summaries.get(item.paper.id):
                assert not _runs(summary) & _runs(f"{item.paper.abstract} {item.paper.offered_summary}"), summary


def _runs(text: str, length: int = 6) -> set[tuple[str, ...]]:
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}
