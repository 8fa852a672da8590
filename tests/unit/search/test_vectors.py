"""The vector index: quick, and as good as comparing everything."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from bot.search.vector_index import FIRST_ROWS, VectorIndex, pack


def unit(count: int, dimensions: int = 384, seed: int = 5) -> np.ndarray:
    found = np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def index_of(vectors: np.ndarray) -> VectorIndex:
    index = VectorIndex()
    index.put_vectors((str(n), pack(vector)) for n, vector in enumerate(vectors))
    return index


@pytest.mark.parametrize("dimensions", [8, 64, 100, 384])
def test_a_vector_is_nearest_to_itself(dimensions: int) -> None:
    vectors = unit(FIRST_ROWS + 500, dimensions)
    index = index_of(vectors)
    for n in (0, FIRST_ROWS, FIRST_ROWS + 499):
        [(id, cosine)] = index.nearest(vectors[n], 1)
        assert (id, round(cosine, 2)) == (str(n), 1.0)


def test_it_can_be_filled_in_parts_and_a_vector_replaced() -> None:
    vectors = unit(3_000)
    index = VectorIndex()
    for start in range(0, 3_000, 700):
        index.put_vectors((str(n), pack(vectors[n])) for n in range(start, min(start + 700, 3_000)))
    index.put_vectors([("7", pack(-vectors[7])), ("new", pack(vectors[7])), ("new", pack(vectors[8]))])
    assert len(index) == 3_001
    assert index.cosines(vectors[7], ["7"])["7"] == pytest.approx(-1, abs=0.01)
    assert {id for id, _ in index.nearest(vectors[8], 2)} == {"8", "new"}


def test_cosines_are_exact_for_any_papers_asked_for() -> None:
    vectors = unit(200)
    found = index_of(vectors).cosines(vectors[3], ["3", "50", "nobody"])
    assert set(found) == {"3", "50"}
    assert found["50"] == pytest.approx(float(vectors[3] @ vectors[50]), abs=0.01)


def test_only_those_asked_for_come_when_some_are_named() -> None:
    vectors = unit(5_000)
    among = {str(n) for n in range(4_000, 4_900)}
    exact = max(among, key=lambda id: float(vectors[0] @ vectors[int(id)]))
    found = index_of(vectors).nearest(vectors[0], 10, among=among)
    assert found[0][0] == exact
    assert {id for id, _ in found} <= among


def test_it_can_be_filled_while_it_is_asked() -> None:
    vectors = unit(20_000, 64)
    index = index_of(vectors[:1_000])
    work = threading.Thread(
        target=lambda: [
            index.put_vectors((str(n), pack(vectors[n])) for n in range(at, at + 500))
            for at in range(1_000, 20_000, 500)
        ]
    )
    work.start()
    while work.is_alive():
        assert index.nearest(vectors[3], 1)[0][0] == "3"
    work.join()
    assert len(index) == 20_000
