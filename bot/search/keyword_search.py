"""Keyword search: papers that hold the words, and the corrected words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.papers.model import PaperId
from bot.search.acronyms import long_forms, shortened
from bot.search.query import Query
from bot.store.protocol import Papers
from bot.store.records import TextQuery

ENOUGH_PAPERS = 30  # with all the words; if fewer have all, those with only some are added
MIN_SIMILARITY = 75  # percent, of a mistyped word to an indexed one
COMPARED_TERMS = 5_000  # indexed terms that a mistyped word is compared with, the frequent first


async def search_keywords(papers: Papers, query: Query, depth: int) -> tuple[Mapping[PaperId, float], tuple[str, ...]]:
    """Scores by paper, and the corrected words if those typed are in no paper."""
    found = await _matching_all(papers, query, depth)
    if len(found) >= min(ENOUGH_PAPERS, depth) or (len(query.words) <= 1 and found):
        return found, ()
    meant = await _meant(papers, query.words) if not found else query.words
    corrected = meant if meant != query.words else ()
    match = TextQuery(words=meant, phrases=query.phrases)
    if corrected:
        found = await papers.match_all_words(match, query.filter, depth)
    return {**await papers.match_any_word(match, query.filter, depth), **found}, corrected


async def _matching_all(papers: Papers, query: Query, depth: int) -> Mapping[PaperId, float]:
    """Papers with all the words, an acronym and its long form being one word."""
    found: dict[PaperId, float] = {}
    for match in ways(query):
        for id, score in (await papers.match_all_words(match, query.filter, depth)).items():
            found[id] = max(score, found.get(id, 0.0))
    return dict(sorted(found.items(), key=lambda one: -one[1])[:depth])


def ways(query: Query) -> list[TextQuery]:
    """The words as typed; with acronyms written out; with long forms shortened to acronyms."""
    typed = TextQuery(words=query.words, phrases=query.phrases)
    found = [typed]
    if long := long_forms(query.words):
        words = tuple(word for word in query.words if word not in long)
        found.append(TextQuery(words=words, phrases=(*query.phrases, *long.values())))
    if short := shortened(query.gist_words, query.words):
        found.append(TextQuery(words=short, phrases=query.phrases))
    return found


async def _meant(papers: Papers, words: Sequence[str]) -> tuple[str, ...]:
    """Each word; one that is in no paper is replaced by the most similar indexed one."""
    meant: list[str] = []
    for word in words:
        known = await papers.similar_terms(word, COMPARED_TERMS)
        meant.append(_likest(word.casefold(), known) or word)
    return tuple(meant)


def _likest(word: str, stems: Sequence[str]) -> str | None:
    """The stem most similar to a word; else the one that differs by two swapped letters."""
    best = process.extractOne(word, stems, scorer=fuzz.ratio, score_cutoff=MIN_SIMILARITY)
    if best is None:
        singular, close = word.removesuffix("s"), MIN_SIMILARITY / 100
        best = process.extractOne(singular, stems, scorer=OSA.normalized_similarity, score_cutoff=close)
    return best[0] if best else None
