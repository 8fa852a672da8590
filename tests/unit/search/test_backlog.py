"""Which papers lack a vector is always known, however it changes."""

from __future__ import annotations

from msgspec.structs import replace

from bot.papers.model import Paper
from bot.store.sql import Store
from tests.builders import NOW, listing, paper


async def kept(store: Store, *papers: Paper) -> None:
    await store.papers.add_listings([listing(item) for item in papers], NOW)


async def made(store: Store, *papers: Paper, model: str = "m") -> None:
    await store.vectors.store_vectors(model, {item.id: (item.fingerprint, b"v") for item in papers})


async def missing(store: Store, limit: int = 10, model: str = "m") -> list[str]:
    return [item.id for item in await store.vectors.papers_without_vector(model, limit)]


async def test_the_newest_come_first_and_go_when_they_are_made(store: Store) -> None:
    papers = [paper(n) for n in range(1, 6)]
    await kept(store, *papers)
    assert await missing(store, 2) == [papers[4].id, papers[3].id]
    await made(store, papers[4], papers[2])
    assert await missing(store) == [papers[3].id, papers[1].id, papers[0].id]
    assert await store.vectors.count_embedded("m") == (2, 5)
    await made(store, *papers)
    assert await missing(store) == []
    assert await store.vectors.count_embedded("m") == (5, 5)


async def test_a_new_paper_and_a_changed_text_are_missing_at_once(store: Store) -> None:
    one, two = paper(1, abstract="An owl."), paper(2)
    await kept(store, one, two)
    await made(store, one, two)
    assert await missing(store) == []
    changed = replace(one, abstract="An elk.", version=2)  # as long as before, in bytes and in words
    await kept(store, changed)
    assert await missing(store) == [one.id]
    await made(store, one)  # of the old text: still to do
    assert await missing(store) == [one.id]
    await kept(store, paper(3))
    assert await missing(store) == ["arxiv:2503.00003", one.id]
    assert await store.vectors.count_embedded("m") == (1, 3)


async def test_more_upvotes_make_no_vector_old(store: Store) -> None:
    await kept(store, paper(1))
    await made(store, paper(1))
    await kept(store, paper(1, upvotes=50))
    assert await missing(store) == []


async def test_each_model_has_a_backlog_of_its_own(store: Store) -> None:
    await kept(store, paper(1))
    await made(store, paper(1), model="a")
    assert await missing(store, model="a") == []
    assert await missing(store, model="b") == [paper(1).id]
    assert await store.vectors.count_embedded("b") == (0, 1)


async def test_an_empty_store_lacks_nothing(store: Store) -> None:
    assert await missing(store) == []
    assert await store.vectors.count_embedded("m") == (0, 0)
