"""Answers that many ask for at once are made once, and never take more memory than they may."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from adapters.site import made
from adapters.site.made import Made
from bot.clock import FixedClock
from bot.errors import StoreError

MINUTE = timedelta(minutes=1)


class Maker:
    """Makes what it is told to, and counts."""

    def __init__(self, content: bytes = b"x") -> None:
        self.content = content
        self.count = 0
        self.go = asyncio.Event()
        self.go.set()

    async def __call__(self) -> bytes:
        self.count += 1
        await self.go.wait()
        return self.content


async def test_fifty_at_once_wait_for_one(clock: FixedClock) -> None:
    answers, maker = Made(clock, MINUTE), Maker()
    maker.go.clear()
    waiting = [asyncio.create_task(answers.get("a", maker)) for _ in range(50)]
    await asyncio.sleep(0)
    waiting[0].cancel()  # who came first goes away
    maker.go.set()
    done = await asyncio.gather(*waiting, return_exceptions=True)
    assert [body.content for body in done[1:]] == [b"x"] * 49  # type: ignore[union-attr]
    assert maker.count == 1


async def test_a_body_is_made_anew_after_its_time_and_says_since_when_it_is_so(clock: FixedClock) -> None:
    answers, maker = Made(clock, MINUTE), Maker()
    first = await answers.get("a", maker)
    clock.moment += 2 * MINUTE
    assert (await answers.get("a", maker)).changed == first.changed
    maker.content = b"y"
    clock.moment += 2 * MINUTE
    assert (await answers.get("a", maker)).changed == clock.now()
    assert maker.count == 3


async def test_what_is_asked_for_least_goes_first(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "MOST_BYTES", 1_000)
    answers, makers = Made(clock, MINUTE), {name: Maker(b"x" * 400) for name in "abc"}
    for name in "aba" + "c" + "a" + "b":
        await answers.get(name, makers[name])
    assert {name: maker.count for name, maker in makers.items()} == {"a": 1, "b": 2, "c": 1}


async def test_a_failure_is_told_and_tried_again(clock: FixedClock) -> None:
    answers = Made(clock, MINUTE)

    async def fails() -> bytes:
        raise StoreError("The disk is full.")

    for _ in range(2):
        with pytest.raises(StoreError):
            await answers.get("a", fails)
    assert (await answers.get("a", Maker())).content == b"x"
