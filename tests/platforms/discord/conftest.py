"""A Discord of our own, and the adapter as it runs: over real HTTP and a real gateway."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from adapters.discord import make
from adapters.discord.adapter import DiscordAdapter
from bot.chat.adapter import Core, Setup
from bot.chat.event import Place
from bot.clock import SystemClock
from bot.store.sql import Store
from tests.fakes.discord import FakeDiscord
from tests.platforms.discord.core import TalkingCore


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    """No limits on posting but the global one, so that tests are quick; what is about limits sets them."""
    async with FakeDiscord(default_bucket=(1000, 1.0), buckets={}) as fake:
        yield fake
        state = fake.state()
        checked["requests"] += state["requests_checked"]
        checked["answers"] += state["answers_checked"]
        assert not state["pinging"], state["pinging"]
        assert not state["wrong"], "\n".join(state["wrong"])


checked: Counter[str] = Counter()  # against Discord's own description


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if checked:
        said = ", ".join(f"{count} {what}" for what, count in checked.items())
        terminalreporter.write_line(f"held against Discord's OpenAPI description: {said}")


@pytest.fixture
def core() -> TalkingCore:
    return TalkingCore()


Start = Callable[..., Awaitable[DiscordAdapter]]


@pytest.fixture
async def start(discord: FakeDiscord, store: Store, tmp_path: Path) -> AsyncIterator[Start]:
    """Starts an adapter on the same storage, as after a restart; with a core it listens."""
    running: list[tuple[DiscordAdapter, asyncio.Task[None] | None]] = []

    async def started(core: Core | None = None, **options: Any) -> DiscordAdapter:
        given = {"token": discord.token, "api_url": discord.api_url, **options}
        adapter = make(Setup(options=given, storage=store.key_value("discord"), home=tmp_path, clock=SystemClock()))
        assert adapter is not None
        task = asyncio.create_task(adapter.listen(core)) if core else None
        running.append((adapter, task))
        if task:
            ready = asyncio.create_task(adapter.started.wait())
            await asyncio.wait({ready, task}, timeout=15, return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            assert adapter.started.is_set(), task
            await discord.until(lambda: not syncing())
        return adapter

    yield started
    for adapter, task in running:
        await stop(adapter, task)


def syncing() -> bool:
    """Whether a command sync is under way."""
    return any(task.get_name() == "discord command sync" for task in asyncio.all_tasks())


async def stop(adapter: DiscordAdapter, task: asyncio.Task[None] | None) -> None:
    await adapter.aclose()
    if task:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def poster(start: Start) -> DiscordAdapter:
    """An adapter that only posts."""
    return await start()


@pytest.fixture
def guild(discord: FakeDiscord) -> str:
    return discord.guild()


@pytest.fixture
def papers(discord: FakeDiscord, guild: str) -> Place:
    return Place("discord", guild, discord.text_channel(guild))


@pytest.fixture
def ada(discord: FakeDiscord, guild: str) -> str:
    return discord.member(guild, "Ada", manage_guild=True)


@pytest.fixture
def bob(discord: FakeDiscord, guild: str) -> str:
    return discord.member(guild, "Bob")
