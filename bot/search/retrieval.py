"""The candidates of a search: keyword search and semantic search, at the same time."""

import asyncio
from collections.abc import Mapping

from bot.papers.model import PaperId
from bot.search.acronyms import with_long
from bot.search.keyword_search import KeywordSearch
from bot.search.query import Query
from bot.search.results import Mode
from bot.search.semantic_search import SemanticSearch
from bot.search.vector_index import Floats

FILTERED_TIMES = 20  # as many papers are read by meaning when a filter drops some
IDS_PER_CHECK = 1_000

Candidates = tuple[Mapping[PaperId, float], Mapping[PaperId, float], tuple[str, ...]]
"""Scores by words, cosines by meaning of all papers that either found, and the corrected words if there are any."""


async def retrieve(
    keywords: KeywordSearch, semantic: SemanticSearch, query: Query, depth: int, *, mode: Mode
) -> Candidates:
    """The best `depth` papers of each kind of search that the mode has."""
    if mode is Mode.KEYWORD:
        words, corrected = await keywords.scores(query, depth)
        return words, {}, corrected
    # A question is taken with and without the words that ask: where one of the two misleads, the other helps.
    embedding = semantic.embed_query(*(with_long(text, query.words) for text in (query.text, query.gist)))
    if mode is Mode.SEMANTIC:
        return {}, await _nearest(keywords, semantic, query, await embedding, depth), ()
    (words, corrected), vector = await asyncio.gather(keywords.scores(query, depth), embedding)
    if corrected:
        vector = await semantic.embed_query(" ".join(corrected))
    near = await _nearest(keywords, semantic, query, vector, depth)
    return words, semantic.index.cosines(vector, words) | near, corrected


async def _nearest(
    keywords: KeywordSearch, semantic: SemanticSearch, query: Query, vector: Floats | None, depth: int
) -> dict[PaperId, float]:
    needed = Query(filter=query.filter, excluded=query.excluded, phrases=query.phrases)
    if needed == Query():
        return dict(await semantic.nearest(vector, depth))
    near = await semantic.nearest(vector, depth * FILTERED_TIMES)
    found: dict[PaperId, float] = {}
    for start in range(0, len(near), IDS_PER_CHECK):
        part = near[start : start + IDS_PER_CHECK]
        passing = await keywords.keep_passing(needed, [id for id, _ in part])
        found |= {id: score for id, score in part if id in passing}
        if len(found) >= depth:
            break
    return dict(list(found.items())[:depth])
