"""Similar papers: to one, to several, to a paragraph; each says why."""

from __future__ import annotations

from bot.papers.model import Paper
from bot.search import Search
from bot.store.sql import Store
from tests.builders import NOW, listing, paper
from tests.fakes.embedder import WordEmbedder

OWLS = paper(1, "Owls at Night", abstract="They hunt mice in the dark.")
NIGHT = paper(2, "Seeing at Night", abstract="Night vision of owls and cats in the dark.")
SHIPS = paper(3, "Ships of Oak", abstract="Hulls and masts and sails.")
SAILS = paper(4, "Sails and Masts", abstract="Canvas on ships of oak.")
ROSES = paper(5, "Roses", abstract="Red petals.")


async def opened(store: Store, *papers: Paper, model: bool = True) -> Search:
    await store.papers.add_listings([listing(item) for item in papers or (OWLS, NIGHT, SHIPS, SAILS, ROSES)], NOW)
    search = Search(store.papers, store.vectors, WordEmbedder() if model else None)
    await search.embed_missing()
    return search


async def test_what_is_similar_says_which_words_its_title_shares(store: Store) -> None:
    found = await (await opened(store)).similar_to_papers([OWLS.id], limit=1)
    assert [(hit.id, hit.why) for hit in found.hits] == [(NIGHT.id, ("close in meaning", "both titles have “night”"))]


async def test_of_several_papers_the_reason_names_the_nearest(store: Store) -> None:
    found = await (await opened(store)).similar_to_papers([OWLS.id, SHIPS.id], limit=2)
    assert {hit.id: hit.why[0] for hit in found.hits} == {
        NIGHT.id: "similar to “Owls at Night”",
        SAILS.id: "similar to “Ships of Oak”",
    }


async def test_a_paragraph_finds_what_it_is_about(store: Store) -> None:
    search = await opened(store)
    found = await search.similar_to_text("Ships of oak with masts and sails and hulls.", limit=2)
    assert {hit.id for hit in found.hits} == {SHIPS.id, SAILS.id}


async def test_without_a_model_shared_words_must_do(store: Store) -> None:
    search = await opened(store, model=False)
    found = await search.similar_to_papers([OWLS.id])
    assert found.hits[0].id == NIGHT.id
    assert found.hits[0].why[0] == "shares words with it"
    assert "Keyword search only" in found.notice
    assert (await search.similar_to_text("masts of oak")).hits


async def test_pages_of_similar_papers_neither_repeat_nor_skip(store: Store) -> None:
    many = [paper(n, f"Owl number {n}", abstract=f"Owls and word{n % 7}.") for n in range(1, 101)]
    search = await opened(store, *many)
    pages = [await search.similar_to_papers([many[0].id], limit=9, offset=offset) for offset in range(0, 99, 9)]
    seen = [hit.id for page in pages for hit in page.hits]
    assert len(seen) == len(set(seen)) == 99
    assert [page.more for page in pages] == [True] * 10 + [False]


async def test_an_unknown_paper_is_like_nothing(store: Store) -> None:
    assert (await (await opened(store)).similar_to_papers(["arxiv:9999.99999"])).hits == ()


async def test_a_line_is_searched_by_meaning_until_the_abstract_comes() -> None:
    from bot.search import open_embedder

    embedder = open_embedder("", 1)
    assert embedder is not None
    bare = paper(1, "Nestor", abstract="")
    told = paper(1, "Nestor", abstract="", offered_summary="Predicts where birds build nests.")
    query = await embedder.embed_query("birds' nests")
    without, line = await embedder.embed_papers([bare, told])
    assert line @ query > without @ query + 0.2
    await embedder.aclose()


async def test_without_a_model_no_vectors_are_made_or_loaded(store: Store) -> None:
    search = await opened(store, model=False)
    assert await search.embed_missing() == 0
    assert await search.load_new_vectors() == 0
