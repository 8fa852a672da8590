"""What search promises, over a real store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from bot.app.build import open_library
from bot.clock import FixedClock
from bot.config import SearchSettings, Settings
from bot.errors import ModelError
from bot.papers.model import Paper
from bot.search import Mode, Search, open_embedder
from bot.search.vector_index import VectorIndex, pack
from bot.store.sql import Store
from tests.builders import NOW, listing, paper
from tests.fakes.embedder import WordEmbedder

OWLS = paper(1, "Owls at Night", abstract="They hunt mice in the dark.")
NIGHT = paper(2, "Seeing in the Dark", abstract="Night vision of owls and cats.", authors=("Grace Hopper",))
HAWKS = paper(3, "Hawks by Day", abstract="They circle over fields.", categories=("q-bio.PE",))
BARN = paper(4, "The Barn", abstract="A building for hay where owls nest.", sources=frozenset({"arxiv"}))
ALL = (OWLS, NIGHT, HAWKS, BARN)


async def opened(store: Store, *papers: Paper, embedder: WordEmbedder | None = None) -> Search:
    await store.papers.add_listings([listing(item) for item in papers or ALL], NOW)
    search = Search(store.papers, store.vectors, embedder)
    await search.embed_missing()
    return search


async def ids(search: Search, text: str, **more: object) -> list[str]:
    return [hit.id for hit in (await search.find_papers(text, **more)).hits]  # type: ignore[arg-type]


async def test_a_title_that_holds_the_word_comes_first(store: Store) -> None:
    for embedder in (None, WordEmbedder()):
        search = await opened(store, embedder=embedder)
        found = await search.find_papers("owls")
        assert found.hits[0].id == OWLS.id
        assert found.hits[0].why == ("title has “owls”",)
        assert {OWLS.id, NIGHT.id, BARN.id} <= {hit.id for hit in found.hits}


@pytest.mark.parametrize("mode", [Mode.KEYWORD, Mode.HYBRID])
async def test_a_name_finds_the_paper_that_spells_it_so_before_its_relatives(store: Store, mode: Mode) -> None:
    titles = (
        "Multi-Object Nests",
        "Multi-Objective Nests",
        "GPT-4o on Owls",
        "GPT4o on Owls",
        "Programming Owls in C#",
    )
    papers = [paper(n, title) for n, title in enumerate(titles)]
    search = await opened(store, *papers, embedder=WordEmbedder())
    for name, n in (("Multi-Objective", 1), ("multi-object", 0), ("GPT4o", 3), ("gpt-4o", 2), ("C#", 4)):
        assert (await ids(search, name, mode=mode))[0] == papers[n].id, name


async def test_letters_fold_in_titles_and_names_of_people(store: Store) -> None:
    search = await opened(store, paper(1, "Die Straße der Eulen", authors=("Łukasz Żółć", "Erik Bjørnsen")))
    for query in ("strasse", "author:lukasz", "author:zolc", 'author:"erik bjornsen"', "BJORNSEN"):
        assert await ids(search, query) == [paper(1).id], query


async def test_any_part_of_a_chinese_or_japanese_title_finds_it_without_a_model(store: Store) -> None:
    papers = (paper(1, "大规模语言模型的推理能力"), paper(2, "深層学習による音声認識"), paper(3, "Owls at Night"))
    search = await opened(store, *papers)
    for query, n in (("推理", 1), ("模", 1), ("语言模型推理", 1), ("音声認識", 2), ("深層学習による認識の研究", 2)):
        assert (await ids(search, query))[:1] == [paper(n).id], query


async def test_filters_phrases_and_authors_narrow_it(store: Store) -> None:
    search = await opened(store, embedder=WordEmbedder())
    assert await ids(search, "owls author:hopper") == [NIGHT.id]
    assert [hit.score for hit in (await search.find_papers("source:huggingface")).hits] == [1 / n for n in (1, 2, 3, 4)]
    assert set(await ids(search, '"in the dark" owls', mode=Mode.KEYWORD)) == {OWLS.id, NIGHT.id}
    assert await ids(search, "cat:q-bio") == [HAWKS.id]
    assert await ids(search, "owls source:arxiv") == [BARN.id]
    assert await ids(search, "owls after:2030") == []


async def test_a_mistyped_word_is_mended_and_told(store: Store) -> None:
    search = await opened(store)
    found = await search.find_papers("hwaks")
    assert [hit.id for hit in found.hits] == [HAWKS.id]
    assert found.corrected == "hawks"


async def test_an_id_goes_straight_to_the_paper(store: Store) -> None:
    search = await opened(store)
    assert await ids(search, "https://arxiv.org/abs/2503.00003v2") == [HAWKS.id]
    assert await ids(search, "2405.99999") == []


async def test_without_a_model_words_must_do_and_it_is_said(store: Store) -> None:
    search = await opened(store)
    found = await search.find_papers("owls")
    assert found.hits
    assert search.size == 0
    assert "Keyword search only" in found.notice
    assert (await search.similar_to_papers([OWLS.id])).hits


@pytest.mark.parametrize(("newer_first", "years"), [(True, [2025, 2020]), (False, [2020, 2025])])
async def test_of_papers_that_answer_equally_the_newer_is_first_unless_that_is_turned_off(
    tmp_path: Path, newer_first: bool, years: list[int]
) -> None:
    settings = Settings(home=str(tmp_path), search=SearchSettings(semantic=False, newer_first=newer_first))
    async with open_library(settings, FixedClock(NOW)) as library:
        twins = [paper(n, "Owls", published=datetime(year, 1, 1, tzinfo=UTC)) for n, year in ((1, 2020), (2, 2025))]
        await library.store.papers.add_listings([listing(twin) for twin in twins], NOW)
        found = await library.store.papers.get_papers(
            [hit.id for hit in (await library.search.find_papers("owls")).hits]
        )
        first = await ids(library.search, "owls")
    assert [found[id].published.year for id in first] == years


async def test_a_model_that_breaks_leaves_the_words(store: Store) -> None:
    embedder = WordEmbedder()
    search = await opened(store, embedder=embedder)
    embedder.broken = True
    found = await search.find_papers("owls")
    assert found.hits[0].id == OWLS.id
    assert "Keyword search only" in found.notice


async def test_similar_papers_are_near_in_meaning_and_not_the_paper_itself(store: Store) -> None:
    search = await opened(store, embedder=WordEmbedder())
    found = [hit.id for hit in (await search.similar_to_papers([OWLS.id])).hits]
    assert OWLS.id not in found
    assert found.index(NIGHT.id) < found.index(HAWKS.id)


async def test_new_papers_are_found_by_word_at_once_and_by_meaning_when_their_vector_is_there(store: Store) -> None:
    search = await opened(store, embedder=WordEmbedder())
    await store.papers.add_listings([listing(paper(9, "Kingfishers", abstract="Blue birds that dive."))], NOW)
    assert await ids(search, "kingfishers", mode=Mode.KEYWORD) == ["arxiv:2503.00009"]
    assert "arxiv:2503.00009" not in await ids(search, "kingfishers", mode=Mode.SEMANTIC)
    assert await search.embed_missing() == 1
    assert (await ids(search, "kingfishers", mode=Mode.SEMANTIC))[0] == "arxiv:2503.00009"


async def test_vectors_of_another_process_are_taken_up(store: Store) -> None:
    reader = Search(store.papers, store.vectors, WordEmbedder())
    await opened(store, embedder=WordEmbedder())
    assert await reader.load_new_vectors() == len(ALL)
    assert reader.size == len(ALL)


async def test_pages_neither_repeat_nor_skip(store: Store) -> None:
    many = [paper(n, f"Owl number {n}", abstract="Owls again." * (n % 3 + 1)) for n in range(1, 61)]
    search = await opened(store, *many, embedder=WordEmbedder())
    pages = [await search.find_papers("owl", limit=7, offset=offset) for offset in range(0, 63, 7)]
    seen = [hit.id for page in pages for hit in page.hits]
    assert len(seen) == len(set(seen)) == 60
    assert [page.more for page in pages] == [True] * 8 + [False]


async def test_a_standing_query_misses_no_paper_that_holds_its_words(store: Store) -> None:
    many = [paper(n, f"Bird {n}", abstract="All about owls and models.") for n in range(1, 1_200)]
    search = await opened(store, *many)
    asked = {item.id for item in many[:800]}
    assert set(await search.matching_among("owls", asked)) == asked
    assert await search.matching_among("penguins", asked) == {}
    assert await search.matching_among("🦉", asked) == {}


@pytest.mark.parametrize("text", ["", "🦉", '"', "AND", "x" * 10_000, "\x00", "author:", "after:never", "%_"])
async def test_odd_queries_find_nothing_and_break_nothing(store: Store, text: str) -> None:
    search = await opened(store, embedder=WordEmbedder())
    for mode in Mode:
        await search.find_papers(text, mode=mode)


def test_the_index_is_as_good_as_comparing_everything() -> None:
    chance = np.random.default_rng(5)
    vectors = chance.normal(size=(5_000, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = VectorIndex()
    index.put_vectors((str(n), pack(vector)) for n, vector in enumerate(vectors))
    hits = 0
    for n in range(40):
        query = vectors[n] + chance.normal(0, 0.02, 384).astype(np.float32)
        exact = {str(i) for i in np.argsort(-(vectors @ query))[:10]}
        hits += len(exact & {id for id, _ in index.nearest(query, 10)})
    assert hits / 400 > 0.8  # random directions are the worst case; real ones are measured in docs/search.md


def test_an_index_takes_no_vectors_of_another_size() -> None:
    index = VectorIndex()
    index.put_vectors([("a", pack(np.ones(8, np.float32))), ("b", pack(np.ones(9, np.float32))), ("c", b"")])
    assert len(index) == 1
    assert index.nearest(np.ones(9, np.float32), 3) == []


async def test_the_shipped_model_knows_what_is_near(store: Store) -> None:
    embedder = open_embedder("", 1)
    assert embedder is not None
    await store.papers.add_listings([listing(item) for item in ALL], NOW)
    search = Search(store.papers, store.vectors, embedder)
    await search.embed_missing()
    assert (await ids(search, "nocturnal birds", mode=Mode.SEMANTIC))[0] in {OWLS.id, NIGHT.id, BARN.id}
    await search.aclose()


def test_a_folder_without_a_model_is_refused(tmp_path: object) -> None:
    with pytest.raises(ModelError, match=r"model\.onnx"):
        open_embedder(str(tmp_path), 1)
