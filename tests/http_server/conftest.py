from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.http_server.strangers import CONNECTED


@pytest.fixture(autouse=True)
async def _all_strangers_leave() -> AsyncIterator[None]:
    yield
    while CONNECTED:
        CONNECTED.pop().leave()
    await asyncio.sleep(0)
