"""Long-lived tasks: restarted when they fail, logged once, counted, told to health, and stopped cleanly."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import ConfigError, SourceError
from bot.metrics import REGISTRY
from bot.tasks import LONGEST_WAIT_S, STEADY_S, STUCK_ALLOWANCE, Supervisor

START = datetime(2026, 11, 30, 9, tzinfo=UTC)


class Hand:
    """A clock whose sleepers wait until the time is moved on."""

    def __init__(self) -> None:
        self.moment = START
        self._sleepers: list[tuple[datetime, asyncio.Event]] = []

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        done = asyncio.Event()
        self._sleepers.append((self.moment + timedelta(seconds=seconds), done))
        await done.wait()

    async def move(self, seconds: float) -> None:
        await settle()
        self.moment += timedelta(seconds=seconds)
        for at, done in self._sleepers:
            if at <= self.moment:
                done.set()
        await settle()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class Part:
    """A task that fails when it is told to."""

    def __init__(self, *errors: BaseException | None) -> None:
        self.errors = list(errors)
        self.starts = 0
        self.cancelled = 0

    async def run(self) -> None:
        self.starts += 1
        if self.errors and (error := self.errors.pop(0)):
            raise error
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
async def tasks(clock: Hand) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(clock, draw=lambda: 0.5)
    yield supervisor
    await supervisor.aclose()


def restarts(name: str) -> float:
    return REGISTRY.get_sample_value("paperboy_task_restarts_total", {"task": name}) or 0.0


@pytest.mark.parametrize("error", [ValueError("odd"), SourceError("away"), asyncio.CancelledError(), SystemExit(3)])
async def test_whatever_it_fails_with_a_task_runs_again(tasks: Supervisor, clock: Hand, error: BaseException) -> None:
    part, before = Part(error), restarts("part")
    tasks.start("part", part.run)
    await settle()
    assert part.starts == 1
    await clock.move(1.0)
    assert (part.starts, restarts("part") - before) == (2, 1)


async def test_the_wait_doubles_up_to_its_limit_and_is_spread(clock: Hand) -> None:
    draws = iter([0.0, 1.0])
    tasks, part = Supervisor(clock, draw=lambda: next(draws, 0.5)), Part(*[OSError()] * 20)
    tasks.start("part", part.run)
    for wait_s in (0.5, 3.0, 4.0, 8.0, 16.0, 32.0, LONGEST_WAIT_S, LONGEST_WAIT_S):
        starts = part.starts or 1
        await clock.move(wait_s - 0.25)
        assert part.starts == starts
        await clock.move(0.25)
        assert part.starts == starts + 1
    await tasks.aclose()


async def test_it_is_logged_once_when_it_starts_to_fail_and_once_when_it_is_back(
    tasks: Supervisor, clock: Hand, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    tasks.start("part", Part(*[OSError("no route")] * 4).run)
    for _ in range(4):
        await clock.move(LONGEST_WAIT_S)
    assert [record.getMessage() for record in caplog.records] == ["part failed and is tried again: OSError: no route"]
    await clock.move(STEADY_S)
    assert caplog.records[1:][0].getMessage() == "part works again after 4 failures"
    assert len(caplog.records) == 2


async def test_a_task_that_keeps_failing_is_told_to_health_until_it_is_back(tasks: Supervisor, clock: Hand) -> None:
    tasks.start("part", Part(*[OSError("no route")] * 3).run)
    tasks.start("fine", Part().run)
    await clock.move(LONGEST_WAIT_S)
    assert tasks.failing() == {}
    await clock.move(LONGEST_WAIT_S)
    assert tasks.failing() == {"part": "failing since 2026-11-30 09:00 UTC: OSError: no route"}
    await clock.move(LONGEST_WAIT_S)
    assert set(tasks.failing()) == {"part"}
    await clock.move(STEADY_S)
    assert tasks.failing() == {}


async def test_a_wrong_setting_is_told_at_once(tasks: Supervisor, clock: Hand) -> None:
    tasks.start("part", Part(ConfigError("No token.", "Set PART_TOKEN.")).run)
    await settle()
    assert tasks.failing() == {"part": "failing since 2026-11-30 09:00 UTC: No token. Set PART_TOKEN."}


async def test_one_that_returns_is_started_again_unless_it_may_end(tasks: Supervisor, clock: Hand) -> None:
    calls: list[str] = []

    def once(name: str) -> Callable[[], Awaitable[None]]:
        async def job() -> None:
            calls.append(name)

        return job

    ended = tasks.start("ends", once("ends"), may_end=True)
    tasks.start("goes on", once("goes on"))
    await clock.move(LONGEST_WAIT_S)
    await clock.move(LONGEST_WAIT_S)
    assert ended.done()
    assert calls == ["ends", "goes on", "goes on", "goes on"]


async def test_a_repeated_task_comes_round_and_after_a_failure_sooner(tasks: Supervisor, clock: Hand) -> None:
    at: list[float] = []
    errors = [None, OSError(), None]

    async def job() -> None:
        at.append((clock.now() - START).total_seconds())
        if error := errors.pop(0) if errors else None:
            raise error

    tasks.start_repeating("part", job, 10.0, wait_first=True)
    for _ in range(31):
        await clock.move(1.0)
    assert at == [10.0, 20.0, 21.0, 31.0]


async def test_a_repeated_task_that_hangs_is_stuck(tasks: Supervisor, clock: Hand) -> None:
    hangs = asyncio.Event()

    async def job() -> None:
        await hangs.wait()

    tasks.start_repeating("part", job, 10.0, wait_first=True)
    await clock.move(10.0)
    assert tasks.stuck() == {}
    await clock.move(40.0 + STUCK_ALLOWANCE.total_seconds())
    assert tasks.stuck() == {"part": "stuck"}
    hangs.set()
    await settle()
    assert tasks.stuck() == {}


async def test_a_stop_cancels_at_once_but_lets_a_round_under_way_finish(clock: Hand) -> None:
    tasks, part, goes, rounds = Supervisor(clock), Part(), asyncio.Event(), 0

    async def job() -> None:
        nonlocal rounds
        await goes.wait()
        rounds += 1

    tasks.start("part", part.run)
    tasks.start_repeating("rounds", job, 10.0)
    tasks.start_repeating("waits", Part(None).run, 10.0, wait_first=True)
    await settle()
    closing = asyncio.create_task(tasks.aclose())
    await settle()
    assert (part.cancelled, closing.done()) == (1, False)
    goes.set()
    await closing
    assert (rounds, part.starts, tasks.failing(), tasks.stuck()) == (1, 1, {}, {})


async def test_cancelling_one_task_ends_it_and_no_other_even_if_it_swallows_the_cancellation(
    tasks: Supervisor, clock: Hand
) -> None:
    starts = 0

    async def swallows() -> None:
        nonlocal starts
        starts += 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return

    other = Part()
    tasks.start("other", other.run)
    task = tasks.start("swallows", swallows)
    await settle()
    task.cancel()
    await clock.move(LONGEST_WAIT_S)
    assert (task.cancelled(), starts, other.starts, other.cancelled) == (True, 1, 1, 0)


async def test_what_is_called_rather_than_run_tells_how_it_went(
    tasks: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        tasks.note_failure("north post", sys.exc_info()[1] or TypeError("not a message"))
    assert list(tasks.failing()) == ["north post"]
    tasks.note_success("north post")
    assert (tasks.failing(), len(caplog.records)) == ({}, 2)
