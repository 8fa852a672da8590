"""Ten thousand schedules due in the same minute: what it costs to plan and to deliver them, beside a thousand.

    python -m tests.benchmarks.crowd            # or `make crowd`

100 tenants, one edition of ten papers. First one message a channel, to a platform that takes each at once: processor
time, Paperboy's own. Then a head and a reply in each channel, to a platform that enforces a pace in each channel and
each tenant and refuses who is too fast: real time, beside what these limits ask for.
"""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from msgspec import Struct

from bot.chat.event import Place
from bot.clock import Clock, FixedClock, SystemClock
from bot.delivery.dispatch import Dispatcher
from bot.delivery.planner import Planner
from bot.search import Search
from bot.store import open_store
from bot.store.records import Subscription
from bot.summaries import SummaryService
from tests.builders import NOW, listing, paper, subscription
from tests.fakes.notebook import Notebook
from tests.fakes.paced import Pace, Paced

TENANTS = 100
PAPERS = 10
IDLE_ROUNDS = 3
FEW, MANY = 1_000, 10_000
TIMES = 3  # of the few: so short a time varies
CHANNEL, TENANT = Pace(1.0, 3), Pace(5.0, 10)  # Slack's in a channel; of a workspace's it says that there is one


class Cost(Struct, frozen=True, kw_only=True):
    """Of a crowd of so many."""

    schedules: int
    plan: float  # seconds of the processor, all of them due
    idle: float  # the same, nothing due
    deliver: float
    memory: float  # MB that the process grew by at its height

    def __str__(self) -> str:
        each = 1_000 / self.schedules
        return (
            f"{self.schedules:6,} schedules: planned in {self.plan:6.1f} s ({self.plan * each:.2f} ms each),"
            f" an idle round {self.idle * 1_000:6.0f} ms, delivered in {self.deliver:6.1f} s"
            f" ({self.deliver * each:.2f} ms each); {self.memory:,.0f} MB"
        )


async def crowd(count: int) -> Cost:
    """Plan and deliver one edition to so many channels."""
    began = _memory()
    async with _planned(FixedClock(NOW), Notebook(), [_wish(n, NOW) for n in range(count)]) as (planner, dispatcher):
        plan = await _timed(planner.plan_due(), count)
        idle = sum([await _timed(planner.plan_due(), 0) for _ in range(IDLE_ROUNDS)]) / IDLE_ROUNDS
        deliver = await _timed(dispatcher.deliver_due(), count)
    return Cost(schedules=count, plan=plan, idle=idle, deliver=deliver, memory=_memory() - began)


async def paced(count: int) -> str:
    """Deliver to a platform with limits, as the real process does."""
    clock, platform, stop = SystemClock(), Paced(channel=CHANNEL, tenant=TENANT), asyncio.Event()
    wishes = [_wish(n, clock.now(), layout="thread", count=1) for n in range(count)]
    posts = [wish.place for wish in wishes for _ in ("head", "reply")]
    async with _planned(clock, platform, wishes) as (planner, dispatcher):
        began = time.monotonic()
        assert await planner.plan_due() == len(posts)
        plan, began = time.monotonic() - began, time.monotonic()
        running = asyncio.create_task(dispatcher.run(stop))
        while len(platform.taken) < len(posts):  # noqa: ASYNC110 - the platform is no part of Paperboy
            await asyncio.sleep(0.05)
        seconds, bound = max(platform.taken) - began, platform.bound(posts)
        stop.set()
        await running
    return (
        f"{count:6,} schedules, {len(posts):,} posts, {TENANT.rate:.0f} a second and tenant, {CHANNEL.rate:.0f} a"
        f" second and channel: planned in {plan:.1f} s, delivered in {seconds:.1f} s, {seconds / bound:.2f}x the"
        f" limits' own {bound:.0f} s; {platform.refused:,} refused, the machine's load {os.getloadavg()[0]:.1f}"
    )


@asynccontextmanager
async def _planned(
    clock: Clock, platform: Notebook, wishes: Sequence[Subscription]
) -> AsyncIterator[tuple[Planner, Dispatcher]]:
    """A store with an edition and these schedules, due now."""
    with tempfile.TemporaryDirectory() as home:
        store = await open_store(Path(home) / "paperboy.db")
        listed = [listing(paper(n, upvotes=n), day=clock.now().date()) for n in range(1, PAPERS + 1)]
        await store.papers.add_listings(listed, clock.now())
        await asyncio.gather(*map(store.subscriptions.add_subscription, wishes))
        lines = SummaryService(store.summaries, writer=None, clock=clock)
        planner = Planner(store, Search(store.papers, store.vectors, None), lines, {"web": platform}, clock)
        yield planner, Dispatcher(store.outbox, {"web": platform}, clock, on_broken=_broken)
        await store.aclose()


async def _broken(place: Place, why: str) -> None:
    raise AssertionError(why)


def _wish(number: int, now: datetime, **more: Any) -> Subscription:
    place = Place("web", f"t{number % TENANTS}", f"c{number}")
    due = f"daily {now - timedelta(minutes=30):%H:%M} UTC"
    more = {"layout": "compact"} | more
    return subscription(f"s{number}", place=place, schedule=due, created=now - timedelta(hours=6), **more)


async def _timed(job: Awaitable[int], expected: int) -> float:
    began = time.process_time()
    assert await job == expected
    return time.process_time() - began


def _memory() -> float:
    """The most this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    logging.disable(logging.ERROR)  # refusals are meant
    few, many = [asyncio.run(crowd(FEW)) for _ in range(TIMES)], asyncio.run(crowd(MANY))
    for cost in (*few, many):
        print(cost, flush=True)
    print(
        f"cost of each in {MANY:,} beside {FEW:,}: planning {_each(many.plan, [cost.plan for cost in few]):.2f}x,"
        f" delivering {_each(many.deliver, [cost.deliver for cost in few]):.2f}x",
        flush=True,
    )
    print(asyncio.run(paced(MANY)))


def _each(many: float, few: Sequence[float]) -> float:
    return (many / MANY) / (median(few) / FEW)


if __name__ == "__main__":
    main()
