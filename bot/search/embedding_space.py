"""An embedding model, and its vectors in memory, loaded from the store as they are made."""

import asyncio
from collections.abc import Sequence

import numpy as np

from bot.papers.model import Paper
from bot.search.embedder import Embedder
from bot.search.vector_index import Floats, VectorIndex, pack
from bot.store.sql.vectors import Vectors


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
