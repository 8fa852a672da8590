"""What a source may bring into the store, whatever it sends."""

from __future__ import annotations

import pytest

from bot.clock import FixedClock
from bot.ingest.ingester import Ingester
from bot.sources.source import Batch
from bot.store.sql import Store
from tests.builders import NOW, listing, paper


@pytest.mark.parametrize(
    "field",
    [
        {"categories": tuple(f"c{n}" for n in range(1_000_000))},
        {"keywords": ("k" * 200_000,)},
        {"authors": ("Ada",) * 20_000},
        {"abstract": "a" * 200_000},
    ],
)
async def test_a_paper_beyond_all_measure_is_left_out_and_the_rest_of_its_list_stored(
    store: Store, field: dict[str, object]
) -> None:
    batch = Batch(listings=(listing(paper(1, **field)), listing(paper(2))))
    assert (await Ingester(store.papers, (), FixedClock(NOW)).store_batch(batch)).new == 1
    assert list(await store.papers.get_papers([paper(1).id, paper(2).id])) == [paper(2).id]
