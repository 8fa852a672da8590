"""An index of vectors in memory: binary codes find candidates, int8 vectors put them in order.

436 bytes a paper, beside its id. A scan compares every paper's 384 signs with the query's (numpy, a popcount), then
scores the nearest by their int8 vectors; what that costs and how much it misses is measured in docs/search.md.

One thread may write while others read: a row is published last, and what is published is only replaced as a whole.
"""

import struct
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.papers.model import PaperId

LEVELS = 127
SCALE_BYTES = 4
MIN_RESCORED = 1_000  # candidates whose vectors are compared
RESCORED_ONE_OF = 200  # papers, in a large index
FIRST_ROWS = 1_024  # allocated

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]


def pack(vector: Floats) -> bytes:
    """A vector as the store keeps it: its scale (float32, little-endian), then a signed byte a dimension.

    A scale of its own for each vector: the largest component of a unit vector is far below 1, and a common scale
    would waste half of the byte (recall@10 .976 instead of .995 on SciFact).
    """
    scale = max(float(np.abs(vector).max()), 1e-9) / LEVELS
    return struct.pack("<f", scale) + bytes(np.rint(vector / scale).astype(np.int8))


class VectorIndex:
    """Vectors by paper; grows by half, and never has two of one paper."""

    def __init__(self) -> None:
        self._rows: dict[PaperId, int] = {}
        self._ids: list[PaperId] = []
        self._vectors = np.empty((0, 0), np.int8)
        self._scales = np.empty(0, np.float32)
        self._codes = np.empty((0, 0), np.uint64)  # a column a paper: five times as fast to scan as a row

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, id: PaperId) -> bool:
        return id in self._rows

    def put_vectors(self, entries: Iterable[tuple[PaperId, bytes]]) -> None:
        """Add vectors, or replace those there are. A vector of another size is another model's: left out."""
        packed = dict(entries)
        size = self._dimensions or next(
            (len(raw) - SCALE_BYTES for raw in packed.values() if len(raw) > SCALE_BYTES), 0
        )
        fitting = {id: raw for id, raw in packed.items() if len(raw) == size + SCALE_BYTES}
        if not size or not fitting:
            return
        raw = np.frombuffer(b"".join(fitting.values()), np.uint8).reshape(len(fitting), -1)
        new = [id for id in fitting if id not in self._rows]
        places = dict(zip(new, range(len(self._ids), len(self._ids) + len(new)), strict=True))
        self._make_room(len(self._ids) + len(new), size)
        self._write(np.array([places[id] if id in places else self._rows[id] for id in fitting]), raw)
        self._rows.update(places)
        self._ids += new  # last: no reader sees a row without its vector

    def nearest(
        self, query: Floats, limit: int, *, among: Collection[PaperId] | None = None
    ) -> list[tuple[PaperId, float]]:
        """The papers with the highest cosine, best first; `among` restricts which may come."""
        size = len(self._ids)
        if not size or len(query) != self._dimensions:
            return []
        rows = (
            self._candidates(query, max(limit * 2, MIN_RESCORED, size // RESCORED_ONE_OF), size)
            if among is None
            else self._rows_of(among)
        )
        scores = self._scores(query, rows)
        best = np.argsort(-scores, kind="stable")[:limit]
        return [(self._ids[rows[i]], float(scores[i])) for i in best]

    def cosines(self, query: Floats | None, ids: Collection[PaperId]) -> dict[PaperId, float]:
        """The cosine of each of `ids` that has a vector; none without a query of the same size."""
        if query is None or len(query) != self._dimensions:
            return {}
        rows = self._rows_of(ids)
        return {self._ids[row]: float(score) for row, score in zip(rows, self._scores(query, rows), strict=True)}

    def mean_vector(self, ids: Sequence[PaperId]) -> Floats | None:
        """The direction several papers have in common; None when none of them has a vector yet."""
        found = self.vectors_for(ids)
        if not found:
            return None
        total = np.sum(list(found.values()), axis=0)
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), np.float32)

    def cosines_to_mean(self, ids: Sequence[PaperId], others: Collection[PaperId]) -> dict[PaperId, float]:
        """The cosines of `others` to the mean vector of `ids`."""
        return self.cosines(self.mean_vector(ids), others)

    def vectors_for(self, ids: Collection[PaperId]) -> dict[PaperId, Floats]:
        """The vectors of those of `ids` that have one."""
        rows = self._rows_of(ids)
        vectors = self._vectors[rows].astype(np.float32) * self._scales[rows, None]
        return {self._ids[row]: vector for row, vector in zip(rows, vectors, strict=True)}

    @property
    def _dimensions(self) -> int:
        return int(self._vectors.shape[1])

    def _rows_of(self, ids: Collection[PaperId]) -> Rows:
        return np.array(sorted(self._rows[id] for id in ids if id in self._rows), np.int64)

    def _scores(self, query: Floats, rows: Rows) -> Floats:
        if not len(rows):
            return np.empty(0, np.float32)
        return np.asarray((self._vectors[rows].astype(np.float32) @ query.astype(np.float32)) * self._scales[rows])

    def _candidates(self, query: Floats, count: int, size: int) -> Rows:
        """The rows whose signs differ least from the query's: `count` of them, and those that differ as little."""
        if size <= count:
            return np.arange(size)
        distance = np.zeros(size, np.uint16)
        for column, word in zip(self._codes[:, :size], _codes(query[None] > 0)[:, 0], strict=True):
            distance += np.bitwise_count(column ^ word)
        enough = np.searchsorted(np.cumsum(np.bincount(distance)), count)
        return np.flatnonzero(distance <= enough)

    def _write(self, rows: Rows, raw: NDArray[np.uint8]) -> None:
        self._scales[rows] = raw[:, :SCALE_BYTES].copy().view("<f4")[:, 0]
        vectors = raw[:, SCALE_BYTES:].view(np.int8)
        self._vectors[rows] = vectors
        self._codes[:, rows] = _codes(vectors > 0)

    def _make_room(self, rows: int, dimensions: int) -> None:
        """Room for so many rows. What is not used yet takes no memory: the system gives pages when written to."""
        have = len(self._scales)
        if rows <= have:
            return
        room = max(rows, have + have // 2, FIRST_ROWS)
        vectors = np.empty((room, dimensions), np.int8)
        scales = np.empty(room, np.float32)
        codes = np.empty(((dimensions + 63) // 64, room), np.uint64)
        if have:
            vectors[:have], scales[:have], codes[:, :have] = self._vectors, self._scales, self._codes
        self._vectors, self._scales, self._codes = vectors, scales, codes


def _codes(signs: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """The signs of vectors, 64 a word; a column a vector."""
    bits = np.packbits(signs, axis=1)
    padded = np.zeros((len(bits), (signs.shape[1] + 63) // 64 * 8), np.uint8)
    padded[:, : bits.shape[1]] = bits
    return padded.view(np.uint64).T
