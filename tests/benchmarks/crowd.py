"""Ten thousand schedules due in the same minute: what it costs to plan and to deliver them, beside a thousand.

    python -m tests.benchmarks.crowd            # or `make crowd`

100 tenants, one edition of ten papers, one message a channel. The platform takes each post at once, so that the time is
Paperboy's own; what a platform's limits add is for `make fanout`.
"""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from bot.chat.event import Place
from bot.clock import FixedClock
from bot.delivery.dispatch import Dispatcher
from bot.delivery.planner import Planner
from bot.search import Search
from bot.store import open_store
from bot.store.records import Subscription
from bot.summaries import OneLines
from tests.builders import NOW, TODAY, listing, paper, subscription
from tests.fakes.notebook import Notebook

TENANTS = 100
PAPERS = 10
IDLE_ROUNDS = 3


class Cost(Struct, frozen=True, kw_only=True):
    """Of a crowd of so many."""

    schedules: int
    plan: float  # seconds, all of them due
    idle: float  # seconds, nothing due
    deliver: float  # seconds
    memory: float  # MB that the process grew by

    def __str__(self) -> str:
        each = 1_000 / self.schedules
        return (
            f"{self.schedules:6,} schedules: planned in {self.plan:6.1f} s ({self.plan * each:.2f} ms each),"
            f" an idle round {self.idle * 1_000:6.0f} ms, delivered in {self.deliver:6.1f} s"
            f" ({self.deliver * each:.2f} ms each); {self.memory:,.0f} MB"
        )


async def crowd(count: int) -> Cost:
    """Plan and deliver one edition to so many channels."""
    began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    clock, platform = FixedClock(NOW), Notebook()
    with tempfile.TemporaryDirectory() as home:
        store = await open_store(Path(home) / "paperboy.db")
        await store.papers.keep([listing(paper(n, upvotes=n), day=TODAY) for n in range(1, PAPERS + 1)], NOW)
        await asyncio.gather(*(store.subscriptions.add(_wish(n)) for n in range(count)))
        lines = OneLines(store.lines, writer=None, clock=clock)
        planner = Planner(store, Search(store.papers, store.vectors, None), lines, {"web": platform}, clock)

        async def broken(place: Place, why: str) -> None:
            raise AssertionError(why)

        dispatcher = Dispatcher(store.outbox, {"web": platform}, clock, on_broken=broken)
        plan = await _timed(planner.plan_due(), count)
        idle = sum([await _timed(planner.plan_due(), 0) for _ in range(IDLE_ROUNDS)]) / IDLE_ROUNDS
        deliver = await _timed(dispatcher.deliver_due(), count)
        await store.aclose()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - began
    return Cost(schedules=count, plan=plan, idle=idle, deliver=deliver, memory=grown)


def _wish(number: int) -> Subscription:
    place = Place("web", f"t{number % TENANTS}", f"c{number}")
    return subscription(
        f"s{number}", place=place, schedule="daily 09:00 UTC", layout="compact", created=NOW - timedelta(hours=6)
    )


async def _timed(job: Awaitable[int], expected: int) -> float:
    began = time.perf_counter()
    assert await job == expected
    return time.perf_counter() - began


def main() -> None:
    costs = [asyncio.run(crowd(count)) for count in (1_000, 10_000)]
    for cost in costs:
        print(cost, flush=True)
    few, many = costs
    print(
        f"cost of each in ten thousand beside a thousand: planning {many.plan / few.plan / 10:.2f}x,"
        f" delivering {many.deliver / few.deliver / 10:.2f}x"
    )


if __name__ == "__main__":
    main()
