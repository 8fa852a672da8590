"""A process that delivers what is planned in a store by mail, until nothing is left: made to be killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from adapters.email import make
from adapters.email.events import place
from adapters.email.subscribers import open_subscribers
from adapters.email.subscription_form import SubscriptionRequest
from bot.chat.adapter import Setup
from bot.chat.event import Place
from bot.clock import SystemClock
from bot.store import open_store
from tests.builders import post
from tests.faults.delivering import drain

OPTIONS: dict[str, object] = {
    "host": "127.0.0.1",
    "tls": "none",
    "sender": "papers@example.org",
    "base_url": "https://papers.example.org",
    "listen_port": 0,
    "pace": 0,
    "confirm_seconds": 0.5,
}


async def readers(folder: Path, count: int) -> list[Place]:
    """So many who have confirmed, in seven domains; where each reads."""
    store, clock = await open_store(folder / "paperboy.db"), SystemClock()
    subscribers = open_subscribers(store.key_value("email"), folder, clock)

    async def confirmed(n: int) -> Place:
        asked = await subscribers.add_pending(f"reader{n}@domain{n % 7}.example", SubscriptionRequest())
        assert asked
        await subscribers.confirm(asked)
        await subscribers.delete_all_pending(asked.id)
        return place(asked.id)

    try:
        return await asyncio.gather(*map(confirmed, range(count)))
    finally:
        await store.aclose()


async def plan(folder: Path, readers: int) -> dict[str, str]:
    """Subscribers, and a mail planned for each; their keys by address."""
    store, clock = await open_store(folder / "paperboy.db"), SystemClock()
    subscribers = open_subscribers(store.key_value("email"), folder, clock)
    keys: dict[str, str] = {}
    for n in range(readers):
        asked = await subscribers.add_pending(f"reader{n}@domain{n % 7}.example", SubscriptionRequest())
        assert asked
        await subscribers.confirm(asked)
        await subscribers.delete_all_pending(asked.id)
        keys[asked.pending.address] = f"key-{n}"
        await store.outbox.add_posts([post(f"key-{n}", place=place(asked.id), due=clock.now())])
    await store.aclose()
    return keys


async def deliver(folder: Path, port: int, attempt: float) -> None:
    """As the real process does, with shorter leases."""
    store, clock = await open_store(folder / "paperboy.db"), SystemClock()
    adapter = make(Setup(options=OPTIONS | {"port": port}, storage=store.key_value("email"), home=folder, clock=clock))
    assert adapter is not None
    await drain(store, "email", adapter, attempt_s=attempt, back_off_s=0.05)
    await adapter.aclose()
    await store.aclose()


if __name__ == "__main__":
    asyncio.run(deliver(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
