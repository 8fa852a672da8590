"""Three weeks of recorded days with outages, in CI; `make soak` is the same over all of them."""

from __future__ import annotations

from datetime import date

import pytest

from tests.builders import SHARED, needs_shared
from tests.faults.soak import soak

DAYS = 15


@pytest.mark.slow
@needs_shared
async def test_each_list_is_posted_once_or_explained_through_outages() -> None:
    folder = SHARED / "hf-daily-papers"
    days = sorted(date.fromisoformat(file.name.split(".")[0]) for file in folder.glob("*.json.gz"))[:DAYS]
    assert f"{DAYS} recorded days" in await soak(folder, days, seed=3)
