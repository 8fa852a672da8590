"""Killed at any moment, Paperboy posts everything once."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.chat.event import Place, Ref
from bot.chat.message import Message
from bot.clock import FixedClock, SystemClock
from bot.delivery.dispatch import Dispatcher
from bot.store.records import DeliveryState
from bot.store.sql import Store
from tests.builders import PAPERS, delivery_of, post, subscription
from tests.fakes.notebook import Notebook
from tests.fakes.platform import FilePlatform
from tests.fakes.prefork import ForkedProcess, fork
from tests.faults import delivering


async def start(folder: Path, *, faults: float, seed: int, die_at: str = "-") -> ForkedProcess:
    return await fork("tests.faults.delivering", str(folder), str(faults), str(seed), die_at)


async def end_of(process: ForkedProcess) -> int:
    return await asyncio.wait_for(process.wait(), 60)


def held(folder: Path) -> Counter[str]:
    return Counter(key for key, _, _ in FilePlatform(folder / "platform.txt").held())


@pytest.mark.slow
@pytest.mark.parametrize("faults", [0.0, 0.05])
async def test_kill_9_at_random_moments_loses_nothing_and_repeats_nothing(tmp_path: Path, faults: float) -> None:
    await delivering.plan(tmp_path / "paperboy.db")
    chance, kills = random.Random(7), 0
    deadline = time.monotonic() + 90
    while kills < 12:
        process = await start(tmp_path, faults=faults, seed=kills)
        try:
            if await asyncio.wait_for(process.wait(), 0.05 + chance.random() * 0.4) == 0:
                break
        except TimeoutError:
            process.kill()
            await process.wait()
            kills += 1
        assert time.monotonic() < deadline
    assert await end_of(await start(tmp_path, faults=faults, seed=99)) == 0
    assert held(tmp_path) == Counter(delivering.keys())
    assert kills > 0


@pytest.mark.slow
@pytest.mark.parametrize("step", ["before", "accepted", "finding"])
async def test_death_at_a_step_of_a_delivery_is_made_good(tmp_path: Path, step: str) -> None:
    await delivering.plan(tmp_path / "paperboy.db")
    for seed in range(40):
        if await end_of(await start(tmp_path, faults=0.05, seed=seed, die_at=step)) == 0:
            break
    assert held(tmp_path) == Counter(delivering.keys())
    notified = Counter((tmp_path / "platform.notified").read_text().splitlines())
    assert notified == Counter(f"{key}\tp{key.partition('-')[2]}" for key in sorted(delivering.keys()))


@pytest.mark.slow
async def test_two_processes_on_one_store_share_the_work(tmp_path: Path) -> None:
    await delivering.plan(tmp_path / "paperboy.db")
    both = [await start(tmp_path, faults=0.05, seed=seed) for seed in (1, 2)]
    assert [await end_of(process) for process in both] == [0, 0]
    assert held(tmp_path) == Counter(delivering.keys())


async def test_a_thread_hangs_from_its_head_and_keeps_its_order(tmp_path: Path) -> None:
    await delivering.plan(tmp_path / "paperboy.db")
    wall = FilePlatform(tmp_path / "platform.txt")
    await delivering.deliver(tmp_path / "paperboy.db", wall)
    first = [(key, thread) for key, channel, thread in wall.held() if channel == "c0"]
    assert first == [("0-0", ""), *((f"0-{part}", "0-0") for part in range(1, delivering.PARTS))]


async def test_a_channel_that_is_gone_pauses_its_schedules_and_stops_no_other(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    other = Place("web", "home", "other")
    await store.subscriptions.add_subscription(subscription())
    await store.outbox.add_posts([post("k1"), post("k2", place=other)])
    wall, told = FilePlatform(tmp_path / "platform.txt"), list[tuple[Place, str]]()
    wall.refuse = {PAPERS.channel}

    async def on_broken(place: Place, why: str) -> None:
        told.append((place, why))

    assert await Dispatcher(store.outbox, {"web": wall}, clock, on_broken=on_broken).deliver_due() == 1
    assert told == [(PAPERS, "The channel is gone. Unschedule it.")]
    assert await store.outbox.count_by_state(PAPERS) == {DeliveryState.DEAD: 1}


async def test_a_platform_that_can_not_be_asked_gets_a_gap_and_no_repeat(store: Store, clock: FixedClock) -> None:
    class Mute:
        """Posts, but can't find: an unknown outcome stays unknown."""

        name, limits, posted = "web", FilePlatform.limits, 0

        def text_width(self, run: object) -> int:
            return 0

        async def post(self, place: Place, message: Message, *, key: str) -> Ref:
            self.posted += 1
            raise TimeoutError

        async def aclose(self) -> None: ...

    mute = Mute()
    await store.outbox.add_posts([post("k1")])
    dispatcher = Dispatcher(store.outbox, {"web": mute}, clock, on_broken=_ignore)
    for _ in range(5):
        await dispatcher.deliver_due()
        clock.moment += timedelta(minutes=5)
    assert mute.posted == 1
    delivery = await delivery_of(store, "k1")
    assert delivery is not None
    assert delivery.state is DeliveryState.DEAD
    assert "can't tell whether" in delivery.reason


async def test_a_tenant_that_is_slow_does_not_hold_up_another(store: Store, tmp_path: Path) -> None:
    clock = SystemClock()
    slow = [post(f"slow{n}", place=Place("web", "slow", f"c{n}"), due=clock.now()) for n in range(20)]
    quick = [post(f"quick{n}", place=Place("web", "quick", f"c{n}"), due=clock.now()) for n in range(4)]
    await store.outbox.add_posts([*slow, *quick])
    wall = FilePlatform(tmp_path / "platform.txt")
    wall.slow = {"slow"}
    await Dispatcher(store.outbox, {"web": wall}, clock, on_broken=_ignore).deliver_due()
    order = [key for key, _, _ in wall.held()]
    assert len(order) == 24
    assert max(order.index(f"quick{n}") for n in range(4)) < 5


async def test_a_stop_finishes_what_is_under_way(store: Store, tmp_path: Path) -> None:
    clock = SystemClock()
    await store.outbox.add_posts(
        [post(f"k{n}", place=Place("web", "slow", f"c{n}"), due=clock.now()) for n in range(40)]
    )
    wall = FilePlatform(tmp_path / "platform.txt")
    wall.slow = {"slow"}
    stop = asyncio.Event()
    running = asyncio.create_task(Dispatcher(store.outbox, {"web": wall}, clock, on_broken=_ignore).run(stop))
    await asyncio.sleep(0.3)
    stop.set()
    await asyncio.wait_for(running, 30)
    states = await store.outbox.count_by_state()
    assert DeliveryState.CLAIMED not in states
    assert states[DeliveryState.SENT] == len(wall.held()) > 0


async def test_what_a_stop_cuts_off_is_looked_for_before_it_is_sent_again(store: Store, tmp_path: Path) -> None:
    clock = SystemClock()
    await store.outbox.add_posts([post("k1", due=clock.now())])
    wall = FilePlatform(tmp_path / "platform.txt", faults=0.25, seed=2)  # arrives, and the answer never comes
    stop = asyncio.Event()
    dispatcher = Dispatcher(store.outbox, {"web": wall}, clock, on_broken=_ignore, back_off_s=0.01, grace_s=0.1)
    running = asyncio.create_task(dispatcher.run(stop))
    await asyncio.sleep(0.4)
    stop.set()
    await asyncio.wait_for(running, 30)
    assert await store.outbox.count_by_state() == {DeliveryState.UNSURE: 1}
    calm = FilePlatform(tmp_path / "platform.txt")
    await asyncio.sleep(0.05)
    await Dispatcher(store.outbox, {"web": calm}, clock, on_broken=_ignore).deliver_due()
    assert [key for key, _, _ in calm.held()] == ["k1"]


async def test_a_tenant_that_came_first_and_is_slow_lets_a_late_one_pass(store: Store, tmp_path: Path) -> None:
    clock = SystemClock()
    await store.outbox.add_posts(
        [post(f"big{n}", place=Place("web", "slow", f"c{n}"), due=clock.now()) for n in range(60)]
    )
    wall = FilePlatform(tmp_path / "platform.txt")
    wall.slow = {"slow"}
    stop = asyncio.Event()
    running = asyncio.create_task(Dispatcher(store.outbox, {"web": wall}, clock, on_broken=_ignore).run(stop))
    await asyncio.sleep(0.3)
    await store.outbox.add_posts([post("small", place=Place("web", "quick", "c"), due=clock.now())])
    await asyncio.sleep(1.2)
    stop.set()
    await running
    assert "small" in [key for key, _, _ in wall.held()]


async def _ignore(place: Place, why: str) -> None:
    pass


async def test_each_platform_has_as_much_under_way_in_a_tenant_as_it_takes(store: Store, clock: FixedClock) -> None:
    class Counting(Notebook):
        """Answers late, and notes how many waited at the same time."""

        def __init__(self, name: str, at_once: int) -> None:
            super().__init__(name)
            self.limits = replace(Notebook.limits, max_concurrent_posts=at_once)
            self.waiting = self.most = 0

        async def post(self, place: Place, message: Message, *, key: str) -> Ref:
            self.waiting += 1
            self.most = max(self.most, self.waiting)
            await asyncio.sleep(0.02)
            self.waiting -= 1
            return await super().post(place, message, key=key)

    few, many = Counting("web", 4), Counting("email", 16)
    posts = [post(f"{a.name}{n}", place=Place(a.name, "home", f"c{n}")) for a in (few, many) for n in range(40)]
    await store.outbox.add_posts(posts)
    dispatcher = Dispatcher(store.outbox, {"web": few, "email": many}, clock, on_broken=_nobody)
    assert await dispatcher.deliver_due() == 80
    assert (few.most, many.most) == (4, 16)


async def _nobody(place: Place, why: str) -> None:
    raise AssertionError(why)
