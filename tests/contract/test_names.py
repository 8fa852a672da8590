"""Papers are found by the names in their titles, as they are spelt there; over recorded titles."""

from __future__ import annotations

import pytest

from tests.benchmarks.names import missed, recorded
from tests.builders import needs_shared


@needs_shared
@pytest.mark.slow
async def test_every_name_of_a_recorded_title_finds_a_paper_that_carries_it_first() -> None:
    tried, wrong = await missed(list(recorded(1_500)), 500)
    assert tried == 500
    assert not wrong
