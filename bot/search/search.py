"""Search by word and by meaning, together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.errors import ModelError
from bot.papers.model import Paper, PaperId
from bot.search.embed import Embedder
from bot.search.fuse import fuse
from bot.search.query import Query, parse
from bot.search.vectors import VectorIndex, pack
from bot.store.protocol import Papers, Vectors
from bot.store.records import Match

DEPTH = 100  # papers a leg brings to the fusion; deeper pages ask for more
CHUNK = 128  # papers embedded between two looks at the clock and the store
NEAR = 0.42  # cosine from which a paper is taken to be on a subscription's topic
ALIKE = 75  # of 100: how like an indexed word a mistyped one must be
NO_MODEL = "Searching by word only: no embedding model is installed."


class Mode(Enum):
    """Which legs a search stands on."""

    HYBRID = "hybrid"
    KEYWORD = "keyword"
    SEMANTIC = "semantic"


class Hit(Struct, frozen=True, kw_only=True):
    """A paper found, and why."""

    id: PaperId
    score: float
    why: tuple[str, ...] = ()


class Results(Struct, frozen=True, kw_only=True):
    """A page of hits."""

    hits: tuple[Hit, ...] = ()
    more: bool = False
    notice: str = ""  # what the reader should know of this search
    instead: str = ""  # the corrected query, when the words as typed are nowhere


class Search:
    """Over all papers of the store. Vectors are held in memory and taken up as they come."""

    def __init__(self, papers: Papers, vectors: Vectors, embedder: Embedder | None) -> None:
        self._papers = papers
        self._vectors = vectors
        self._embedder = embedder
        self._index = VectorIndex()
        self._seen = 0  # the newest vector taken up, by the store's sequence
        self._refreshing = asyncio.Lock()

    @property
    def has_model(self) -> bool:
        """Whether it can search by meaning."""
        return self._embedder is not None

    @property
    def size(self) -> int:
        """How many papers it can find by meaning."""
        return len(self._index)

    async def find(self, text: str, *, limit: int = 10, offset: int = 0, mode: Mode = Mode.HYBRID) -> Results:
        """Papers for a query, best first; any text is a query."""
        query = parse(text)
        notice = self._notice(query, mode)
        if query.paper:
            known = query.paper in await self._papers.get([query.paper])
            return Results(hits=(Hit(id=query.paper, score=1.0, why=("its id",)),) if known else (), notice=notice)
        if query.is_empty:
            ids = await self._papers.newest(query.filter, limit + 1, offset=offset)
            hits = tuple(Hit(id=id, score=1.0 / (offset + n)) for n, id in enumerate(ids[:limit], 1))
            return Results(hits=hits, more=len(ids) > limit, notice=notice)
        return await self._ranked(query, limit, offset, mode, notice)

    async def similar(self, ids: Sequence[PaperId], *, limit: int = 10, offset: int = 0) -> Results:
        """Papers near in meaning to these, without them; by shared words where there are no vectors."""
        direction = self._index.mean(ids)
        if direction is not None:
            near = self._index.nearest(direction, offset + limit + 1 + len(ids))
            found = [(id, score) for id, score in near if id not in ids]
            why: tuple[str, ...] = ("near in meaning",)
        else:
            found = await self._sharing_words(ids, offset + limit + 1)
            why = ("shares words with it",)
        page = found[offset : offset + limit]
        hits = tuple(Hit(id=id, score=score, why=why) for id, score in page)
        return Results(hits=hits, more=len(found) > offset + limit, notice="" if self._embedder else NO_MODEL)

    async def among(self, text: str, ids: Collection[PaperId]) -> dict[PaperId, str]:
        """Those of `ids` that a standing query takes, with the reason: all its words, or near in meaning."""
        query = parse(text)
        passing = await self._papers.passing(ids, query.filter)
        if query.paper:
            return {query.paper: "the paper asked for"} if query.paper in passing else {}
        if query.is_empty:
            return dict.fromkeys(passing, f"matches “{text}”")
        match = Match(words=query.words, phrases=query.phrases)
        taken = dict.fromkeys(await self._papers.match(match, query.filter, 10000), f"matches “{query.text}”")
        for id, score in await self._near(query.text, len(passing), among=passing):
            if score >= NEAR and not query.phrases:
                taken.setdefault(id, f"near “{query.text}” in meaning")
        return {id: reason for id, reason in taken.items() if id in passing}

    async def embed_pending(
        self, *, limit: int | None = None, on_progress: Callable[[int, int], None] | None = None
    ) -> int:
        """Make the vectors that are missing, newest papers first; returns how many. Can be stopped at any time."""
        if self._embedder is None:
            return 0
        model, done = self._embedder.name, 0
        have, papers = await self._vectors.counts(model)
        while limit is None or done < limit:
            missing = await self._vectors.missing(model, min(CHUNK, limit - done) if limit else CHUNK)
            if not missing:
                break
            vectors = await self._embedder.papers(missing)
            packed = {paper.id: (paper.fingerprint, pack(v)) for paper, v in zip(missing, vectors, strict=True)}
            await self._vectors.keep(model, packed)
            done += len(missing)
            if on_progress:
                on_progress(done, papers - have)
        await self.refresh()
        return done

    async def refresh(self) -> int:
        """Take up vectors that this or another process has stored; returns how many."""
        if self._embedder is None:
            return 0
        taken = 0
        async with self._refreshing:
            async for rows in self._vectors.load(self._embedder.name, after=self._seen):
                self._index.put((id, vector) for _, id, vector in rows)
                self._seen = rows[-1][0]
                taken += len(rows)
        return taken

    async def aclose(self) -> None:
        """Let the model go."""
        if self._embedder:
            await self._embedder.aclose()

    def _notice(self, query: Query, mode: Mode) -> str:
        parts = [NO_MODEL] if self._embedder is None and mode is not Mode.KEYWORD else []
        if query.ignored:
            parts.append(f"Not understood: {', '.join(query.ignored)} (a date is 2025, 2025-03 or 2025-03-18).")
        return " ".join(parts)

    async def _ranked(self, query: Query, limit: int, offset: int, mode: Mode, notice: str) -> Results:
        depth = max(DEPTH, offset + limit + 1)
        words: Mapping[PaperId, float] = {}
        meaning: Mapping[PaperId, float] = {}
        instead = ""
        if mode is not Mode.SEMANTIC:
            words, instead = await self._by_words(query, depth)
        if mode is not Mode.KEYWORD:
            meaning = await self._by_meaning(query, depth, instead)
        scores = fuse(words, meaning)
        ranked = sorted(scores, key=lambda id: (-scores[id], id))
        page = ranked[offset : offset + limit]
        papers = await self._papers.get(page)
        hits = tuple(Hit(id=id, score=scores[id], why=_why(query, papers.get(id), id in meaning)) for id in page)
        return Results(hits=hits, more=len(ranked) > offset + limit, notice=notice, instead=instead)

    async def _by_words(self, query: Query, depth: int) -> tuple[Mapping[PaperId, float], str]:
        """The keyword leg: papers with all words, else with any; else with the words that were meant."""
        match = Match(words=query.words, phrases=query.phrases)
        found = await self._papers.match(match, query.filter, depth)
        if len(found) >= depth or (len(query.words) <= 1 and found):
            return found, ""
        if any_of := await self._papers.match_any(match, query.filter, depth):
            return {**any_of, **found}, ""
        corrected = await self._corrected(query.words)
        if corrected == query.words:
            return {}, ""
        match = Match(words=corrected, phrases=query.phrases)
        return await self._papers.match_any(match, query.filter, depth), " ".join(corrected)

    async def _corrected(self, words: Sequence[str]) -> tuple[str, ...]:
        """Each word, or the indexed one it is most like."""
        meant: list[str] = []
        for word in words:
            known = await self._papers.vocabulary(word, 5_000)
            best = process.extractOne(word.casefold(), known, scorer=fuzz.ratio, score_cutoff=ALIKE)
            meant.append(best[0] if best else word)
        return tuple(meant)

    async def _by_meaning(self, query: Query, depth: int, instead: str) -> Mapping[PaperId, float]:
        near = await self._near(instead or query.text, depth)
        if not query.filter.is_open:
            passing = await self._papers.passing([id for id, _ in near], query.filter)
            near = [(id, score) for id, score in near if id in passing]
        return dict(near)

    async def _near(
        self, text: str, limit: int, *, among: Collection[PaperId] | None = None
    ) -> list[tuple[PaperId, float]]:
        """The semantic leg; without a model, or when it fails, it finds nothing and the words must do."""
        if self._embedder is None or not text or not len(self._index):
            return []
        try:
            vector: NDArray[np.float32] = await self._embedder.query(text)
        except ModelError:
            self._embedder = None  # it will not mend itself; from now on the notice says so
            raise
        return self._index.nearest(vector, limit, among=among)

    async def _sharing_words(self, ids: Sequence[PaperId], limit: int) -> list[tuple[PaperId, float]]:
        papers = await self._papers.get(ids)
        query = parse(" ".join(paper.title for paper in papers.values()))
        found = await self._papers.match_any(Match(words=query.words), query.filter, limit + len(ids))
        return [(id, score) for id, score in found.items() if id not in ids]


def _why(query: Query, paper: Paper | None, near: bool) -> tuple[str, ...]:
    """What in the paper answers the query."""
    if paper is None:
        return ()
    sought = [*query.phrases, *query.words]
    title, abstract = paper.title.casefold(), paper.abstract.casefold()
    in_title = [word for word in sought if _stem(word) in title]
    in_text = [word for word in sought if word not in in_title and _stem(word) in abstract]
    reasons = [f"title has {_quoted(in_title)}"] if in_title else []
    reasons += [f"mentions {_quoted(in_text)}"] if in_text else []
    return tuple(reasons or (["near in meaning"] if near else []))


def _stem(word: str) -> str:
    """Enough of a word to see its other forms: the index itself stems properly."""
    low = word.casefold()
    return low[:-1] if low.endswith("s") and len(low) > 3 else low


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words[:4])
