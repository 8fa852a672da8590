"""A process that delivers what is planned in a store to a file, until nothing is left: made to be killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from msgspec.structs import replace

from bot.chat.adapter import CanPost
from bot.chat.event import Place
from bot.chat.message import Message
from bot.clock import SystemClock
from bot.delivery.dispatch import Dispatcher
from bot.store import open_store
from bot.store.records import DeliveryState
from bot.store.sql import Store
from tests.fakes.platform import FilePlatform

CHANNELS, PARTS = 6, 9


def keys() -> set[str]:
    """What is planned: a head and its replies in each channel."""
    return {f"{channel}-{part}" for channel in range(CHANNELS) for part in range(PARTS)}


async def plan(database: Path) -> None:
    """Plan all posts."""
    from tests.builders import post

    store = await open_store(database)
    now = SystemClock().now()
    for channel in range(CHANNELS):
        place = Place("web", f"t{channel % 3}", f"c{channel}")
        posts = [
            replace(
                post(f"{channel}-{part}", place=place, parent=f"{channel}-0" if part else "", due=now),
                message=Message(plain="A paper", pings=(f"p{part}",)),
            )
            for part in range(PARTS)
        ]
        await store.outbox.add_posts(posts)
    await store.aclose()


async def deliver(database: Path, platform: FilePlatform) -> None:
    """As the real process does, with shorter leases."""
    store = await open_store(database)
    await drain(store, "web", platform, attempt_s=0.15, back_off_s=0.02)
    await store.aclose()


async def drain(store: Store, name: str, platform: CanPost, *, attempt_s: float, back_off_s: float) -> None:
    """Deliver until nothing waits, whoever else works on the same store."""

    async def on_broken(place: Place, why: str) -> None:
        raise AssertionError(why)

    clock = SystemClock()
    dispatcher = Dispatcher(
        store.outbox, {name: platform}, clock, on_broken=on_broken, attempt_s=attempt_s, back_off_s=back_off_s
    )
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    while set(await store.outbox.count_by_state()) - {DeliveryState.SENT, DeliveryState.DEAD}:  # noqa: ASYNC110 - other processes work on it
        await asyncio.sleep(0.02)
    stop.set()
    await running


if __name__ == "__main__":
    folder, faults, seed, die_at = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    wall = FilePlatform(folder / "platform.txt", faults=faults, seed=seed, die_at=die_at)
    asyncio.run(deliver(folder / "paperboy.db", wall))
