"""Kill the real process with -9 again and again while platforms fail, then compare what they hold with the plan.

    python -m tests.faults.chaos --kills 1000 --platform slack          # or `make chaos N=1000`
    python -m tests.faults.chaos --kills 100 --platform slack --naive   # a design that sends, then records

Each life of the process ends at a uniformly random moment. Meanwhile 5 % of the requests fail before they are
accepted, 5 % after, and 5 % get no answer.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from bot.chat.event import Place
from bot.clock import SystemClock
from bot.store import open_store
from bot.store.records import Delivery, DeliveryState
from bot.store.sql import Store
from bot.store.sql.codec import stamp
from tests.builders import listing, paper, runs_of, subscription
from tests.fakes.prefork import ForkedProcess
from tests.fakes.world import launch
from tests.faults.arenas import Arena, arena

RATE = 0.05
PAPERS = 3  # replies under each head
BACKLOG = 60  # posts that wait at least, so that each kill has something to cut
SHORTEST, LONGEST = 0.1, 1.5  # seconds of a life
PATIENCE = 240.0  # seconds that the last life may take to finish
LOOK_UP_MINUTES = 3.0  # half an hour, as much shorter as an attempt is here
MAY_HAVE = "it may have arrived"  # what is told where a platform can't be asked
OPEN = (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.UNSURE)


class Tally(Struct, frozen=True, kw_only=True):
    """What came of it."""

    kills: int
    planned: int
    found: int
    lost: int
    repeated: int
    unknown: int  # given up because nobody can know whether they arrived, and told so
    arrived: int  # of those
    strange: int  # held, but never planned
    longest: float  # seconds that a post was in doubt, and its channel with it
    seconds: float
    missing: tuple[str, ...] = ()  # what is known of the lost ones

    @property
    def clean(self) -> bool:
        return bool(self.planned) and not (self.lost or self.repeated or self.strange)

    def __str__(self) -> str:
        return (
            f"{self.kills:,} kills, {self.planned:,} posts planned, {self.found:,} found,"
            f" {self.lost:,} lost, {self.repeated:,} repeated"
            + f", at most {self.longest:.0f} s in doubt"
            + (f", {self.unknown:,} of unknown outcome, of which {self.arrived:,} had arrived," if self.unknown else "")
            + f" in {self.seconds:,.0f} s"
            + "".join(f"\n  lost: {told}" for told in self.missing)
        )


class Chaos:
    """One workload on one platform."""

    def __init__(
        self,
        home: Path,
        where: Arena,
        *,
        seed: int = 0,
        naive: bool = False,
        processes: int = 1,
        longest: float = LONGEST,
        database: str = "",
    ) -> None:
        """`database`: of PostgreSQL; each process then is a machine of its own, with its own data folder."""
        self._home = home
        self._database = database
        self._arena = where
        self._chance = random.Random(seed)
        self._seed = seed
        self._naive = naive
        self._processes = processes
        self._longest = longest
        self._places: list[Place] = []
        self._feeding = asyncio.Lock()
        self._left, self._end = 0, float("inf")  # kills, and when to stop

    async def run(self, kills: int, *, seconds: float = float("inf")) -> Tally:
        """Kill it so often, or for so long, let it finish, and count."""
        began = time.monotonic()
        self._left, self._end = kills, began + seconds
        await self._arena.start()
        store = await open_store(self._database or self._home / "paperboy.db")
        try:
            await _papers(store)
            await self._arena.faults(RATE, self._seed)
            await asyncio.gather(*(self._lives(store, n) for n in range(self._processes)))
            await self._arena.faults(0.0, self._seed)
            await self._finish(store)
            return await self._count(store, kills - self._left, time.monotonic() - began)
        finally:
            await store.aclose()
            await self._arena.stop()

    async def _lives(self, store: Store, machine: int) -> None:
        """One life of a process after the other, whatever becomes of the other processes."""
        while self._left > 0 and time.monotonic() < self._end:
            self._left -= 1
            async with self._feeding:
                await self._feed(store)
            await self._life(machine)

    async def _feed(self, store: Store) -> None:
        """New channels with a schedule that is due, while too little waits."""
        now = SystemClock().now()
        parts = 1 + PAPERS if self._arena.threads else 1
        while await _waiting(store) + parts * await _unplanned(store, self._places) < BACKLOG:
            place = await self._arena.channel()
            self._places.append(place)
            hour = f"{(now - timedelta(hours=1)):%H:%M}"
            wish = subscription(
                f"s{len(self._places)}",
                place=place,
                schedule=f"daily {hour} UTC",
                count=PAPERS,
                created=now - timedelta(days=1),
            )
            await store.subscriptions.add_subscription(wish)

    async def _life(self, machine: int) -> None:
        """One process from its start to its end."""
        process = await self._start(machine)
        await asyncio.sleep(self._chance.uniform(SHORTEST, self._longest))
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _finish(self, store: Store) -> None:
        """A last life, until nothing waits. Leases and pauses of the lives before it are over by then."""
        sql = """UPDATE outbox SET next_attempt = CASE WHEN next_attempt > ?1 THEN ?1 ELSE next_attempt END,
                 lease = CASE WHEN lease > ?1 THEN ?1 ELSE lease END WHERE state != 'sent'"""
        now = stamp(SystemClock().now())
        await store._engine.write(lambda db: db.execute(sql, (now,)))  # type: ignore[attr-defined]
        process = await self._start()
        end = time.monotonic() + PATIENCE
        while await _waiting(store) or await _unplanned(store, self._places):
            if time.monotonic() > end or (process.returncode is not None and not self._database):
                break
            if (
                process.returncode is not None
            ):  # its connection was cut while it started: what watches it starts it again
                process = await self._start()
            await asyncio.sleep(0.5)
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _start(self, machine: int = 0) -> ForkedProcess:
        home = self._home / f"machine-{machine}" if self._database else self._home
        settings = {
            "PAPERBOY_SEARCH_SEMANTIC": "false",
            "PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false",
            "PAPERBOY_DELIVERY_ATTEMPT_SECONDS": "3",
            "PAPERBOY_DELIVERY_LONGEST_BACK_OFF_SECONDS": "5",
            "PAPERBOY_DELIVERY_BACK_OFF_SECONDS": "0.2",
            "PAPERBOY_DELIVERY_LOOK_UP_MINUTES": str(LOOK_UP_MINUTES),
            **self._arena.environment(),
            "PAPERBOY_STORE_URL": self._database.replace("&application_name=tests", ""),
        }
        null = asyncio.subprocess.DEVNULL
        if self._naive:
            return await launch(home, module="tests.faults.naive", out=null, err=null, **settings)
        return await launch(home, "run", "--role", "deliver", out=null, err=null, **settings)

    async def _count(self, store: Store, kills: int, seconds: float) -> Tally:
        posts = [d for n in range(len(self._places)) for d in await _edition(store, f"s{n + 1}")]
        planned = {d.post.key for d in posts}
        held = await self._arena.held(self._places)
        (self._home / "held.json").write_bytes(msgspec.json.format(msgspec.json.encode(held)))
        unknown = {d.post.key for d in posts if d.state is DeliveryState.DEAD and MAY_HAVE in d.reason}
        lost = [d for d in posts if not held[d.post.key] and d.post.key not in unknown]
        return Tally(
            kills=kills,
            planned=len(planned),
            found=sum(1 for key in planned if held[key]),
            lost=len(lost),
            repeated=sum(1 for key in planned if held[key] > 1),
            unknown=len(unknown),
            arrived=sum(1 for key in unknown if held[key]),
            longest=max(((d.sent - d.tried).total_seconds() for d in posts if d.sent and d.tried), default=0.0),
            strange=sum(Counter({key: n for key, n in held.items() if key not in planned}).values()),
            seconds=seconds,
            missing=tuple(_told(d) for d in lost),
        )


@contextlib.contextmanager
def _home(keep: Path | None, name: str) -> Iterator[Path]:
    """A folder for one workload."""
    with tempfile.TemporaryDirectory() as temporary:
        home = keep / name if keep else Path(temporary)
        home.mkdir(parents=True, exist_ok=True)
        yield home


async def _papers(store: Store) -> None:
    now = SystemClock().now()
    papers = [paper(n, f"A House for Birds, Part {n}", upvotes=n) for n in range(1, PAPERS + 1)]
    await store.papers.add_listings([listing(p, day=now.date() - timedelta(days=1)) for p in papers], now)


async def _waiting(store: Store) -> int:
    states = await store.outbox.count_by_state()
    return sum(states.get(state, 0) for state in OPEN)


async def _unplanned(store: Store, places: Sequence[Place]) -> int:
    ids = [f"s{n + 1}" for n in range(len(places))]
    return len(ids) - len(await store.subscriptions.last_runs(ids))


def _told(delivery: Delivery) -> str:
    post = delivery.post
    tried = f"{delivery.state.value} after {delivery.attempts} attempts"
    return f"{post.key} {post.part} in {post.place}: {tried}, {delivery.reason or 'no reason'}; ref {delivery.ref}"


async def _edition(store: Store, subscription: str) -> Sequence[Delivery]:
    runs = await runs_of(store, subscription)
    return [d for run in runs if run.edition for d in await store.outbox.in_edition(subscription, run.edition)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="for so long, if the kills last")
    parser.add_argument(
        "--platform",
        action="append",
        help="web, mail, slack, discord, slack-limited, discord-limited, discord-forgetful",
    )
    parser.add_argument(
        "--processes", type=int, default=1, help="on one store, each killed and started again by itself"
    )
    parser.add_argument("--longest", type=float, default=LONGEST, help="seconds of a life; more on a busy machine")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--naive", action="store_true", help="a design that sends, then records")
    parser.add_argument("--keep", type=Path, help="a folder for the stores and what the platforms held, to look into")
    given = parser.parse_args()
    clean = True
    for name in given.platform or ["web", "slack", "discord", "mail"]:
        with _home(given.keep, name) as home:
            chaos = Chaos(
                home,
                arena(name, home),
                seed=given.seed,
                naive=given.naive,
                processes=given.processes,
                longest=given.longest,
            )
            tally = asyncio.run(chaos.run(given.kills, seconds=60 * given.minutes))
        print(f"{name:18} {tally}", flush=True)
        clean = clean and tally.clean
    sys.exit(0 if clean or given.naive else 1)


if __name__ == "__main__":
    main()
