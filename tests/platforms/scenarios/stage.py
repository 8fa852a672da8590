"""What people do and see, whatever the platform: the scenarios know nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest
from msgspec import Struct, field
from msgspec.structs import replace

from bot.app.build import App, open_app
from bot.app.welcome import welcome
from bot.chat.adapter import Listens
from bot.chat.event import Place
from bot.clock import SystemClock
from bot.config import Welcome, load
from bot.delivery.reconcile import recount

ADA, BOB = "ada", "bob"  # Ada may set schedules
LONG = 30.0  # seconds that a busy machine is given

T = TypeVar("T")


class Seen(Struct, frozen=True, kw_only=True):
    """Something that somebody saw."""

    text: str  # its words, as they read
    private: bool = False  # nobody else sees it
    buttons: tuple[str, ...] = ()  # their labels
    dialog: Mapping[str, str] = field(default_factory=dict)  # a field's name → what stands in it
    id: str = ""  # of the message: what takes its place has the same
    under: str = ""  # the message whose thread it stands in
    held: Any = None  # with what the stage finds it again


class Stage(Protocol):
    """One channel of one platform, with two people and Paperboy in it."""

    lacks: Mapping[str, str]  # what the platform can't do → why

    async def type(self, who: str, text: str) -> Seen:
        """`/papers text`."""
        ...

    async def press(self, who: str, seen: Seen, label: str) -> Seen:
        """The first button of this label."""
        ...

    async def fill(self, who: str, seen: Seen, values: Mapping[str, str]) -> Seen:
        """Send the dialog that was seen; what is not named stays as it stands."""
        ...

    async def menu(self, who: str, seen: Seen, label: str) -> Seen:
        """An entry of a message's menu."""
        ...

    async def home(self, who: str) -> Seen:
        """Somebody's own page."""
        ...

    async def say(self, who: str, text: str) -> None:
        """Write to the others."""
        ...

    async def react(self, who: str, seen: Seen, emoji: str) -> None: ...

    async def unreact(self, who: str, seen: Seen, emoji: str) -> None: ...

    async def posted(self) -> list[Seen]:
        """What everybody sees in the channel and its threads, oldest first."""
        ...

    async def deliver(self) -> None:
        """It is the hour of the channel's schedules."""
        ...

    def away(self) -> AbstractAsyncContextManager[None]:
        """Paperboy is down meanwhile, and started again after it."""
        ...

    async def check(self) -> None:
        """Whether the platform has something to complain of."""
        ...


def needs(stage: Stage, what: str) -> None:
    """Skip what the platform can't do, with its reason."""
    if why := stage.lacks.get(what):
        pytest.skip(f"{what}: {why}")


async def until(stage: Stage, so: Callable[[list[Seen]], object], seconds: float = LONG) -> list[Seen]:
    """What everybody sees, as soon as it is so."""
    posted: list[Seen] = []

    async def look() -> list[Seen]:
        nonlocal posted
        posted = await stage.posted()
        return posted if so(posted) else []

    try:
        return await eventually(look, seconds)
    except TimeoutError:
        raise AssertionError(f"not so within {seconds} s; the channel shows {[seen.text for seen in posted]}") from None


async def eventually(look: Callable[[], Awaitable[T]], seconds: float = LONG) -> T:
    """What is found when it is there."""
    async with asyncio.timeout(seconds):
        while not (found := await look()):  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.05)
        return found


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
        self._settings = replace(load(None, given, (place.platform,)), welcome=Welcome(channel=""))

    async def start(self) -> None:
        """As `serve` does, without the loops that wait for the hour."""
        self.app = app = await self._stack.enter_async_context(open_app(self._settings, SystemClock()))
        adapter: Any = app.adapters[self.place.platform]
        assert isinstance(adapter, Listens)
        await welcome(app)
        listening = self._until_stopped(adapter.listen(app.core))
        started = asyncio.create_task(adapter.started.wait())
        await asyncio.wait({listening, started}, timeout=LONG, return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        assert adapter.started.is_set(), listening
        self._until_stopped(app.refresher.run(asyncio.Event()))
        await recount(app.store, app.adapters, app.clock, app.refresher.changed)

    async def stop(self) -> None:
        await self._stack.aclose()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        await self.stop()
        yield
        await self.start()

    async def deliver(self) -> None:
        """What the channel's schedules bring now."""
        for subscription in await self.app.store.subscriptions.of(self.place):
            await self.app.planner.plan_now(subscription)
        await self.app.dispatcher.deliver_due()

    def _until_stopped(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)

        async def end() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        self._stack.push_async_callback(end)
        return task
