"""Clocks that jump: what was planned is planned once, and what is under way is not begun twice."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import zoneinfo
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.clock import FixedClock
from bot.delivery.planner import Planner
from bot.delivery.schedule_parser import parse_schedule
from bot.schedule import occurrences
from bot.search import Search
from bot.store import open_store
from bot.store.records import DeliveryState, Run, Subscription
from bot.store.sql import Store
from bot.summaries import SummaryService
from tests.builders import NOW, listing, paper, post, runs_of, subscription
from tests.fakes.notebook import Notebook
from tests.faults.model import Process, Wall

HOUR = timedelta(hours=1)
DAYS = 12
jumps = st.lists(st.sampled_from([-30, -5, -1, 1, 1, 2, 5, 13, 23]), min_size=4, max_size=12)  # hours
some = settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))


@asynccontextmanager
async def planning(clock: FixedClock) -> AsyncIterator[tuple[Store, Planner]]:
    folder = tempfile.TemporaryDirectory()
    store = await open_store(Path(folder.name) / "paperboy.db")
    search, lines = Search(store.papers, store.vectors, None), SummaryService(store.summaries, writer=None, clock=clock)
    yield store, Planner(store, search, lines, {"web": Notebook()}, clock)
    await search.aclose()
    await lines.aclose()
    await store.aclose()
    folder.cleanup()


async def list_papers(store: Store, until: date) -> None:
    """A paper a day."""
    days = [until - timedelta(days=n) for n in range(DAYS)]
    await store.papers.add_listings([listing(paper(d.toordinal() % 99_999), day=d) for d in days], NOW)


async def led(wish: Subscription, hours: list[int]) -> tuple[list[Run], list[str], datetime]:
    """Plan at each moment that a jumping clock shows; returns the runs, the papers planned, and the latest moment."""
    clock, latest = FixedClock(NOW), NOW
    async with planning(clock) as (store, planner):
        await list_papers(store, (NOW + timedelta(days=DAYS - 2)).date())
        await store.subscriptions.add_subscription(wish)
        for hour in hours:
            clock.moment += hour * HOUR
            latest = max(latest, clock.moment)
            await planner.plan_due()
            await planner.plan_due()
        runs = await runs_of(store, wish.id)
        posts = [d.post for run in runs if run.edition for d in await store.outbox.in_edition(wish.id, run.edition)]
        return runs, [paper for post in {p.key: p for p in posts}.values() for paper in post.papers], latest


@some
@given(jumps, st.sampled_from(["daily 09:00 Europe/Berlin", "weekdays 08:00,20:00", "cron 0 */7 * * *"]))
def test_each_occurrence_is_recorded_once_however_the_clock_jumps(hours: list[int], schedule: str) -> None:
    wish = subscription(schedule=schedule, created=NOW, count=3)
    runs, papers, latest = asyncio.run(led(wish, hours))
    due = list(occurrences(parse_schedule(schedule, "UTC"), NOW, latest))
    assert sorted(run.slot for run in runs) == due
    assert len(papers) == len(set(papers))


@some
@given(jumps)
def test_each_complete_list_is_brought_once_however_the_clock_jumps(hours: list[int]) -> None:
    runs, papers, latest = asyncio.run(led(subscription(schedule="when complete", created=NOW), hours))
    over = [run.slot for run in runs]
    assert len(over) == len(set(over))
    assert len(papers) == len(set(papers))
    first, last = NOW.date(), latest.date()
    assert {(slot - HOUR).date() for slot in over} >= {first + timedelta(days=n) for n in range((last - first).days)}


@contextmanager
def rules(folder: Path, zone: str, become: str) -> Iterator[None]:
    """An update of the time-zone data gives a zone the rules of another one."""
    data = next(path for root in zoneinfo.TZPATH if (path := Path(root) / become).exists())
    (folder / zone).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(data, folder / zone)
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(folder), *before])
    zoneinfo.ZoneInfo.clear_cache(only_keys=[zone])
    try:
        yield
    finally:
        zoneinfo.reset_tzpath(before)
        zoneinfo.ZoneInfo.clear_cache(only_keys=[zone])


@pytest.mark.skipif(not zoneinfo.TZPATH or not Path(zoneinfo.TZPATH[0]).exists(), reason="no time-zone files here")
@pytest.mark.parametrize("become", ["Atlantic/Reykjavik", "Asia/Tokyo"])  # later, and earlier than before
async def test_new_rules_of_a_zone_bring_no_list_twice_and_leave_none_out(
    clock: FixedClock, tmp_path: Path, become: str
) -> None:
    async def two_days() -> None:
        for _ in range(48):
            clock.moment += HOUR
            await planner.plan_due()

    async with planning(clock) as (store, planner):
        await list_papers(store, (NOW + timedelta(days=4)).date())
        await store.subscriptions.add_subscription(subscription(schedule="daily 09:00 Europe/Berlin", created=NOW))
        await two_days()
        with rules(tmp_path, "Europe/Berlin", become):
            await two_days()
        runs = await runs_of(store, "s1")
        editions = [run.edition for run in reversed(runs) if run.outcome == "posted"]
        assert editions == [f"huggingface:{(NOW + timedelta(days=n)).date()}" for n in range(1, 5)]
        assert len({run.slot.hour for run in runs}) == 2  # the new rules were taken up


async def test_what_is_missed_in_a_pause_is_not_made_up(clock: FixedClock) -> None:
    async with planning(clock) as (store, planner):
        await list_papers(store, (NOW + timedelta(days=5)).date())
        wish = subscription(created=NOW)
        await store.subscriptions.add_subscription(replace(wish, paused="paused by an admin"))
        clock.moment += timedelta(days=3)
        assert await planner.plan_due() == 0
        await store.subscriptions.replace_subscription(replace(wish, created=clock.now()))
        assert await planner.plan_due() == 0
        clock.moment += timedelta(days=1)
        await planner.plan_due()
        assert [run.slot.date() for run in await runs_of(store, "s1")] == [clock.now().date()]


async def test_a_clock_that_leaps_over_a_lease_begins_no_second_post(store: Store, clock: FixedClock) -> None:
    await store.outbox.add_posts([post("k1")])
    wall = Wall()
    process = Process(store.outbox, wall, clock)
    await process.work()
    clock.moment += timedelta(days=1)
    beside = asyncio.create_task(process.deliver())
    await process.settle()
    assert [request.key for request in wall.requests] == ["k1"]
    request = wall.requests.pop()
    wall.arrive(request)
    request.answer.set_result("ok")
    await process.settle()
    await asyncio.wait_for(beside, 30)


@pytest.mark.parametrize("ahead", [-60, -5, 5, 60])
async def test_two_processes_whose_clocks_differ_post_each_once(store: Store, clock: FixedClock, ahead: int) -> None:
    """By less than a lease outlasts an attempt; on one machine they never do."""
    wall, keys = Wall(), [f"k{n}" for n in range(4)]
    await store.outbox.add_posts([post(key, due=NOW - timedelta(hours=1)) for key in keys])
    both = [Process(store.outbox, wall, clock), Process(store.outbox, wall, FixedClock(NOW + timedelta(seconds=ahead)))]
    for turn in range(12):
        await both[turn % 2].work()
        await both[(turn + 1) % 2].work()
        assert len(wall.requests) <= 1
        for request in wall.requests[:]:
            wall.requests.remove(request)
            wall.arrive(request)
            request.answer.set_result("ok")
            await request.owner.settle()
    assert [key for key, _ in wall.held] == keys
    assert await store.outbox.count_by_state() == {DeliveryState.SENT: 4}


async def test_a_post_put_off_by_a_clock_that_was_ahead_waits_no_longer_than_that(
    store: Store, clock: FixedClock
) -> None:
    clock.moment += timedelta(hours=6)
    await store.outbox.add_posts([post("k1", due=clock.now())])
    clock.moment -= timedelta(hours=6)
    wall = Wall()
    process = Process(store.outbox, wall, clock)
    await process.work()
    assert wall.requests == []
    clock.moment += timedelta(hours=6)
    await process.work()
    assert [request.key for request in wall.requests] == ["k1"]
    await process.kill()
