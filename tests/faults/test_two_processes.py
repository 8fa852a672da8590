"""Two processes on one store, both killed again and again: everything is posted, once, and in order."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.platform import FilePlatform
from tests.fakes.prefork import ForkedProcess
from tests.faults import delivering
from tests.faults.test_delivery import end_of, held, start

SECONDS = float(os.environ.get("PAPERBOY_DEEP") or 8)  # ten minutes: PAPERBOY_DEEP=600


@pytest.mark.slow
@pytest.mark.timeout(SECONDS * 2 + 120)
async def test_both_killed_at_random_they_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    chance, end, kills = random.Random(11), time.monotonic() + SECONDS, 0
    await delivering.plan(tmp_path / "paperboy.db")
    both = [await start(tmp_path, faults=0.05, seed=seed) for seed in (1, 2)]
    for seed in _until(end):
        before, more = held(tmp_path).total(), chance.randrange(7)
        while held(tmp_path).total() < before + more and any(process.returncode is None for process in both):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        which = chance.randrange(2)
        kills += await _kill(both[which])
        both[which] = await start(tmp_path, faults=0.05, seed=seed)
        if all(process.returncode == 0 for process in both):
            break
    for process in both:
        await _kill(process)
    assert await end_of(await start(tmp_path, faults=0.0, seed=0)) == 0
    assert held(tmp_path) == Counter(delivering.keys())
    assert kills > 3
    for channel in range(delivering.CHANNELS):
        keys = [key for key, at, _ in FilePlatform(tmp_path / "platform.txt").held() if at == f"c{channel}"]
        assert keys == [f"{channel}-{part}" for part in range(delivering.PARTS)]


def _until(end: float) -> Iterator[int]:
    seed = 100
    while time.monotonic() < end:
        seed += 1
        yield seed


async def _kill(process: ForkedProcess) -> bool:
    """True when it was still at work."""
    alive = process.returncode is None
    if alive:
        process.kill()
    await process.wait()
    return alive
