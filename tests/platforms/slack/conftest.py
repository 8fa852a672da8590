"""The adapter before a Slack of its own, with a core that keeps what it hears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.slack import make
from adapters.slack.adapter import SlackAdapter
from bot.chat.adapter import Core, Setup
from bot.chat.event import Place
from bot.clock import Clock, SystemClock
from bot.store.sql import Store
from tests.fakes.core import FakeCore
from tests.fakes.slack import FakeSlack, Room, Someone, Workspace

Make = Callable[..., SlackAdapter]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as running:
        yield running


@pytest.fixture
async def acme(slack: FakeSlack) -> Workspace:
    return await slack.workspace("Acme")


@pytest.fixture
async def papers(acme: Workspace) -> Room:
    return await acme.channel("papers")


@pytest.fixture
async def ada(acme: Workspace) -> Someone:
    return await acme.user("ada", admin=True)


@pytest.fixture
async def bob(acme: Workspace) -> Someone:
    return await acme.user("bob")


@pytest.fixture
def place(acme: Workspace, papers: Room) -> Place:
    return Place("slack", acme.id, papers.id)


@pytest.fixture
async def adapter_of(slack: FakeSlack, acme: Workspace, store: Store, tmp_path: Path) -> AsyncIterator[Make]:
    """Makes adapters for this Slack, for one workspace unless options say otherwise."""
    app = await slack.app()
    async with AsyncExitStack() as stack:

        def made(clock: Clock | None = None, **options: Any) -> SlackAdapter:
            given = {"api_url": slack.api_url, "bot_token": acme.token, "app_token": app["app_token"]} | options
            setup = Setup(
                options={name: value for name, value in given.items() if value is not None},
                storage=store.key_value("slack"),
                home=tmp_path,
                clock=clock or SystemClock(),
            )
            adapter = make(setup)
            assert adapter is not None
            stack.push_async_callback(adapter.aclose)
            return adapter

        yield made


@pytest.fixture
def adapter(adapter_of: Make) -> SlackAdapter:
    return adapter_of()


@asynccontextmanager
async def hearing(adapter: SlackAdapter, core: Core) -> AsyncIterator[None]:
    """Listens until the end."""
    task = asyncio.create_task(adapter.listen(core))
    started = asyncio.create_task(adapter.started.wait())
    await asyncio.wait({task, started}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    started.cancel()
    if task.done():
        task.result()
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def core() -> FakeCore:
    return FakeCore()


@pytest.fixture(params=["socket", "http"])
async def heard(
    request: pytest.FixtureRequest, slack: FakeSlack, adapter_of: Make, core: FakeCore
) -> AsyncIterator[FakeCore]:
    """The core of an adapter that listens, in either way; at the end Slack has nothing to complain of."""
    app = await slack.app()
    options = {"mode": request.param, "signing_secret": app["signing_secret"], "port": "0"}
    adapter = adapter_of(**options)
    async with hearing(adapter, core):
        if request.param == "http":
            await slack.settings(request_url=f"{adapter.url}/slack/events")
        yield core
    assert not await slack.wrong()


async def until(done: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for something that nobody tells of."""
    async with asyncio.timeout(seconds):
        while not done():  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)
