"""The three stages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.platforms.scenarios.discord import discord
from tests.platforms.scenarios.slack import slack
from tests.platforms.scenarios.stage import Stage
from tests.platforms.scenarios.web import web

STAGES: dict[str, Callable[[Path], AbstractAsyncContextManager[Stage]]] = {
    "web": web,
    "slack": slack,
    "discord": discord,
}


@pytest.fixture(params=STAGES)
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    async with STAGES[request.param](tmp_path) as opened:
        yield opened
        await opened.check()
