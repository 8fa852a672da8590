"""What every store must do with papers, summaries and vectors; and with itself, as a backup."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.chat.event import Place
from bot.errors import StoreError
from bot.papers.model import Counts
from bot.store import open_store
from bot.store.records import Fetch, StoreCounts, Summary
from bot.store.sql import Store
from tests.builders import NOW, TODAY, listing, paper

LEASE = timedelta(minutes=2)

ELSEWHERE = Place("web", "home", "elsewhere")


async def test_a_paper_is_kept_and_a_second_time_changes_nothing(store: Store) -> None:
    papers = [listing(paper(n)) for n in range(3)]
    assert await store.papers.add_listings(papers, NOW) == StoreCounts(new=3)
    assert await store.papers.add_listings(papers, NOW) == StoreCounts(unchanged=3)
    assert await store.papers.count_papers() == 3


async def test_a_paper_twice_in_one_batch_is_one_paper(store: Store) -> None:
    kept = await store.papers.add_listings([listing(paper(1)), listing(paper(1), source="arxiv")], NOW)
    assert kept.new == 1
    assert (await store.papers.get_papers(["arxiv:2503.00001"]))["arxiv:2503.00001"].sources == {"arxiv", "huggingface"}


async def test_new_votes_change_a_paper(store: Store) -> None:
    await store.papers.add_listings([listing(paper(1, upvotes=1))], NOW)
    assert await store.papers.add_listings([listing(paper(1, upvotes=5))], NOW) == StoreCounts(
        changed=1, changed_ids=(paper(1).id,)
    )
    assert (await store.papers.get_papers(["arxiv:2503.00001"]))["arxiv:2503.00001"].counts == Counts(upvotes=5)


async def test_a_list_is_in_order_of_votes(store: Store) -> None:
    await store.papers.add_listings([listing(paper(n, upvotes=n)) for n in (1, 3, 2)], NOW)
    await store.papers.add_listings([listing(paper(9), day=TODAY - timedelta(days=1))], NOW)
    listed = await store.papers.listed_between(["huggingface"], TODAY, TODAY)
    assert [item.paper.counts.upvotes for item in listed] == [3, 2, 1]
    assert await store.papers.listed_days(["huggingface"]) == [(TODAY, 3), (TODAY - timedelta(days=1), 1)]


async def test_a_list_remembers_when_a_paper_was_first_seen_on_it(store: Store) -> None:
    await store.papers.add_listings([listing(paper(1))], NOW)
    await store.papers.add_listings([listing(paper(1))], NOW + timedelta(hours=3))
    assert [item.first_seen for item in await store.papers.listed_between(["huggingface"], TODAY, TODAY)] == [NOW]


async def test_changes_come_in_order_and_each_paper_once(store: Store) -> None:
    await store.papers.add_listings([listing(paper(n)) for n in (1, 2, 3)], NOW)
    first = await store.papers.changes_since(0, 10)
    assert [change.id for change in first] == [paper(n).id for n in (1, 2, 3)]
    assert await store.papers.last_change() == first[-1].seq
    await store.papers.add_listings([listing(paper(2, upvotes=5)), listing(paper(1))], NOW)
    ((seq, id, changed),) = [(c.seq, c.id, c.paper) for c in await store.papers.changes_since(first[-1].seq, 10)]
    assert (id, changed and changed.counts.upvotes) == (paper(2).id, 5)
    assert [change.id for change in await store.papers.changes_since(0, 10)] == [paper(n).id for n in (1, 3, 2)]
    assert [change.id for change in await store.papers.changes_since(0, 2)] == [paper(n).id for n in (1, 3)]
    assert await store.papers.last_change() == seq


BEFORE_THE_INDEX = """
DROP TRIGGER papers_in; DROP TRIGGER papers_over; DROP TRIGGER papers_out; DROP TABLE paper_changes;
ALTER TABLE papers ADD COLUMN title TEXT NOT NULL DEFAULT ''; ALTER TABLE papers ADD COLUMN abstract TEXT;
ALTER TABLE papers ADD COLUMN authors TEXT; ALTER TABLE papers ADD COLUMN keywords TEXT;
CREATE TABLE paper_facets (kind TEXT, value TEXT, seq INTEGER REFERENCES papers(seq) ON DELETE CASCADE);
CREATE VIRTUAL TABLE papers_fts USING fts5(title, abstract, authors, keywords, content='papers', content_rowid='seq');
CREATE VIRTUAL TABLE papers_terms USING fts5vocab(papers_fts, 'row');
CREATE TRIGGER papers_fts_in AFTER INSERT ON papers BEGIN SELECT 1; END;
CREATE TRIGGER papers_fts_out AFTER DELETE ON papers BEGIN SELECT 1; END;
CREATE TRIGGER papers_fts_over AFTER UPDATE ON papers BEGIN SELECT 1; END;
DELETE FROM _sqlite_migrations WHERE name = 'search_index';
"""


async def test_a_database_with_the_former_keyword_search_is_taken_over(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "x.db")
    await store.papers.add_listings([listing(paper(n)) for n in (1, 2)], NOW)
    await store.aclose()
    with closing(sqlite3.connect(tmp_path / "x.db")) as db:
        db.executescript(BEFORE_THE_INDEX)
    for _ in range(2):
        again = await open_store(tmp_path / "x.db")
        assert [change.id for change in await again.papers.changes_since(0, 2)] == [paper(1).id, paper(2).id]
        await again.papers.add_listings([listing(paper(3))], NOW)
        assert await again.papers.last_change() == 3
        assert await again.check(deep=True) == ""
        await again.aclose()


async def test_how_a_look_at_a_source_went_is_remembered(store: Store) -> None:
    await store.papers.record_fetch(Fetch(source="arxiv", day=TODAY, at=NOW, last_grew=NOW))
    await store.papers.record_fetch(Fetch(source="arxiv", day=TODAY, at=NOW + LEASE, error="it hangs"))
    assert await store.papers.last_fetches() == [
        Fetch(source="arxiv", day=TODAY, at=NOW + LEASE, error="it hangs", last_grew=NOW, newest_answered=TODAY)
    ]


async def test_lines_come_newest_first_by_language(store: Store) -> None:
    line = Summary(paper="p", text="Builds nests.", provenance="extract", made=NOW)
    better = replace(line, text="Builds dry nests.", provenance="claude", made=NOW + LEASE)
    await store.summaries.store_summaries([line, better, replace(line, language="de", text="Baut Nester.")])
    assert [found.text for found in (await store.summaries.for_papers(["p"]))["p"]] == [
        "Builds dry nests.",
        "Builds nests.",
    ]


async def test_vectors_are_missing_until_kept_and_again_when_the_text_changes(store: Store) -> None:
    await store.papers.add_listings([listing(paper(1))], NOW)
    (missing,) = await store.vectors.papers_without_vector("m", 10)
    await store.vectors.store_vectors("m", {missing.id: (missing.fingerprint, b"\1\2")})
    assert await store.vectors.papers_without_vector("m", 10) == []
    assert [rows async for rows in store.vectors.load_vectors("m")] == [[(1, missing.id, b"\1\2")]]
    await store.papers.add_listings([listing(paper(1, "Another Title", version=2))], NOW)
    assert len(await store.vectors.papers_without_vector("m", 10)) == 1


async def test_a_backup_of_a_file_is_a_whole_store(tmp_path: Path) -> None:
    from bot.store import open_store

    store = await open_store(tmp_path / "paperboy.db")
    await store.papers.add_listings([listing(paper(1))], NOW)
    await store.back_up(tmp_path / "copy.db")
    copy = await open_store(tmp_path / "copy.db")
    assert await copy.papers.count_papers() == 1
    await copy.aclose()
    with pytest.raises(StoreError, match="already"):
        await store.back_up(tmp_path / "copy.db")
    await store.aclose()
