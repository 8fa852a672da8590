"""What people do and see, whatever the platform: the scenarios know nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

import pytest
from msgspec import Struct, field

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

    async def plan(self) -> None:
        """What is due otherwise is posted."""
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


async def eventually(look: Callable[[], Awaitable[T | None]], seconds: float = LONG) -> T:
    """What is found when it is there."""
    async with asyncio.timeout(seconds):
        while not (found := await look()):  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.05)
        return found


async def the_days_papers(stage: Stage, top: int = 1) -> list[Seen]:
    """A schedule is made, and its hour comes."""
    made = await stage.type(ADA, f"schedule daily 09:00 UTC top {top}")
    assert "Scheduled: every day at 09:00 (UTC)" in made.text
    await stage.deliver()
    return await stage.posted()


async def the_card_says(stage: Stage, words: str) -> None:
    """The last post comes to say this."""
    await until(stage, lambda posted: words in posted[-1].text)
