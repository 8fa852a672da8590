"""The index of words under faults: killed, damaged, in two processes, on a disk that can't be written."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import IndexFailed, StoreError
from bot.search import Search, word_index
from bot.store import open_store
from bot.store.sql import Store
from tests.builders import NOW, listing, paper
from tests.faults.indexing import kill_while_indexing, lost_and_doubled


async def stored(store: Store, *numbers: int) -> None:
    await store.papers.add_listings([listing(paper(n, f"Owl {n}")) for n in numbers], NOW)


async def found(search: Search) -> set[str]:
    return {hit.id for hit in (await search.find_papers("owl", limit=100)).hits}


def opened(store: Store, home: Path) -> Search:
    return Search(store.papers, store.vectors, None, index_folder=home / "search-index")


def ids(*numbers: int) -> set[str]:
    return {paper(n).id for n in numbers}


@pytest.mark.slow
async def test_after_a_kill_every_stored_paper_is_found_once(tmp_path: Path) -> None:
    chance = random.Random(7)
    for _ in range(3):
        kill_while_indexing(tmp_path, chance)
        assert await lost_and_doubled(tmp_path) == (set(), 0)


async def test_files_that_a_killed_process_left_are_in_no_ones_way(store: Store, tmp_path: Path) -> None:
    search = opened(store, tmp_path)
    await stored(store, 1, 2, 3)
    assert await found(search) == ids(1, 2, 3)
    (folder,) = (tmp_path / "search-index").iterdir()
    meta = (folder / "meta.json").read_bytes()
    await store.papers.add_listings([listing(paper(1, "Owl 1", upvotes=9))], NOW)
    await search.update_index()
    (folder / "meta.json").write_bytes(meta)  # the last step of the commit didn't happen
    again = opened(store, tmp_path)
    await again.update_index()
    assert (await again.find_papers("owl sort:votes")).hits[0].id == paper(1).id


async def test_two_processes_find_what_either_stored(store: Store, tmp_path: Path) -> None:
    other = await open_store(tmp_path / "paperboy.db")
    one, two = opened(store, tmp_path), opened(other, tmp_path)
    await stored(store, 1)
    assert await found(one) == await found(two) == ids(1)
    await stored(other, 2)
    assert await found(one) == await found(two) == ids(1, 2)
    await one.update_index(rebuild=True)  # the other one changes to the new index
    await stored(other, 3)
    assert await found(two) == await found(one) == ids(1, 2, 3)
    assert len(list((tmp_path / "search-index").iterdir())) == 1
    await other.aclose()


async def test_a_search_does_not_wait_for_a_process_that_writes_long(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.search.keyword_search.BUSY_S", 0.2)
    search = opened(store, tmp_path)
    await stored(store, 1)
    assert await found(search) == ids(1)
    (folder,) = (tmp_path / "search-index").iterdir()
    writer = word_index.WordIndex(folder).writer()
    assert writer is not None
    await stored(store, 2)
    late = await search.find_papers("owl")
    assert {hit.id for hit in late.hits} == ids(1)
    assert "papers to go: 1" in late.notice
    with pytest.raises(StoreError):  # an edition isn't planned without its newest papers
        await search.matching_among("owl", ids(1, 2))
    writer.wait_merging_threads()
    assert await found(search) == ids(1, 2)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:40])


def flip(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 4] ^= 0xFF
    file.write_bytes(bytes(raw))


@pytest.mark.parametrize("suffix", ["idx", "term", "store", "fast", "meta.json"])
@pytest.mark.parametrize("harm", [cut, flip, Path.unlink])
async def test_a_damaged_index_is_made_again(
    store: Store, tmp_path: Path, suffix: str, harm: Callable[[Path], None]
) -> None:
    await stored(store, 1, 2)
    assert await found(opened(store, tmp_path)) == ids(1, 2)
    harm(next((tmp_path / "search-index").glob(f"*/*{suffix}")))
    assert await found(opened(store, tmp_path)) == ids(1, 2)


async def test_an_index_of_an_older_format_answers_until_the_new_one_is_made(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stored(store, 1)
    assert await found(opened(store, tmp_path)) == ids(1)
    older = word_index.FORMAT
    monkeypatch.setattr(word_index, "FORMAT", older + 1)
    newer = opened(store, tmp_path)
    assert await found(newer) == ids(1)
    assert f"{older}-1" in await newer.index_state()
    await newer.update_index()
    assert f"{word_index.FORMAT}-2" in await newer.index_state()
    assert await found(newer) == ids(1)


async def test_an_index_of_a_later_moment_than_the_database_is_made_again(store: Store, tmp_path: Path) -> None:
    other = await open_store(tmp_path / "other.db")
    await stored(other, 1, 2, 3)
    assert await found(opened(other, tmp_path)) == ids(1, 2, 3)
    await stored(store, 4)
    assert await found(opened(store, tmp_path)) == ids(4)
    await other.aclose()


async def test_where_the_folder_can_not_be_made_words_are_found_all_the_same(store: Store, tmp_path: Path) -> None:
    (tmp_path / "search-index").write_text("a file where the folder belongs")
    search = opened(store, tmp_path)
    await stored(store, 1)
    assert await found(search) == ids(1)
    assert "in memory" in await search.index_state()


async def test_a_full_disk_stops_the_index_and_not_the_search(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = opened(store, tmp_path)
    await stored(store, 1)
    assert await found(search) == ids(1)
    with monkeypatch.context() as full:
        full.setattr(word_index.WordIndex, "write", no_space)
        await stored(store, 2)
        assert await found(search) == ids(1)
        assert "No space left" in await search.index_state()
        with pytest.raises(IndexFailed):
            await search.update_index()
    assert await found(search) == ids(1, 2)


def no_space(*_: object) -> None:
    raise IndexFailed("The search index failed: No space left on device.")
