"""Keyword search: what stands in the index, and what finds it."""

from __future__ import annotations

import pytest

from bot.papers.model import Paper
from bot.search import Mode, Search
from bot.store.sql import Store
from tests.builders import NOW, listing, paper


async def found(store: Store, query: str, *papers: Paper) -> list[str]:
    """Ids by words alone, after `papers` were stored."""
    await store.papers.add_listings([listing(item) for item in papers], NOW)
    search = Search(store.papers, store.vectors, None)
    return [hit.id for hit in (await search.find_papers(query, mode=Mode.KEYWORD)).hits]


@pytest.mark.parametrize("word", ["owl", "owls", "nest", "hopper", "feathers"])
async def test_words_are_found_in_title_abstract_keywords_and_authors(store: Store, word: str) -> None:
    one = paper(1, "Owls at Night", authors=("Grace Hopper",), keywords=("feather",))
    assert await found(store, word, one, paper(2, "Ships", abstract="Sails.")) == [one.id]


async def test_a_phrase_does_not_run_from_one_text_into_the_next(store: Store) -> None:
    assert await found(store, '"night birds"', paper(1, "Owls at Night", abstract="Birds sing.")) == []
    assert await found(store, '"birds sing"') == [paper(1).id]


@pytest.mark.parametrize(
    ("typed", "written"),
    [("few-shot", "few-shot"), ("fewshot", "few-shot"), ("Few-Shot", "few shot"), ("few-shot", "fewshot")],
)
async def test_a_hyphen_may_be_there_or_not(store: Store, typed: str, written: str) -> None:
    assert await found(store, typed, paper(1, f"On {written} birds"))


@pytest.mark.parametrize("typed", ["GPT-4", "GPT4", "gpt 4"])
async def test_a_number_may_stand_apart_or_not(store: Store, typed: str) -> None:
    papers = [paper(1, "What GPT-4 can do"), paper(2, "What GPT4 can do"), paper(3, "What GPT can do")]
    assert (await found(store, typed, *papers))[0] in {papers[0].id, papers[1].id}


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("LLMs as judges", "Judges by large language models"),
        ("gan training", "Training generative adversarial networks"),
        ("large language models as judges", "LLM judges"),
        ("chain-of-thought prompting", "CoT prompting"),
        ("routing in a mixture of experts", "MoE routing"),
    ],
)
async def test_an_acronym_and_its_long_form_are_one(store: Store, typed: str, title: str) -> None:
    many = [paper(n, f"{typed.rsplit(maxsplit=1)[-1]} {n}") for n in range(2, 60)]  # enough that have one of the words
    assert (await found(store, typed, paper(1, title), *many))[0] == paper(1).id


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("owls -night", [1]),
        ('owls -"at night"', [1, 3]),
        ("-owls cat:cs", []),
        ("owls sort:new", [3, 2, 1]),
        ("owls sort:votes", [2, 1, 3]),
        ("sort:votes cat:cs.LG", [2]),
        ("owls -night sort:new", [1]),
    ],
)
async def test_words_can_be_excluded_and_results_sorted(store: Store, query: str, numbers: list[int]) -> None:
    papers = [
        paper(1, "Owls by Day", upvotes=5),
        paper(2, "Owls at Night", upvotes=9, categories=("cs.LG",)),
        paper(3, "Night Owls"),
    ]
    assert set(await found(store, query, *papers)) == {paper(n).id for n in numbers}
    if "sort" in query:
        assert await found(store, query) == [paper(n).id for n in numbers]


async def test_what_changed_is_found_as_it_is_now(store: Store) -> None:
    await store.papers.add_listings([listing(paper(1, "Owls at Night", categories=("cs.LG",)))], NOW)
    search = Search(store.papers, store.vectors, None)
    assert (await search.find_papers("owls cat:cs.LG")).hits
    await store.papers.add_listings([listing(paper(1, "Hawks at Noon", categories=("cs.CV",), version=2))], NOW)
    for query, is_found in (("hawks", True), ("owls", False), ("cat:cs.LG", False), ("cat:cs", True)):
        assert bool((await search.find_papers(query)).hits) == is_found, query


async def test_titles_are_completed_from_any_of_their_words(store: Store) -> None:
    papers = [paper(1, "Networking Owls", upvotes=1), paper(2, "Owls and Networks", upvotes=9), paper(3, "Nets")]
    await store.papers.add_listings([listing(item) for item in papers], NOW)
    search = Search(store.papers, store.vectors, None)
    assert await search.complete_title("owls netw", 5) == ["Owls and Networks", "Networking Owls"]
    assert await search.complete_title("networki", 5) == ["Networking Owls"]
    assert await search.complete_title("zebra", 5) == []
