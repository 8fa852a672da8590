"""Semantic search: papers near in meaning. When the model fails, only keyword search is left.

While a new model embeds the papers, the one before answers; the new one takes over when it has embedded as many.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence

import numpy as np

from bot.errors import ModelError
from bot.papers.model import Paper, PaperId
from bot.search.embedder import Embedder
from bot.search.vector_index import Floats, VectorIndex, pack
from bot.store.sql.vectors import Vectors

log = logging.getLogger(__name__)

PAPERS_PER_WRITE = 32  # embedded and stored at a time: a stop waits for them, two seconds on a free core
LOG_EVERY_PAPERS = 1_000  # embedded
MAX_NEW_PAPERS = 500  # without a vector, that are embedded immediately; more are a backlog

Progress = Callable[[int, int], None]


class EmbeddingSpace:
    """The vectors of one model. They can't be compared with those of another."""

    def __init__(self, vectors: Vectors, embedder: Embedder) -> None:
        self.index = VectorIndex()
        self.coverage = 0.0  # the share of all papers that can be found here
        self._vectors = vectors
        self._embedder = embedder
        self._seen = 0  # the newest vector loaded, by the store's sequence

    async def embed_query(self, *texts: str) -> Floats:
        """The mean direction of several wordings of a query."""
        total = np.sum([await self._embedder.embed_query(text) for text in dict.fromkeys(texts)], axis=0)
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), np.float32)

    async def count_embedded(self) -> tuple[int, int]:
        """How many papers have a vector in the store, and how many there are."""
        return await self._vectors.count_embedded(self._embedder.name)

    async def papers_without_vector(self, limit: int) -> list[Paper]:
        """Papers without a vector, newest first."""
        return await self._vectors.papers_without_vector(self._embedder.name, limit)

    async def embed_papers(self, papers: Sequence[Paper], *, gently: bool) -> None:
        """Make and store the vectors of these."""
        made = await self._embedder.embed_papers(papers, gently=gently)
        packed = {paper.id: (paper.fingerprint, pack(vector)) for paper, vector in zip(papers, made, strict=True)}
        await self._vectors.store_vectors(self._embedder.name, packed)

    async def load_new_vectors(self) -> int:
        """Load vectors that this or another process has stored since the last call; returns how many."""
        loaded = 0
        async for rows in self._vectors.load_vectors(self._embedder.name, after=self._seen):
            await asyncio.to_thread(self.index.put_vectors, [(id, vector) for _, id, vector in rows])
            self._seen = rows[-1][0]
            loaded += len(rows)
        have, papers = await self.count_embedded()
        self.coverage = have / papers if papers else 0.0
        return loaded

    async def aclose(self) -> None:
        """Close the model."""
        await self._embedder.aclose()


class SemanticSearch:
    """The vectors of papers in memory, and the model that embeds queries."""

    def __init__(self, vectors: Vectors, embedder: Embedder | None, before: Embedder | None = None) -> None:
        wanted = EmbeddingSpace(vectors, embedder) if embedder else None
        self._space = EmbeddingSpace(vectors, before) if before and wanted else wanted  # what answers
        self._coming = wanted if self._space is not wanted else None  # what will, once its vectors are there
        self._broken = False
        self._refreshing = asyncio.Lock()

    @property
    def is_available(self) -> bool:
        """Whether there is a model that has not failed."""
        return self._space is not None and not self._broken

    @property
    def index(self) -> VectorIndex:
        """The vectors of the model that answers."""
        return self._space.index if self._space else VectorIndex()

    @property
    def coverage(self) -> float:
        """The share of all papers that have a vector."""
        return self._space.coverage if self._space else 0.0

    async def embed_query(self, *texts: str) -> Floats | None:
        """The mean direction of one or more wordings of a query; None when there is no model."""
        if self._space is None or self._broken or not any(texts) or not len(self.index):
            return None
        try:
            return await self._space.embed_query(*filter(None, texts))
        except ModelError as error:
            self._without(error)
            return None

    async def nearest(
        self, vector: Floats | None, limit: int, *, among: Collection[PaperId] | None = None
    ) -> list[tuple[PaperId, float]]:
        """The papers nearest to a vector, by cosine."""
        if vector is None or self._space is None:
            return []
        return await asyncio.to_thread(self._space.index.nearest, vector, limit, among=among)

    async def embed_missing(
        self, limit: int | None, on_progress: Progress | None, until: Callable[[], bool] = lambda: False
    ) -> int:
        """Make missing vectors, newest papers first; each chunk can be found immediately."""
        if self._space is None or self._broken:
            return 0
        done = 0
        have, papers = await (self._coming or self._space).count_embedded()
        while (limit is None or done < limit) and not until():
            space, missing = await self._next(
                self._space, min(PAPERS_PER_WRITE, limit - done) if limit else PAPERS_PER_WRITE
            )
            if not missing:
                break
            have_now, of = await space.count_embedded()
            await space.embed_papers(missing, gently=of - have_now > MAX_NEW_PAPERS)
            await self.load_new_vectors()
            done += len(missing)
            if done // LOG_EVERY_PAPERS > (done - len(missing)) // LOG_EVERY_PAPERS:
                log.info("%d of %d papers embedded", done, papers - have)
            if on_progress:
                on_progress(done, papers - have)
        return done

    async def load_new_vectors(self) -> int:
        """Load vectors that this or another process has stored; returns how many."""
        if self._space is None:
            return 0
        async with self._refreshing:
            if self._coming and (await self._coming.count_embedded())[0] >= (await self._space.count_embedded())[0]:
                return await self._take_over(self._coming, self._space)
            return await self._space.load_new_vectors()

    async def aclose(self) -> None:
        """Close the models."""
        for space in (self._space, self._coming):
            if space:
                await space.aclose()

    def _without(self, error: ModelError) -> None:
        """After a failure the model isn't used again: the new one answers if there is one, else keywords alone."""
        if self._coming:
            log.error("embedding model used before failed, the new one answers: %s", error)
            self._space, self._coming = self._coming, None
        else:
            log.error("embedding model failed, keyword search only: %s", error)
            self._broken = True

    async def _next(self, answering: EmbeddingSpace, limit: int) -> tuple[EmbeddingSpace, list[Paper]]:
        """Which papers to embed next, and by which model: the newest first by the one that answers."""
        if self._coming:
            have, papers = await answering.count_embedded()
            if not 0 < papers - have <= MAX_NEW_PAPERS:
                return self._coming, await self._coming.papers_without_vector(limit)
        return answering, await answering.papers_without_vector(limit)

    async def _take_over(self, coming: EmbeddingSpace, before: EmbeddingSpace) -> int:
        taken = await coming.load_new_vectors()
        self._space, self._coming = coming, None
        log.info("new embedding model answers from now on: %d papers", len(coming.index))
        await before.aclose()
        return taken
