"""All recorded days in minutes, with outages of sources and platforms; then every edition is counted.

    python -m tests.faults.soak                 # or `make soak`

The clock is moved hour by hour. Each hour the source may be out (1 in 8) and the platform too (1 in 8), some answers
of the platform are lost, and now and then the whole bot is away for half a day or two days. At the end each weekday's
list was posted exactly once in each channel, or its run says why it was not.
"""

from __future__ import annotations

import asyncio
import gzip
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec.structs import replace

from bot.chat.event import Place, Ref
from bot.chat.message import Message
from bot.clock import FixedClock
from bot.delivery.dispatch import Dispatcher
from bot.delivery.edition import parse_id
from bot.delivery.planner import Planner
from bot.errors import Busy, Unreachable, Unsure
from bot.ingest.ingester import Ingester
from bot.search import Search
from bot.sources.huggingface import parse_listings
from bot.sources.source import Batch
from bot.store import open_store
from bot.store.records import Run
from bot.store.sql import Store
from bot.summaries import SummaryService
from bot.views.formatting import long_day
from tests.builders import SHARED, runs_of, subscription
from tests.fakes.notebook import Notebook

OUT = 1 / 8  # of the hours
LOST = 0.05  # of the platform's answers
AWAY = 1 / 120  # of the hours begin a time away
HOURS = (8, 9, 10, 12, 15, 18, 23)  # when somebody looks
WISHES = {"clock": "weekdays 09:00 Europe/Berlin", "ny": "weekdays 18:00 America/New_York", "complete": "when complete"}


@lru_cache(maxsize=16)  # each day is asked for again and again
def _listed(file: Path, day: date) -> Batch:
    if not file.exists():
        return Batch()
    return parse_listings(msgspec.json.decode(gzip.decompress(file.read_bytes())), day, file.name)


class Recorded:
    """The recorded lists as a source that is out now and then."""

    name = "huggingface"

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self._folder = folder
        self._chance = chance
        self.out = False
        self.refusals = 0
        self.growing: date | None = None  # the last papers of a day come in its afternoon

    async def fetch(self, day: date) -> Batch:
        if self.out:
            self.refusals += 1
            raise Unreachable("The source is out.")
        batch = _listed(self._folder / f"{day}.json.gz", day)
        return replace(batch, listings=batch.listings[:-2]) if day == self.growing else batch


class Shaky(Notebook):
    """A platform that is out now and then, and loses answers."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance
        self.out = False
        self.refusals = self.lost = 0
        self.times = Counter[str]()

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        if self.out:
            self.refusals += 1
            raise Busy("The platform is out.", retry_after=600)
        ref = await super().post(place, message, key=key)
        self.times[key] += 1
        if self._chance.random() < LOST:
            self.lost += 1
            raise Unsure("The answer was lost.")
        return ref


async def soak(folder: Path, days: list[date], seed: int = 1) -> str:
    """What came of it, in a sentence; raises where an edition is neither posted once nor explained."""
    chance = random.Random(seed)
    source, platform = Recorded(folder, chance), Shaky(chance)
    clock = FixedClock(datetime.combine(days[0], datetime.min.time(), UTC))
    with tempfile.TemporaryDirectory() as home:
        store = await open_store(Path(home) / "paperboy.db")
        for name, when in WISHES.items():
            wish = subscription(name, place=Place("web", "home", name), schedule=when, count=5, created=clock.now())
            await store.subscriptions.add_subscription(wish)
        away = await _live(store, source, platform, clock, days, chance)
        runs = [run for name in WISHES for run in await runs_of(store, name)]
        told = await _judge(store, platform, runs, days)
        await store.aclose()
    return (
        f"{told}; the source was out {source.refusals:,} times when it was asked, the platform {platform.refusals:,}"
        f" times, {platform.lost:,} of its answers were lost, and the bot was away {away} times;"
    )


async def _live(
    store: Store, source: Recorded, platform: Shaky, clock: FixedClock, days: list[date], chance: random.Random
) -> int:
    search, lines = Search(store.papers, store.vectors, None), SummaryService(store.summaries, writer=None, clock=clock)
    intake = Ingester(store.papers, (source,), clock)
    planner = Planner(store, search, lines, {"web": platform}, clock)

    async def broken(place: Place, why: str) -> None:
        raise AssertionError(f"{place} broke: {why}")

    dispatcher = Dispatcher(store.outbox, {"web": platform}, clock, on_broken=broken)
    until, away = clock.now(), 0
    for moment in _moments(days):
        if moment < until:
            continue
        if chance.random() < AWAY:
            until, away = moment + timedelta(hours=chance.choice((12, 48))), away + 1
            continue
        clock.moment = max(clock.moment, moment)
        source.out, platform.out = chance.random() < OUT, chance.random() < OUT
        source.growing = moment.date() if moment.hour < 12 else None
        await intake.fetch_all()
        await planner.plan_due()
        await dispatcher.deliver_due()
    source.out = platform.out = False
    for _ in range(4):  # the last posts, put off by outages
        clock.moment += timedelta(hours=1)
        await dispatcher.deliver_due()
    await search.aclose()
    await lines.aclose()
    return away


def _moments(days: list[date]) -> Iterator[datetime]:
    day = days[0]
    while day <= days[-1] + timedelta(days=1):
        for hour in HOURS:
            yield datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        day += timedelta(days=1)


async def _judge(store: Store, platform: Shaky, runs: list[Run], days: list[date]) -> str:
    repeated = {key: n for key, n in platform.times.items() if n > 1}
    assert not repeated, f"posted again: {repeated}"
    outcomes = Counter(run.outcome for run in runs)
    unexplained = [run for run in runs if run.outcome != "posted" and not run.why]
    assert not unexplained, unexplained[:3]
    posted = 0
    for name in WISHES:
        editions = [run.edition for run in runs if run.subscription == name and run.outcome == "posted"]
        assert len(editions) == len(set(editions)), f"an edition twice in {name}"
        for edition in editions:
            for delivery in await store.outbox.in_edition(name, edition):
                assert delivery.post.key in platform.posted, f"lost: {delivery.post.key} ({delivery.reason})"
                posted += 1
    assert posted == len(platform.posted), "something was posted that no run planned"
    silent = [
        (name, day)
        for name in WISHES
        for day in days
        if not _accounted(day, [r for r in runs if r.subscription == name])
    ]
    assert not silent, f"neither posted nor explained: {silent[:5]} ({len(silent)})"
    return f"{len(days):,} recorded days, {posted:,} posts each once; runs: {dict(outcomes)}, each explained"


def _accounted(day: date, runs: list[Run]) -> bool:
    """Whether a day's list was posted, or a run of that time says why not."""
    if any(first <= day <= last for _, first, last in (parse_id(run.edition) for run in runs if run.edition)):
        return True
    began = datetime.combine(day, datetime.min.time(), UTC)
    quiet = (run for run in runs if run.outcome != "posted" and began <= run.slot <= began + timedelta(days=1))
    return any(quiet) or any(long_day(day) in run.why for run in runs)


def main() -> None:
    folder = SHARED / "hf-daily-papers"
    days = sorted(date.fromisoformat(file.name.split(".")[0]) for file in folder.glob("*.json.gz"))
    if not days:
        sys.exit(f"There are no recorded days in {folder}.")
    most = int(sys.argv[1]) if len(sys.argv) > 1 else len(days)
    began = time.monotonic()
    logging.disable(logging.ERROR)  # outages are meant
    told = asyncio.run(soak(folder, days[:most]))
    print(f"{told} in {time.monotonic() - began:,.0f} s, {time.process_time():,.0f} s of the processor")


if __name__ == "__main__":
    main()
