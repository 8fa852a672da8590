"""An index of vectors in memory: binary codes find candidates, int8 vectors put them in order.

436 bytes a paper. A scan compares every paper's 384 signs with the query's (numpy, a popcount), then scores the
nearest by their int8 vectors; what that costs and how much it misses is measured in docs/search.md.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.papers.model import PaperId

LEVELS = 127
SCALE_BYTES = 4
RESCORED = 600  # candidates whose vectors are looked at


def pack(vector: NDArray[np.float32]) -> bytes:
    """A vector as the store keeps it: its scale (float32, little-endian), then a signed byte a dimension.

    A scale of its own for each vector: the largest component of a unit vector is far below 1, and a common scale
    would waste half of the byte (recall@10 .976 instead of .995 on SciFact).
    """
    scale = max(float(np.abs(vector).max()), 1e-9) / LEVELS
    return struct.pack("<f", scale) + bytes(np.rint(vector / scale).astype(np.int8))


class VectorIndex:
    """Vectors by paper; grows by doubling, and never has two of one paper."""

    def __init__(self) -> None:
        self._rows: dict[PaperId, int] = {}
        self._ids: list[PaperId] = []
        self._vectors = np.empty((0, 0), np.int8)
        self._scales = np.empty(0, np.float32)
        self._codes = np.empty((0, 0), np.uint64)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, id: PaperId) -> bool:
        return id in self._rows

    def put(self, entries: Iterable[tuple[PaperId, bytes]]) -> None:
        """Add vectors, or replace those there are. A vector of another size is another model's: left out."""
        for id, packed in entries:
            vector = np.frombuffer(packed, np.int8, offset=SCALE_BYTES) if len(packed) > SCALE_BYTES else None
            if vector is None or not self._fits(len(vector)):
                continue
            row = self._rows.get(id, len(self._ids))
            self._grow(row)
            self._vectors[row] = vector
            self._scales[row] = np.frombuffer(packed, np.float32, 1)[0]
            self._codes[row] = _code(vector)
            if row == len(self._ids):  # last, so that no reader sees a row without its vector
                self._rows[id] = row
                self._ids.append(id)

    def nearest(
        self, query: NDArray[np.float32], limit: int, *, among: Collection[PaperId] | None = None
    ) -> list[tuple[PaperId, float]]:
        """The papers with the highest cosine, best first; `among` restricts which may come."""
        if not self._ids or len(query) != self._vectors.shape[1]:
            return []
        rows = self._candidates(query, max(limit * 2, RESCORED), among)
        scores = (self._vectors[rows].astype(np.float32) @ query.astype(np.float32)) * self._scales[rows]
        best = np.argsort(-scores, kind="stable")[:limit]
        return [(self._ids[rows[i]], float(scores[i])) for i in best]

    def mean(self, ids: Sequence[PaperId]) -> NDArray[np.float32] | None:
        """The direction several papers have in common; None when none of them has a vector yet."""
        rows = [self._rows[id] for id in ids if id in self._rows]
        if not rows:
            return None
        total = (self._vectors[rows].astype(np.float32) * self._scales[rows, None]).sum(axis=0)
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), np.float32)

    def _candidates(
        self, query: NDArray[np.float32], count: int, among: Collection[PaperId] | None
    ) -> NDArray[np.int64]:
        size = len(self._ids)
        if among is not None:
            rows = np.array(sorted(self._rows[id] for id in among if id in self._rows), np.int64)
        else:
            rows = np.arange(size)
        if len(rows) <= count:
            return rows
        codes = self._codes[:size] if among is None else self._codes[rows]
        distance = np.bitwise_count(codes ^ _code(np.where(query > 0, 1, -1))).sum(axis=1, dtype=np.uint16)
        return np.asarray(rows[np.argpartition(distance, count)[:count]])

    def _fits(self, dimensions: int) -> bool:
        if not self._ids:
            self._vectors = np.empty((1_024, dimensions), np.int8)
            self._scales = np.empty(1_024, np.float32)
            self._codes = np.empty((1_024, (dimensions + 63) // 64), np.uint64)
        return self._vectors.shape[1] == dimensions

    def _grow(self, row: int) -> None:
        if row < len(self._vectors):
            return
        self._vectors = np.concatenate([self._vectors, np.empty_like(self._vectors)])
        self._scales = np.concatenate([self._scales, np.empty_like(self._scales)])
        self._codes = np.concatenate([self._codes, np.empty_like(self._codes)])


def _code(vector: NDArray[np.int8] | NDArray[np.int64]) -> NDArray[np.uint64]:
    """The signs of a vector, 64 a word."""
    bits = np.packbits(vector > 0)
    padded = np.zeros((len(vector) + 63) // 64 * 8, np.uint8)
    padded[: len(bits)] = bits
    return padded.view(np.uint64)
