"""A platform and processes that a test leads step by step: each request waits until told what becomes of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.chat.adapter import Limits
from bot.chat.event import Place, Ref
from bot.chat.message import Message, Text
from bot.clock import FixedClock
from bot.delivery.dispatch import Dispatcher
from bot.errors import Busy, Refused, StoreError, Unsure
from bot.store.sql.outbox import Outbox

OUTCOMES: dict[str, tuple[bool, Callable[[], Exception] | None]] = {  # what may become of a request: arrived, error
    "ok": (True, None),
    "busy": (False, lambda: Busy("slow down", retry_after=30.0)),
    "all busy": (False, lambda: Busy("slow down", retry_after=30.0, tenant_wide=True)),
    "lost": (False, lambda: Unsure("dropped before it arrived")),
    "arrived": (True, lambda: Unsure("dropped after it arrived")),
    "no answer": (False, TimeoutError),
    "no answer, arrived": (True, TimeoutError),
    "refused": (False, lambda: Refused("Too long.")),
    "gone": (False, lambda: Refused("The channel is gone.", broken=True)),
    "bug": (False, lambda: KeyError("an adapter's own")),
    "bug, arrived": (True, lambda: KeyError("an adapter's own")),
}


@dataclass(eq=False)
class Request:
    """One post or look that is under way."""

    owner: Process
    place: Place
    key: str
    looks: bool = False
    since: float = float("inf")  # seconds the test has counted, when it was made
    answer: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass
class Wall:
    """What the platform holds, whoever brought it, and what is on its way there."""

    held: list[tuple[str, Place]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def counts(self) -> Counter[str]:
        return Counter(key for key, _ in self.held)

    def arrive(self, request: Request) -> None:
        self.held.append((request.key, request.place))

    def under_way(self) -> list[Request]:
        return [request for request in self.requests if not request.looks]


class Process:
    """One run of Paperboy, from its start until it is killed: its own dispatcher, its own way to the platform."""

    limits = Limits(max_chars=10_000, max_blocks=50, max_block_chars=3_000, max_buttons=5)
    name = "web"

    def __init__(self, outbox: Outbox, wall: Wall, clock: FixedClock) -> None:
        self.told: list[Place] = []  # places that turned out to be gone
        self._wall = wall
        self._store = _Reached(outbox)
        self._dispatcher = Dispatcher(self._store, {self.name: self}, clock, on_broken=self._broken)  # type: ignore[arg-type]
        self._working: asyncio.Task[int] | None = None

    @property
    def busy(self) -> bool:
        return self._working is not None and not self._working.done()

    async def work(self) -> None:
        """Take up what is due; returns when all that is under way waits for the platform."""
        if not self.busy:
            self._working = asyncio.create_task(self.deliver())
        await self.settle()

    async def deliver(self) -> int:
        return await self._dispatcher.deliver_due()

    async def settle(self) -> None:
        """Until nothing happens any more by itself."""
        calm = 0
        while calm < 4:  # a step of the loop between a result and who waits for it
            await asyncio.sleep(0.0 if not self._store.asked else 0.0005)
            calm = 0 if self._store.asked else calm + 1
        if self._working and self._working.done():
            self._working.result()

    async def kill(self) -> list[Request]:
        """With -9: nothing is settled, nothing is written. Returns its requests: some may still arrive."""
        self._store.dead = True
        mine = [request for request in self._wall.requests if request.owner is self]
        for request in mine:
            self._wall.requests.remove(request)
        if self._working:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
        return mine

    def text_width(self, run: Text) -> int:
        return sum(len(span.text) for span in run)

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        request = await self._ask(Request(self, place, key))
        arrived, error = OUTCOMES[request]
        if error:
            raise error()
        assert arrived
        return Ref(place, key)

    async def find_post(self, place: Place, *, key: str, since: datetime) -> Ref | None:
        error = OUTCOMES[await self._ask(Request(self, place, key, looks=True))][1]
        if error:
            raise error()
        return Ref(place, key) if self._wall.counts()[key] else None

    async def aclose(self) -> None: ...

    async def _ask(self, request: Request) -> str:
        self._wall.requests.append(request)
        return await request.answer

    async def _broken(self, place: Place, why: str) -> None:
        self.told.append(place)


class _Reached:
    """The outbox as one process reaches it, until it is dead."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.asked = 0  # calls that wait for the database
        self.dead = False

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._outbox, name)

        async def call(*args: Any, **more: Any) -> Any:
            if self.dead:
                raise StoreError("this process is dead")
            self.asked += 1
            try:
                return await verb(*args, **more)
            finally:
                self.asked -= 1

        return call
