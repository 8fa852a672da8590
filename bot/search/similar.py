"""Papers similar in meaning to other papers or to a paragraph, and not all alike."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.papers.model import PaperId
from bot.search.keyword_search import KeywordSearch
from bot.search.match_reasons import near_to
from bot.search.results import NO_MODEL, Hit, Results
from bot.search.semantic_search import SemanticSearch
from bot.search.vector_index import Floats
from bot.store.sql.papers import Papers

RELEVANCE = 0.7  # its weight against variety; docs/search.md has the measurements
MIN_SHARE = 0.6  # of the best score; papers below it keep their place
ORDERED_PAPERS = 60  # by relevance and variety: fixed, so that pages neither repeat nor skip
WORDS_SHARE = 0.3  # what the most words in common add to the cosine; docs/search.md has the measurements


def diverse(
    found: Sequence[tuple[PaperId, float]], vectors: Mapping[PaperId, NDArray[np.float32]], most: int | None = None
) -> list[tuple[PaperId, float]]:
    """The same papers; next is always the one that is most relevant and least like those before it.

    `most`: how many are ordered so; the rest follow by relevance.
    """
    least = MIN_SHARE * max((score for _, score in found), default=0.0)
    left = [one for one in found if one[0] in vectors and one[1] >= least]
    if not left:
        return list(found)
    scores = np.array([score for _, score in left])
    matrix = np.stack([vectors[id] for id, _ in left])
    taken: list[int] = []
    closest = np.zeros(len(left))
    for _ in left[:most]:
        worth = RELEVANCE * scores - (1 - RELEVANCE) * closest
        worth[taken] = -np.inf
        taken.append(int(np.argmax(worth)))
        closest = np.maximum(closest, matrix @ matrix[taken[-1]])
    first = [left[i] for i in taken]
    known = {id for id, _ in first}
    return [*first, *(one for one in found if one[0] not in known)]


async def like_papers(
    papers: Papers, keywords: KeywordSearch, meaning: SemanticSearch, ids: Sequence[PaperId], *, limit: int, offset: int
) -> Results:
    """Nearest to the mean of these, without them; by shared words where there are no vectors."""
    direction = meaning.index.mean_vector(ids)
    texts = (f"{one.title} {one.abstract}" for one in (await papers.get_papers(ids)).values())
    found = await _near(keywords, meaning, direction, " ".join(texts), offset + limit + 1, without=set(ids))
    page = found[offset : offset + limit]
    known = await papers.get_papers([*ids, *(id for id, _ in page)])
    near = meaning.index.vectors_for(list(known))
    sought = {id: known[id] for id in ids if id in known}
    hits = tuple(Hit(id=id, score=score, why=near_to(known.get(id), sought, near)) for id, score in page)
    return Results(hits=hits, more=len(found) > offset + limit, notice="" if meaning.is_available else NO_MODEL)


async def like_text(keywords: KeywordSearch, meaning: SemanticSearch, text: str, limit: int, offset: int) -> Results:
    """Nearest to a paragraph; by its words where there is no model."""
    vector = await meaning.embed_query(text)
    found = await _near(keywords, meaning, vector, text, offset + limit + 1, without=set())
    reason = "close in meaning" if vector is not None else "shares words with it"
    hits = tuple(Hit(id=id, score=score, why=(reason,)) for id, score in found[offset : offset + limit])
    return Results(hits=hits, more=len(found) > offset + limit, notice="" if meaning.is_available else NO_MODEL)


async def _near(
    keywords: KeywordSearch,
    meaning: SemanticSearch,
    direction: Floats | None,
    text: str,
    most: int,
    *,
    without: set[PaperId],
) -> list[tuple[PaperId, float]]:
    """The first `ORDERED_PAPERS` by relevance and variety, the others by meaning alone; by words without a model."""
    words = await keywords.sharing_words(text, ORDERED_PAPERS + len(without) if direction is not None else most)
    words = {id: score for id, score in words.items() if id not in without}
    if direction is None:
        return list(words.items())
    near = await meaning.nearest(direction, max(most, ORDERED_PAPERS) + len(without))
    near = [hit for hit in near if hit[0] not in without]
    best, cosines = (
        max(words.values(), default=1.0),
        dict(near[:ORDERED_PAPERS]) | meaning.index.cosines(direction, words),
    )
    scores = {id: cosine + WORDS_SHARE * words.get(id, 0.0) / best for id, cosine in cosines.items()}
    pool = sorted(scores.items(), key=lambda hit: (-hit[1], hit[0]))[:ORDERED_PAPERS]
    first = diverse(pool, meaning.index.vectors_for([id for id, _ in pool]), most)
    return [*first, *(hit for hit in near if hit[0] not in dict(pool))]
