"""An edition to many readers, through the outbox, by processes that are killed: each mail once, or told as a gap."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from adapters.email.sending.adapter import MAX_MAILS_AT_ONCE
from bot.store import open_store
from bot.store.records import DeliveryState
from tests.builders import delivery_of
from tests.fakes.mail import FakeMail
from tests.fakes.prefork import DEVNULL, ForkedProcess, fork
from tests.platforms.email.delivering import plan

KILLS = int(os.environ.get("EMAIL_KILLS", "6"))


async def start(folder: Path, port: int, *, attempt: float = 0.5) -> ForkedProcess:
    """`attempt`: seconds a mail may take; a lease, after which a killed process is not waited for, is four of them."""
    return await fork("tests.platforms.email.delivering", str(folder), str(port), str(attempt), err=DEVNULL)


async def once(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110 - another process works on it
            await asyncio.sleep(0.01)


@pytest.mark.slow
async def test_two_processes_send_each_mail_once(tmp_path: Path, server: FakeMail) -> None:
    keys = await plan(tmp_path, 200)
    server.slow = lambda: random.uniform(0, 0.01)
    both = [await start(tmp_path, server.port, attempt=10) for _ in range(2)]
    assert [await child.wait() for child in both] == [0, 0]
    assert server.by_reader == Counter(keys.keys())


@pytest.mark.slow
async def test_killed_at_any_moment_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path, server: FakeMail) -> None:
    keys = await plan(tmp_path, KILLS * 40)
    server.slow = lambda: random.uniform(0, 0.02)
    for _ in range(KILLS):
        before = len(server.received)
        child = await start(tmp_path, server.port)
        await once(lambda b=before, c=child: _moved(server, b, c))  # type: ignore[misc]
        await asyncio.sleep(random.uniform(0, 0.15))
        if child.returncode is None:
            child.send_signal(signal.SIGKILL)
        await child.wait()
    last = await start(tmp_path, server.port)
    assert await last.wait() == 0
    await _settled(tmp_path, keys, server)


async def _moved(server: FakeMail, before: int, child: ForkedProcess) -> bool:
    return len(server.received) > before or child.returncode is not None


async def _settled(folder: Path, keys: dict[str, str], server: FakeMail) -> None:
    """Every mail was sent once, or nobody can know and it is told so."""
    store = await open_store(folder / "paperboy.db")
    counts, gaps, arrived = server.by_reader, 0, 0
    for address, key in keys.items():
        delivery = await delivery_of(store, key)
        assert delivery
        if delivery.state is DeliveryState.SENT:
            assert counts[address] == 1
        else:
            assert delivery.state is DeliveryState.DEAD
            assert "may have arrived" in delivery.reason
            assert counts[address] <= 1
            gaps, arrived = gaps + 1, arrived + counts[address]
    print(f"{len(keys)} mails, {KILLS} kills: {gaps} in doubt, of which {arrived} had arrived")
    assert gaps <= KILLS * MAX_MAILS_AT_ONCE
    await store.aclose()
