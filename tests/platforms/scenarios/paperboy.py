"""Paperboy as the stages have it: whole, in this process, and able to come back after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, cast

from msgspec.structs import replace

from bot.app.adapters import installed
from bot.app.build import App, open_app
from bot.app.first_run import welcome
from bot.chat.adapter import CanListen
from bot.chat.event import Place
from bot.clock import SystemClock
from bot.config import Welcome, load
from tests.platforms.scenarios.stage import LONG


class Adapter(CanListen, Protocol):
    """An adapter that tells when it hears."""

    started: asyncio.Event


class Bot:
    """All of Paperboy in this process, on a home that outlives a restart. It reads no source."""

    app: App

    def __init__(self, home: Path, place: Place, environment: Mapping[str, str]) -> None:
        self.place = place
        self._stack = AsyncExitStack()
        given = {
            "PAPERBOY_HOME": str(home),
            "PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false",
            "PAPERBOY_SEARCH_SEMANTIC": "false",
            "ARXIV_API_URL": "http://127.0.0.1:9/api/query",
            **environment,
        }
        self._settings = replace(load(None, given, installed()), welcome=Welcome(channel=""))

    async def start(self) -> None:
        """As `serve` does, without the loops that wait for the hour."""
        self.app = app = await self._stack.enter_async_context(open_app(self._settings, SystemClock()))
        adapter = cast(Adapter, app.adapters[self.place.platform])
        await welcome(app)
        listening = self._until_stopped(adapter.listen(app.core))
        started = asyncio.create_task(adapter.started.wait())
        await asyncio.wait({listening, started}, timeout=LONG, return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        assert adapter.started.is_set(), listening
        self._until_stopped(app.card_updater.run())
        self._until_stopped(app.recounter.run())

    async def stop(self) -> None:
        await self._stack.aclose()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        await self.stop()
        yield
        await self.start()

    async def deliver(self) -> None:
        """What the channel's schedules bring now."""
        for subscription in await self.app.store.subscriptions.in_place(self.place):
            await self.app.planner.plan_now(subscription)
        await self.app.dispatcher.deliver_due()

    async def plan(self) -> None:
        """What came late to what was posted."""
        await self.app.planner.plan_due()
        await self.app.dispatcher.deliver_due()

    def _until_stopped(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)

        async def end() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        self._stack.push_async_callback(end)
        return task
