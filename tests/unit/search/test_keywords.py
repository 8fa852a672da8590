"""Keyword search in SQL: the same order whether few papers are ranked or all."""

from __future__ import annotations

import random

import pytest

from bot.papers.filter import Filter
from bot.store.protocol import Store
from bot.store.records import TextQuery
from bot.store.sqlite import search
from tests.builders import NOW, listing, paper

WORDS = ("owl", "hawk", "heron", "finch", "crane", "swift")


async def filled(store: Store, count: int = 400) -> None:
    """Every paper is about birds; the later a word in `WORDS`, the rarer."""
    chance = random.Random(2)
    papers = []
    for n in range(1, count):
        held = [word for k, word in enumerate(WORDS) if chance.random() < 0.5 ** (k + 1)]
        papers.append(paper(n, f"Birds {n}", abstract=" ".join(["birds", *held, *held[:1]])))
    await store.papers.add_listings([listing(item) for item in papers], NOW)


async def test_ranking_few_papers_brings_the_same_best(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await filled(store)
    match = TextQuery(words=("birds", "owl", "heron", "swift"))
    all_ranked = await store.papers.match_any_word(match, Filter(), 5)
    monkeypatch.setattr(search, "RANKED_PAPERS", 60)
    few_ranked = await store.papers.match_any_word(match, Filter(), 5)
    assert list(few_ranked) == list(all_ranked)
    assert few_ranked == pytest.approx(all_ranked)


async def test_a_word_that_most_papers_have_brings_those_with_it_in_the_title(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(store)
    await store.papers.add_listings([listing(paper(900, "Nests", abstract="birds " * 30))], NOW)
    monkeypatch.setattr(search, "RANKED_PAPERS", 60)
    found = await store.papers.match_all_words(TextQuery(words=("birds",)), Filter(), 100)
    assert len(found) == 100
    assert "arxiv:2503.00900" not in found


async def test_a_filter_leaves_out_no_paper_for_its_common_words(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await filled(store)
    await store.papers.add_listings([listing(paper(900, "Nests", abstract="birds", authors=("Ada Lovelace",)))], NOW)
    monkeypatch.setattr(search, "RANKED_PAPERS", 60)
    found = await store.papers.match_all_words(TextQuery(words=("birds",)), Filter(authors=("lovelace",)), 10)
    assert list(found) == ["arxiv:2503.00900"]


@pytest.mark.parametrize(
    ("typed", "written"),
    [("few-shot", "few-shot"), ("fewshot", "few-shot"), ("Few-Shot", "few shot"), ("few-shot", "fewshot")],
)
async def test_a_hyphen_may_be_there_or_not(store: Store, typed: str, written: str) -> None:
    await store.papers.add_listings([listing(paper(1, f"On {written} birds"))], NOW)
    assert await store.papers.match_all_words(TextQuery(words=(typed,)), Filter(), 10)


@pytest.mark.parametrize("typed", ["GPT-4", "GPT4", "gpt 4"])
async def test_a_number_may_stand_apart_or_not(store: Store, typed: str) -> None:
    papers = [paper(1, "What GPT-4 can do"), paper(2, "What GPT4 can do"), paper(3, "What GPT can do")]
    await store.papers.add_listings([listing(item) for item in papers], NOW)
    found = await store.papers.match_all_words(TextQuery(words=tuple(typed.split())), Filter(), 10)
    assert papers[0].id in found
    assert papers[2].id not in found
