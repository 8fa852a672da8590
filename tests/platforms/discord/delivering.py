"""A process that delivers what is planned in a store to a Discord, until nothing is left: made to be killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from msgspec.structs import replace

from adapters.discord import make
from bot.chat.adapter import Setup
from bot.chat.event import Place
from bot.clock import SystemClock
from bot.store import open_store
from tests.builders import post
from tests.faults.delivering import drain

PARTS = 5


async def plan(database: Path, places: list[Place]) -> set[str]:
    """Plan a head and its replies in each channel; their keys."""
    store = await open_store(database)
    now, keys = SystemClock().now(), set[str]()
    for place in places:
        names = [f"{place.channel}-{part}" for part in range(PARTS)]
        await store.outbox.add_posts(
            [post(key, place=place, parent=names[0] if n else "", due=now) for n, key in enumerate(names)]
        )
        keys |= set(names)
    await store.aclose()
    return keys


async def deliver(folder: Path, url: str, token: str) -> None:
    """As the real process does, with shorter leases and no pause between posts."""
    store, clock = await open_store(folder / "paperboy.db"), SystemClock()
    options = {"token": token, "api_url": url}
    adapter = make(Setup(options=options, storage=store.key_value("discord"), home=folder, clock=clock))
    assert adapter is not None
    adapter.limits = replace(adapter.limits, min_interval_s=0.0)  # type: ignore[misc]
    await drain(store, "discord", adapter, attempt_s=0.5, back_off_s=0.05)
    await adapter.aclose()
    await store.aclose()


if __name__ == "__main__":
    asyncio.run(deliver(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
