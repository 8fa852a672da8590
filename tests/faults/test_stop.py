"""SIGTERM during a post: it is finished or handed back in time, and the next start repeats nothing.

And while papers are embedded: what is done is kept, the rest waits for the next start.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.delivery.dispatch import GRACE_S
from bot.store import open_store
from bot.store.records import DeliveryState
from bot.store.sql import Store
from tests.builders import delivery_of, listing, paper, post
from tests.fakes.world import launch
from tests.faults.arenas import SlackArena

POSTS = 3
BACKLOG = 4_000  # papers without a vector: minutes of work
SLOW: dict[str, object] = {"latency": (4.0, 4.0)}  # it takes a post, and answers two seconds later
SILENT: dict[str, object] = {"faults": {"seed": 1, "hang_after": 1.0, "hang": 60.0}}


async def start(home: Path, arena: SlackArena) -> asyncio.subprocess.Process:
    settings = {
        "PAPERBOY_SEARCH_SEMANTIC": "false",
        "PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false",
        "PAPERBOY_DELIVERY_BACK_OFF_SECONDS": "0.2",
        **arena.environment(),
    }
    return await launch(home, "run", "--role", "deliver", err=asyncio.subprocess.PIPE, **settings)


async def states(store: Store) -> Counter[DeliveryState]:
    found = [await delivery_of(store, f"k{n}") for n in range(POSTS)]
    return Counter(delivery.state for delivery in found if delivery)


async def until(store: Store, state: DeliveryState) -> None:
    async with asyncio.timeout(40):
        while (await states(store))[state] < POSTS:  # noqa: ASYNC110 - another process works on it
            await asyncio.sleep(0.1)


@pytest.mark.slow
@pytest.mark.parametrize(("how", "then"), [(SLOW, DeliveryState.SENT), (SILENT, DeliveryState.UNSURE)])
async def test_a_post_under_way_is_finished_or_handed_back_and_never_repeated(
    tmp_path: Path, how: dict[str, object], then: DeliveryState
) -> None:
    arena, store = SlackArena(), await open_store(tmp_path / "paperboy.db")
    await arena.start()
    try:
        places = [await arena.channel() for _ in range(POSTS)]
        await arena.slack.settings(**how)
        await store.outbox.add_posts([post(f"k{n}", place=p, due=SystemClock().now()) for n, p in enumerate(places)])
        process = await start(tmp_path, arena)
        await until(store, DeliveryState.CLAIMED)
        async with asyncio.timeout(30):
            while sum((await arena.held(places)).values()) < POSTS:  # noqa: ASYNC110 - the platform is a process
                await asyncio.sleep(0.1)
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(process.communicate(), GRACE_S + 40)
        assert (process.returncode, "Traceback" in err.decode()) == (0, False), err.decode()
        assert time.monotonic() - asked < GRACE_S + 18  # a busy machine closes slowly
        assert await states(store) == {then: POSTS}
        await arena.slack.settings(faults={"seed": 1}, latency=(0.0, 0.0))
        second = await start(tmp_path, arena)
        await until(store, DeliveryState.SENT)
        second.send_signal(signal.SIGTERM)
        await asyncio.wait_for(second.communicate(), GRACE_S + 40)
        assert await arena.held(places) == Counter({f"k{n}": 1 for n in range(POSTS)})
    finally:
        await store.aclose()
        await arena.stop()


@pytest.mark.slow
async def test_a_back_fill_under_way_does_not_hold_up_a_stop(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "paperboy.db")
    try:
        await store.papers.add_listings([listing(paper(n)) for n in range(1, BACKLOG + 1)], SystemClock().now())
        settings = {"PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false"}
        process = await launch(tmp_path, "run", err=asyncio.subprocess.PIPE, **settings)
        async with asyncio.timeout(60):
            while not await store.vectors.count_by_model():  # noqa: ASYNC110 - another process works on it
                await asyncio.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(process.communicate(), 40)
        assert (process.returncode, "Traceback" in err.decode()) == (0, False), err.decode()
        assert 0 < sum((await store.vectors.count_by_model()).values()) < BACKLOG
    finally:
        await store.aclose()
