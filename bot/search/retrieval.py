"""The candidates of a search: keyword search and semantic search, at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.papers.model import PaperId
from bot.search.acronyms import with_long
from bot.search.keyword_search import search_keywords
from bot.search.query import Query
from bot.search.results import Mode
from bot.search.semantic_search import SemanticSearch
from bot.search.vector_index import Floats
from bot.store.protocol import Papers

FILTERED_TIMES = 20  # as many papers are read by meaning when a filter drops some

Candidates = tuple[Mapping[PaperId, float], Mapping[PaperId, float], tuple[str, ...]]
"""Scores by words, cosines by meaning of all papers that either found, and the corrected words if there are any."""


async def retrieve(papers: Papers, semantic: SemanticSearch, query: Query, depth: int, *, mode: Mode) -> Candidates:
    """The best `depth` papers of each kind of search that the mode has."""
    if mode is Mode.KEYWORD:
        words, corrected = await search_keywords(papers, query, depth)
        return words, {}, corrected
    # A question is taken with and without the words that ask: where one of the two misleads, the other helps.
    embedding = semantic.embed_query(*(with_long(text, query.words) for text in (query.text, query.gist)))
    if mode is Mode.SEMANTIC:
        return {}, await _nearest(papers, semantic, query, await embedding, depth), ()
    (words, corrected), vector = await asyncio.gather(search_keywords(papers, query, depth), embedding)
    if corrected:
        vector = await semantic.embed_query(" ".join(corrected))
    near = await _nearest(papers, semantic, query, vector, depth)
    return words, semantic.cosines(vector, words) | near, corrected


async def _nearest(
    papers: Papers, semantic: SemanticSearch, query: Query, vector: Floats | None, depth: int
) -> dict[PaperId, float]:
    if query.filter.is_empty:
        return dict(await semantic.nearest(vector, depth))
    near = await semantic.nearest(vector, depth * FILTERED_TIMES)
    passing = await papers.keep_passing([id for id, _ in near], query.filter)
    return dict([(id, score) for id, score in near if id in passing][:depth])
