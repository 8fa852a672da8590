"""What the store promises is held on both of its engines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import open_store
from bot.store.sql import Store


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where an empty store can be opened: a file, or a database."""
    return tmp_path / "paperboy.db" if request.param == "sqlite" else request.getfixturevalue("new_database")()


@pytest.fixture
async def store(where: Path | str) -> AsyncIterator[Store]:
    opened = await open_store(where)
    yield opened
    await opened.aclose()
