"""Keyword search and semantic search, together."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from bot.analyzer import fold, split_words
from bot.languages import number, tr
from bot.papers.model import Paper, PaperId
from bot.search.embedder import Embedder
from bot.search.fusion import fuse_twice
from bot.search.keyword_search import KeywordSearch
from bot.search.keyword_search import Progress as IndexProgress
from bot.search.match_reasons import has_all, has_name, is_spelt_in, why
from bot.search.query import Query, Sort, parse_query
from bot.search.results import NO_MODEL, NO_WORDS, ONLY_NEAR, Hit, Mode, Results
from bot.search.retrieval import retrieve
from bot.search.semantic_search import Progress, SemanticSearch
from bot.search.similar import like_papers, like_text
from bot.search.topic_limit import beyond_topic_limit
from bot.search.vector_index import Floats
from bot.store.sql.papers import Papers
from bot.store.sql.vectors import Vectors

CANDIDATES = 200  # papers that each kind of search brings to the fusion: fixed, so that pages neither repeat nor skip
MIN_TOPIC_COSINE = 0.42  # MiniLM's, from which a paper counts as on a subscription's topic
LIMITED_PAPERS = 500  # in order of date or votes, that `max:2/topic` chooses from
RERANKED_PAPERS = 40  # the first, whose titles and dates are read
TITLE_BONUS = 2.5  # for a title with all the words, in standard deviations of the score
SPELLING_BONUS = 1.0  # for one that has a name among them as it is spelt: `GPT4o`, not `GPT-4o`
COMPLETED_TITLES = 60  # looked at for a beginning
TIE = 0.05  # scores that differ by less are even, and the newer paper is first


class Search:
    """Over all papers of the store."""

    def __init__(
        self,
        papers: Papers,
        vectors: Vectors,
        embedder: Embedder | None,
        *,
        before: Embedder | None = None,
        newer_first: bool = True,
        index_folder: Path | None = None,
    ) -> None:
        """`before` answers until the vectors of `embedder` are made. Without a folder, the words are indexed in
        memory."""
        self._papers = papers
        self._keywords = KeywordSearch(papers, index_folder)
        self._newer_first = newer_first  # of papers that answer a query as well as each other
        self._semantic = SemanticSearch(vectors, embedder, before)

    @property
    def has_model(self) -> bool:
        """Whether semantic search is available."""
        return self._semantic.is_available

    @property
    def size(self) -> int:
        """How many papers semantic search can find."""
        return len(self._semantic.index)

    async def find_papers(self, text: str, *, limit: int = 10, offset: int = 0, mode: Mode = Mode.HYBRID) -> Results:
        """Papers for a query, best first; any text is a query."""
        query = parse_query(text)
        if query.paper_id:
            known = query.paper_id in await self._papers.get_papers([query.paper_id])
            return Results(hits=(Hit(id=query.paper_id, score=1.0, why=("its id",)),) if known else ())
        if query.is_empty or query.sort is not Sort.BEST:
            return await self._in_order(query, limit, offset)
        return await self._ranked(query, limit, offset, mode)

    async def newest_papers(self, text: str, *, limit: int = 10, offset: int = 0) -> Results:
        """Papers that hold all words of a query, newest first; of all papers where it says nothing."""
        query = replace(parse_query(text), sort=Sort.NEW)
        return await (self.find_papers(text) if query.paper_id else self._in_order(query, limit, offset))

    async def count_papers(self, text: str) -> int | None:
        """How many papers have all words of a query and pass its filters; None where that isn't known."""
        query = parse_query(text)
        is_known = not (query.paper_id or query.filter.max_per_topic or query == Query(sort=query.sort))
        return await self._keywords.count_passing(query) if is_known else None

    async def complete_title(self, typed: str, limit: int) -> list[str]:
        """Titles with a word that begins like the last word typed, most upvoted first."""
        ids = await self._keywords.title_beginnings(typed, COMPLETED_TITLES)
        papers = await self._papers.get_papers(ids)
        titles = [papers[id].title for id in ids if id in papers]
        start = (split_words(fold(typed)) or [""])[-1]
        return [title for title in titles if any(w.startswith(start) for w in split_words(fold(title)))][:limit]

    async def similar_to_papers(self, ids: Sequence[PaperId], *, limit: int = 10, offset: int = 0) -> Results:
        """Papers similar in meaning to these, without them, and not all alike."""
        return await like_papers(self._papers, self._keywords, self._semantic, ids, limit=limit, offset=offset)

    async def similar_to_text(self, text: str, *, limit: int = 10, offset: int = 0) -> Results:
        """Papers similar in meaning to a paragraph, and not all alike."""
        return await like_text(self._keywords, self._semantic, text, limit, offset)

    async def matching_among(self, text: str, ids: Collection[PaperId]) -> dict[PaperId, str]:
        """Those of `ids` that match a subscription's query, each with the reason: all its words, or similar meaning."""
        query = parse_query(text)
        passing = await self._passing_filters(query, ids)
        if query.paper_id:
            return {query.paper_id: "the paper asked for"} if query.paper_id in passing else {}
        if query.is_empty:
            return dict.fromkeys(passing, tr("matches “{query}”", query=text)) if _conditions(query) else {}
        holding = await self._keywords.keep_passing(query, passing, complete=True)
        taken = dict.fromkeys(holding, tr("matches “{query}”", query=query.text))
        vector = await self._semantic.embed_query(query.text)
        for id, score in await self._semantic.nearest(vector, len(passing), among=passing):
            if score >= MIN_TOPIC_COSINE and not query.phrases:
                taken.setdefault(id, tr("close in meaning to “{query}”", query=query.text))
        return taken

    async def left_out_by_filters(self, text: str, ids: Collection[PaperId]) -> set[PaperId]:
        """Those of `ids` that don't pass the filters and excluded words of a query, whatever its other words."""
        return set(ids) - await self._passing_filters(parse_query(text), ids)

    async def _passing_filters(self, query: Query, ids: Collection[PaperId]) -> set[PaperId]:
        needed = _conditions(query)
        return await self._keywords.keep_passing(needed, ids, complete=True) if needed else set(ids)

    def vectors_for(self, ids: Collection[PaperId]) -> dict[PaperId, Floats]:
        """The vectors of those of `ids` that have one."""
        return self._semantic.index.vectors_for(ids)

    async def embed_text(self, text: str) -> Floats | None:
        """The vector of a text; None without a model."""
        return await self._semantic.embed_query(text)

    async def embed_missing(
        self,
        *,
        limit: int | None = None,
        on_progress: Progress | None = None,
        until: Callable[[], bool] = lambda: False,
    ) -> int:
        """Make the vectors that are missing, newest papers first; returns how many. Continues where it was stopped."""
        return await self._semantic.embed_missing(limit, on_progress, until)

    async def load_new_vectors(self) -> int:
        """Load vectors that other processes have stored; returns how many."""
        return await self._semantic.load_new_vectors()

    async def update_index(self, on_progress: IndexProgress | None = None, *, rebuild: bool = False) -> None:
        """Index the words of all papers that are new or changed, or of all papers beside the present index."""
        await (self._keywords.rebuild(on_progress) if rebuild else self._keywords.update(on_progress))

    async def index_state(self) -> str:
        """How far the index of words is, for people."""
        return await self._keywords.state()

    async def aclose(self) -> None:
        """Close the model and the index."""
        await self._semantic.aclose()
        await self._keywords.aclose()

    async def _in_order(self, query: Query, limit: int, offset: int) -> Results:
        """By date or votes: papers that pass the filters, and hold all the words if there are any."""
        is_open = query.is_empty and query.filter.is_empty and not query.excluded
        if is_open and (query.text or query.sort is Sort.BEST):
            return Results(notice=self._notice(query) or tr("Type a word to search for."))
        if query.filter.max_per_topic:
            found = await self._keywords.in_order(query, LIMITED_PAPERS)
            ids = (await self._limit_per_topic(query, found))[offset : offset + limit + 1]
        else:
            ids = await self._keywords.in_order(query, limit + 1, offset)
        hits = tuple(Hit(id=id, score=1.0 / (offset + n)) for n, id in enumerate(ids[:limit], 1))
        return Results(hits=hits, more=len(ids) > limit, notice=self._notice(query), words=_sought(query))

    async def _ranked(self, query: Query, limit: int, offset: int, mode: Mode) -> Results:
        named = has_name(query.text)
        depth = max(CANDIDATES, limit) if mode is Mode.HYBRID else max(offset + limit + 1, CANDIDATES if named else 0)
        words, meaning, corrected = await retrieve(self._keywords, self._semantic, query, depth, mode=mode)
        scores = fuse_twice(words, meaning, self._semantic.index.cosines_to_mean, coverage=self._semantic.coverage)
        papers: dict[PaperId, Paper] = {}
        if mode is Mode.HYBRID:
            papers = await self._raise_titles(
                query, scores, RERANKED_PAPERS, TITLE_BONUS, SPELLING_BONUS if named else 0.0
            )
        elif named and mode is Mode.KEYWORD:
            papers = await self._raise_titles(query, scores, CANDIDATES, 0.0, max(scores.values(), default=0.0))
        ranked = _in_order(scores, papers if self._newer_first and mode is Mode.HYBRID else {})
        ranked = await self._limit_per_topic(query, ranked)
        page = ranked[offset : offset + limit]
        if unread := [id for id in page if id not in papers]:
            papers |= await self._papers.get_papers(unread)
        sought = corrected or _sought(query)
        hits = tuple(Hit(id=i, score=scores[i], why=why(sought, papers.get(i), near=i in meaning)) for i in page)
        no_words = "" if words or mode is Mode.SEMANTIC else ONLY_NEAR if ranked else NO_WORDS
        notice = self._notice(query, no_words, "" if self.has_model or mode is Mode.KEYWORD else NO_MODEL)
        shown = _spelt(corrected, papers.values())
        return Results(hits=hits, more=len(ranked) > offset + limit, notice=notice, words=sought, corrected=shown)

    async def _limit_per_topic(self, query: Query, ids: list[PaperId]) -> list[PaperId]:
        if not (most := query.filter.max_per_topic):
            return ids
        papers = await self._papers.get_papers(ids)
        beyond = beyond_topic_limit([papers[id] for id in ids if id in papers], most, self.vectors_for(ids))
        return [id for id in ids if id not in beyond]

    def _notice(self, query: Query, *more: str) -> str:
        ignored = ", ".join(query.ignored)
        told = tr("Not understood: {words}. To see the filters: /papers help find", words=ignored) if ignored else ""
        behind = self._keywords.behind
        to_go = tr("The search index is being made; papers to go: {number}.", number=number(behind)) if behind else ""
        return " ".join(filter(None, (*map(tr, more), told, to_go)))

    async def _raise_titles(
        self, query: Query, scores: dict[PaperId, float], most: int, all_words: float, spelt: float
    ) -> dict[PaperId, Paper]:
        """Raise the scores of the `most` first papers whose title has every word, and once more where it spells them
        so; returns the papers."""
        papers = await self._papers.get_papers(sorted(scores, key=lambda id: -scores[id])[:most])
        for id, paper in papers.items():
            if all_words and has_all(_sought(query), paper.title):
                scores[id] += all_words
            if spelt and is_spelt_in(query.text, paper.title):
                scores[id] += spelt
        return papers


def _sought(query: Query) -> tuple[str, ...]:
    return (*query.phrases, *query.words)


def _conditions(query: Query) -> Query | None:
    """The filters and excluded words of a query; None when there are none."""
    needed = Query(filter=query.filter, excluded=query.excluded)
    return None if needed == Query() else needed


def _in_order(scores: Mapping[PaperId, float], papers: Mapping[PaperId, Paper]) -> list[PaperId]:
    """Best first; among `papers`, the newer first where scores are even."""

    def key(id: PaperId) -> tuple[float, float, float, PaperId]:
        published = papers[id].published if id in papers else None
        return (-round(scores[id] / TIE), -published.timestamp() if published else 0.0, -scores[id], id)

    return sorted(scores, key=key if papers else lambda id: (-scores[id], id))


def _spelt(stems: Sequence[str], papers: Collection[Paper]) -> str:
    """Corrected words as people write them: the index has stems only, the titles found have the words."""
    written = [word for paper in papers for word in paper.title.casefold().split()]
    return " ".join(next((word for word in written if word.startswith(stem)), stem) for stem in stems)
