"""What is handed out next, when very much waits: the work for it must not grow with what waits."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

from bot.chat.event import Place
from bot.store.sqlite.engine import Engine
from bot.store.sqlite.outbox import SqliteOutbox
from tests.builders import NOW, post

FEW, MANY = 40, 2_000  # channels that wait
STEPS = 10  # of SQLite's machine, counted together


async def _steps_of_a_claim(folder: Path, channels: int) -> int:
    """Steps that SQLite takes to hand out ten posts and to say when the next one is due."""
    engine, count = Engine(folder / f"{channels}.db"), 0

    def step() -> None:
        nonlocal count
        count += 1

    def watch(db: sqlite3.Connection) -> None:
        db.set_progress_handler(step, STEPS)

    await engine.open()
    outbox = SqliteOutbox(engine)
    places = [Place("web", f"t{n % 20}", f"c{n}") for n in range(channels)]
    await outbox.add([post(f"{n}-{m}", place=place) for n, place in enumerate(places) for m in range(2)])
    await engine.write(watch)
    claimed = await outbox.claim(NOW, token="me", lease=timedelta(hours=1), limit=10, platforms=["web"])
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
