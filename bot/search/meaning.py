"""The semantic leg: papers near in meaning. When the model fails it finds nothing, and the words must do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence

import numpy as np

from bot.errors import ModelError
from bot.papers.model import PaperId
from bot.search.embed import Embedder
from bot.search.vectors import Floats, VectorIndex, pack
from bot.store.protocol import Vectors

log = logging.getLogger(__name__)

CHUNK = 64  # papers embedded between two looks at the store

Progress = Callable[[int, int], None]


class Meaning:
    """Vectors of papers in memory, taken up from the store as they come."""

    def __init__(self, vectors: Vectors, embedder: Embedder | None) -> None:
        self._vectors = vectors
        self._embedder = embedder
        self._broken = False
        self._index = VectorIndex()
        self._seen = 0  # the newest vector taken up, by the store's sequence
        self._refreshing = asyncio.Lock()
        self.coverage = 0.0  # the share of all papers that can be found by meaning

    @property
    def works(self) -> bool:
        """Whether there is a model that has not failed."""
        return self._embedder is not None and not self._broken

    @property
    def size(self) -> int:
        return len(self._index)

    async def vector(self, *texts: str) -> Floats | None:
        """The direction of a text, or of what several ways of saying it have in common; None when there is no model."""
        if self._embedder is None or self._broken or not any(texts) or not len(self._index):
            return None
        try:
            vectors = [await self._embedder.query(text) for text in dict.fromkeys(filter(None, texts))]
        except ModelError as error:
            self._broken = True  # it will not mend itself; from now on the notice says so
            log.error("search goes on by word only: %s", error)
            return None
        total = np.sum(vectors, axis=0)
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), np.float32)

    async def near(
        self, vector: Floats | None, limit: int, *, among: Collection[PaperId] | None = None
    ) -> list[tuple[PaperId, float]]:
        """The papers nearest to a direction, by cosine."""
        if vector is None:
            return []
        return await asyncio.to_thread(self._index.nearest, vector, limit, among=among)

    def cosines(self, vector: Floats | None, ids: Collection[PaperId]) -> dict[PaperId, float]:
        """How near each of some papers is."""
        return {} if vector is None else self._index.cosines(vector, ids)

    def mean(self, ids: Sequence[PaperId]) -> Floats | None:
        """What some papers have in common; None when none of them has a vector yet."""
        return self._index.mean(ids)

    def near_to(self, ids: Sequence[PaperId], of: Collection[PaperId]) -> dict[PaperId, float]:
        """How near each paper of `of` is to what `ids` have in common."""
        return self.cosines(self.mean(ids), of)

    def vectors(self, ids: Collection[PaperId]) -> dict[PaperId, Floats]:
        """The vectors of those that have one."""
        return self._index.of(ids)

    async def embed_pending(self, limit: int | None, on_progress: Progress | None) -> int:
        """Make the vectors that are missing, newest papers first; each chunk can be found at once."""
        if self._embedder is None or self._broken:
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
            await self.refresh()
            done += len(missing)
            if on_progress:
                on_progress(done, papers - have)
        return done

    async def refresh(self) -> int:
        """Take up vectors that this or another process has stored; returns how many."""
        if self._embedder is None:
            return 0
        taken = 0
        async with self._refreshing:
            async for rows in self._vectors.load(self._embedder.name, after=self._seen):
                await asyncio.to_thread(self._index.put, [(id, vector) for _, id, vector in rows])
                self._seen = rows[-1][0]
                taken += len(rows)
            have, papers = await self._vectors.counts(self._embedder.name)
            self.coverage = have / papers if papers else 0.0
        return taken

    async def aclose(self) -> None:
        """Let the model go."""
        if self._embedder:
            await self._embedder.aclose()
