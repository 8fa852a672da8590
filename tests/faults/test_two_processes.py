"""Two processes on one store, both killed and started again at random: everything is posted, once, and in order."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.platform import FilePlatform
from tests.faults import delivering
from tests.faults.test_delivery import held, start

SECONDS = float(os.environ.get("PAPERBOY_DEEP") or 12)  # ten minutes: PAPERBOY_DEEP=600


@pytest.mark.slow
@pytest.mark.timeout(SECONDS * 2 + 120)
def test_both_killed_at_random_they_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    chance, end, kills = random.Random(11), time.monotonic() + SECONDS, 0
    asyncio.run(delivering.plan(tmp_path / "paperboy.db"))
    both = [start(tmp_path, faults=0.05, seed=seed) for seed in (1, 2)]
    for seed in _until(end):
        time.sleep(chance.uniform(0.1, 0.5))
        which = chance.randrange(2)
        kills += _kill(both[which])
        both[which] = start(tmp_path, faults=0.05, seed=seed)
        if all(process.poll() == 0 for process in both):
            break
    for process in both:
        _kill(process)
    assert start(tmp_path, faults=0.0, seed=0).wait(timeout=60) == 0
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


def _kill(process: subprocess.Popen[bytes]) -> bool:
    """True when it was still at work."""
    alive = process.poll() is None
    if alive:
        process.send_signal(signal.SIGKILL)
        process.wait()
    return alive
