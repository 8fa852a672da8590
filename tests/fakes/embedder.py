"""An embedder without a model: texts that share words point the same way."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.errors import ModelError
from bot.papers.model import Paper

DIMENSIONS = 128


class WordEmbedder:
    """Each word is a direction; the same on every run, another for another name."""

    def __init__(self, name: str = "words") -> None:
        self.name = name
        self.broken = False
        self.closed = False
        self.gently: bool | None = None
        self._seed = "" if name == "words" else name
        self.asked: list[str] = []

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        if self.broken:
            raise ModelError("The model is broken.", "Mend it.")
        self.asked.append(text)
        return self._vector(text)

    async def embed_papers(self, papers: Sequence[Paper], *, gently: bool = False) -> NDArray[np.float32]:
        self.gently = gently
        return np.stack([self._vector(f"{paper.title} {paper.abstract}") for paper in papers])

    async def aclose(self) -> None:
        self.closed = True

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.full(DIMENSIONS, 1e-6, np.float32)
        for word in text.casefold().replace(".", " ").split():
            vector[zlib.crc32(f"{self._seed}{word.rstrip('s')}".encode()) % DIMENSIONS] += 1
        return np.asarray(vector / np.linalg.norm(vector), np.float32)
