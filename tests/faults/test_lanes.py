"""What is handed out next, when very much waits: the work for it must not grow with what waits."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from bot.chat.event import Place, Ref
from bot.clock import SystemClock
from bot.delivery.dispatch import Dispatcher
from bot.store.sql import Store
from bot.store.sql.outbox import Outbox
from bot.store.sqlite.engine import SqliteEngine
from tests.builders import NOW, post
from tests.fakes.paced import Pace, Paced

FEW, MANY = 40, 2_000  # channels that wait
STEPS = 10  # of SQLite's machine, counted together


async def _steps_of_a_claim(folder: Path, channels: int) -> int:
    """Steps that SQLite takes to hand out ten posts and to say when the next one is due."""
    engine, count = SqliteEngine(folder / f"{channels}.db"), 0

    def step() -> None:
        nonlocal count
        count += 1

    def watch(db: sqlite3.Connection) -> None:
        db.set_progress_handler(step, STEPS)

    await engine.open()
    outbox = Outbox(engine)
    places = [Place("web", f"t{n % 20}", f"c{n}") for n in range(channels)]
    await outbox.add_posts([post(f"{n}-{m}", place=place) for n, place in enumerate(places) for m in range(2)])
    await engine.write(watch)
    claimed = await outbox.claim_posts(NOW, token="me", lease=timedelta(hours=1), limit=10, platforms=["web"])
    assert len(claimed) == 10
    assert len({delivery.post.place.tenant for delivery in claimed}) == 10
    await engine.read(watch)
    assert await outbox.next_due(["web"]) == NOW
    await engine.aclose()
    return count * STEPS


async def test_a_claim_costs_what_it_hands_out_however_much_waits(tmp_path: Path) -> None:
    few, many = [await _steps_of_a_claim(tmp_path, channels) for channels in (FEW, MANY)]
    assert few > 0
    assert many < 1.2 * few


async def test_under_a_stream_of_new_posts_the_oldest_go_first_and_a_small_tenant_waits_one_turn(store: Store) -> None:
    served = list[datetime]()
    for minute in range(60):
        now = NOW + timedelta(minutes=minute)
        fresh = [post(f"{minute}-{n}", place=Place("web", "big", f"{minute}-{n}"), due=now) for n in range(5)]
        small = [post(f"{minute}-s", place=Place("web", "small", f"s{minute}"), due=now)]
        await store.outbox.add_posts(fresh + small)
        claimed = await store.outbox.claim_posts(now, token="me", lease=timedelta(hours=1), limit=4, platforms=["web"])
        assert f"{minute}-s" in {delivery.post.key for delivery in claimed}
        served += [d.post.due for d in claimed if d.post.place.space == "big"]
        for d in claimed:
            await store.outbox.settle_sent(d.post.key, token="me", ref=Ref(d.post.place, d.post.key), at=now)
    assert served == sorted(served)  # more comes than goes: who came first is served, and nobody is passed


async def test_a_tenant_over_its_limit_is_asked_seldom_and_is_not_slower_for_it(store: Store) -> None:
    """Forty channels: each of them would be refused again and again, if the tenant did not rest as a whole."""
    wall, clock, stop = Paced(channel=Pace(1.0, 3), tenant=Pace(10.0, 10)), SystemClock(), asyncio.Event()
    places = [Place("web", "north", f"c{n}") for n in range(40)]
    await store.outbox.add_posts([post(f"{n}", place=place, due=clock.now()) for n, place in enumerate(places)])
    dispatcher = Dispatcher(store.outbox, {"web": wall}, clock, on_broken=_broken)
    running = asyncio.create_task(dispatcher.run(stop))
    async with asyncio.timeout(30):
        while len(wall.taken) < len(places):  # noqa: ASYNC110 - the platform is no part of Paperboy
            await asyncio.sleep(0.05)
    stop.set()
    await running
    assert wall.refused < len(places) / 2
    assert wall.taken[-1] - wall.taken[0] < 3 * wall.bound(places)


async def _broken(place: Place, why: str) -> None:
    raise AssertionError(why)
