"""Papers from files of every form, and days as they were recorded."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from bot.errors import Malformed
from bot.papers.model import Listing
from bot.sources import arxiv
from bot.sources.files import read_papers
from bot.sources.page import FetchedPage
from tests.builders import SHARED, needs_shared
from tests.fakes.papers import entry


def test_json_lines_keep_foreign_ids_and_reject_bad_lines_alone(tmp_path: Path) -> None:
    file = tmp_path / "corpus.jsonl"
    file.write_text(
        '{"id": "4983", "title": "Owls"}\nnonsense\n\n{"id": "2503.00001v2", "title": "Nests", "date": "2025-03-18"}\n'
    )
    (batch,) = read_papers(file)
    assert [item.paper.id for item in batch.listings] == ["4983", "arxiv:2503.00001"]
    assert batch.listings[1].paper.version == 2
    assert [bad.where for bad in batch.rejected] == ["corpus.jsonl:2"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.json", b"", "empty"),
        ("a.json", b"<html>", "HTML"),
        ("a.json", b"[{", "broken JSON"),
        ("a.json", b'"x"', "a list"),
        ("a.json", b'["\xff"]', "UTF-8|broken"),
        ("a.json.gz", b"\x1f\x8b\x08\x00broken", "damaged gzip"),
        ("a.json.gz", b"not gzip", "damaged gzip"),
    ],
)
def test_a_file_that_can_not_be_read_says_why(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Malformed, match=told):
        list(read_papers(tmp_path / name))


def test_a_folder_is_read_past_its_bad_files(tmp_path: Path) -> None:
    (tmp_path / "2025-03-17.json").write_text("<html>")
    (tmp_path / "2025-03-18.json").write_text(json.dumps([entry(1)]))
    found: list[Listing] = []
    with pytest.raises(Malformed, match="2025-03-17"):
        for batch in read_papers(tmp_path):
            found += batch.listings
    assert [item.day.isoformat() for item in found] == ["2025-03-18"]


@needs_shared
@pytest.mark.slow
def test_every_recorded_day_is_read_whole() -> None:
    listings = rejected = 0
    for batch in read_papers(SHARED / "hf-daily-papers"):
        listings += len(batch.listings)
        rejected += len(batch.rejected)
    assert listings > 8_000
    assert rejected == 0


@needs_shared
def test_recorded_search_pages_hold_643_papers_in_788_rows() -> None:
    ids = [item.paper.id for batch in read_papers(SHARED / "hf-searches" / "searches.json") for item in batch.listings]
    assert (len(ids), len(set(ids))) == (788, 643)


@needs_shared
@pytest.mark.parametrize(
    "file", sorted((SHARED / "arxiv-api-fixtures" / "atom").glob("*.json")), ids=lambda f: f.stem[:30]
)
def test_recorded_answers_of_the_arxiv_api_are_read(file: Path) -> None:
    recorded = json.loads(file.read_text())
    page = FetchedPage(url="x", body=recorded["body"].encode(), content_type="application/atom+xml")
    found = arxiv.parse_api_response(page)
    assert len(found) == recorded["body"].count("<entry>") - recorded["body"].count("<title>Error</title>")
    assert all(paper.title and paper.authors and paper.published for paper in found)


@pytest.mark.parametrize(
    "raw", ["2026-6-30", "2026/06/30", "2026-06-30", "Tue, 30 Jun 2026 00:00:00 GMT", "30 June 2026", "Jun 30, 2026"]
)
def test_dates_are_read_as_people_write_them(tmp_path: Path, raw: str) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "1", "title": "Owls", "date": raw}))
    (batch,) = read_papers(tmp_path / "a.jsonl")
    assert [listing.day.isoformat() for listing in batch.listings] == ["2026-06-30"]


@pytest.mark.parametrize(("field", "value"), [("date", "some day"), ("published", "2026-13-01"), ("title", " ")])
def test_a_line_that_can_not_be_read_names_the_field(tmp_path: Path, field: str, value: str) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "1", "title": "Owls"} | {field: value}))
    (batch,) = read_papers(tmp_path / "a.jsonl")
    assert field in batch.rejected[0].reason


def test_people_and_categories_of_a_line_may_be_one_text(tmp_path: Path) -> None:
    line = {
        "id": "1",
        "title": "Owls",
        "authors": "C. Balazs and P. Nadolsky (ANL, Argonne)",
        "categories": "cs.CL, cs.LG",
    }
    objects = {
        "id": "2",
        "title": "Eggs",
        "authors": [{"name": "Ada", "affiliation": "Society"}],
        "categories": "cs.CL cs.AI",
    }
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(line)}\n{json.dumps(objects)}\n")
    (batch,) = read_papers(tmp_path / "a.jsonl")
    first, second = (listing.paper for listing in batch.listings)
    assert (first.authors, first.affiliations) == (("C. Balazs", "P. Nadolsky"), ("", "ANL, Argonne"))
    assert (first.categories, second.categories) == (("cs.CL", "cs.LG"), ("cs.CL", "cs.AI"))
    assert (second.authors, second.affiliations) == (("Ada",), ("Society",))


@pytest.mark.parametrize("name", ["papers.in", "papers", "papers.json", "papers.jsonl", "papers.txt"])
@pytest.mark.parametrize("packed", [False, True])
def test_what_a_file_holds_is_told_by_its_content(tmp_path: Path, name: str, packed: bool) -> None:
    lines = "".join(json.dumps({"id": str(n), "title": f"Owls {n}"}) + "\n" for n in (1, 2)).encode()
    (tmp_path / name).write_bytes(gzip.compress(lines) if packed else lines)
    for path in (tmp_path / name, tmp_path):
        assert sum(len(batch.listings) for batch in read_papers(path)) == 2
