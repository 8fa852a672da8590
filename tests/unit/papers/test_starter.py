"""The bundled shelf: facts, and lines of our own."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from bot.papers.starter import starter
from bot.papers.text import readable
from bot.summaries.check import MOST_CHARS
from tests.builders import SHARED, needs_shared


def test_there_are_two_hundred_papers_each_once() -> None:
    ids = [listing.paper.id for listing, _ in starter()]
    assert len(ids) == len(set(ids)) == 200


def test_each_has_one_short_line_that_is_not_its_title() -> None:
    for listing, line in starter():
        assert 20 <= len(line) <= MOST_CHARS, line
        assert line.endswith(".") and "\n" not in line
        assert line.casefold() != listing.paper.title.casefold()


def test_titles_are_readable_and_links_are_https() -> None:
    for listing, _ in starter():
        paper = listing.paper
        assert readable(paper.title) == paper.title
        assert all(link.startswith("http") for link in (paper.links.page, paper.links.pdf, paper.links.discussion))
        assert paper.published is not None
        assert paper.published.date() <= listing.day


def test_it_holds_facts_and_no_abstracts() -> None:
    shelf = json.loads(files("bot.papers").joinpath("starter.json").read_text("utf-8"))
    allowed = {"id", "title", "authors", "published", "day", "upvotes", "line", "code", "project", "organization"}
    assert {key for item in shelf["papers"] for key in item} <= allowed


def test_somebody_who_looks_for_hypernetworks_finds_some() -> None:
    assert sum("hypernetwork" in listing.paper.title.casefold() for listing, _ in starter()) >= 3


@needs_shared
@pytest.mark.slow
def test_no_line_borrows_six_words_in_a_row_from_an_abstract() -> None:
    from bot.sources.files import read

    lines = {listing.paper.id: line for listing, line in starter()}
    for batch in read(SHARED / "hf-daily-papers"):
        for item in batch.listings:
            if line := lines.get(item.paper.id):
                assert not _runs(line) & _runs(f"{item.paper.abstract} {item.paper.offered_line}"), line


def _runs(text: str, length: int = 6) -> set[tuple[str, ...]]:
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}
