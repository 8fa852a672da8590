"""The two legs of a search, asked at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.papers.model import PaperId
from bot.search.acronyms import with_long
from bot.search.keyword_search import by_words
from bot.search.query import Query
from bot.search.results import Mode
from bot.search.semantic_search import SemanticSearch
from bot.search.vector_index import Floats
from bot.store.protocol import Papers

FILTERED = 20  # times as many are looked at by meaning when a filter drops some

Legs = tuple[Mapping[PaperId, float], Mapping[PaperId, float], tuple[str, ...]]


async def legs(papers: Papers, meaning: SemanticSearch, query: Query, depth: int, *, mode: Mode) -> Legs:
    """What each leg found, how near in meaning all of it is, and the words that were meant."""
    if mode is Mode.KEYWORD:
        words, corrected = await by_words(papers, query, depth)
        return words, {}, corrected
    # A question is taken with and without the words that ask: where one of the two misleads, the other helps.
    asked = meaning.embed_query(*(with_long(text, query.words) for text in (query.text, query.gist)))
    if mode is Mode.SEMANTIC:
        return {}, await _by_meaning(papers, meaning, query, await asked, depth), ()
    (words, corrected), vector = await asyncio.gather(by_words(papers, query, depth), asked)
    if corrected:
        vector = await meaning.embed_query(" ".join(corrected))
    near = await _by_meaning(papers, meaning, query, vector, depth)
    return words, meaning.cosines(vector, words) | near, corrected


async def _by_meaning(
    papers: Papers, meaning: SemanticSearch, query: Query, vector: Floats | None, depth: int
) -> dict[PaperId, float]:
    if query.filter.is_empty:
        return dict(await meaning.nearest(vector, depth))
    near = await meaning.nearest(vector, depth * FILTERED)
    passing = await papers.keep_passing([id for id, _ in near], query.filter)
    return dict([(id, score) for id, score in near if id in passing][:depth])
