"""The machine misbehaves under a running outbox: it is said, nothing is lost, and it goes on when mended."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from bot.app.health import Health
from bot.chat.event import Place
from bot.clock import FixedClock, SystemClock
from bot.delivery.dispatch import Dispatcher
from bot.errors import StoreError
from bot.store import open_store
from bot.store.records import DeliveryState
from bot.store.sql import Store
from bot.store.sqlite import engine
from bot.tasks import Supervisor
from tests.builders import listing, paper, post
from tests.fakes.platform import FilePlatform
from tests.fakes.prefork import ROOT
from tests.fakes.world import paperboy

HOLD = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
db.execute("ROLLBACK")
"""
FILL = """
import asyncio, resource, sys
from pathlib import Path
from bot.errors import StoreError
from bot.store import open_store
from tests.builders import post
async def main():
    store, kept = await open_store(Path(sys.argv[1])), 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
    try:
        while kept < 5_000:
            kept += await store.outbox.add_posts([post(f"{kept + n}") for n in range(20)])
    except StoreError as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    again = await store.outbox.add_posts([post(f"{n}") for n in range(kept + 20)])
    print(kept, again, sum((await store.outbox.count_by_state()).values()), await store.check(deep=True) or "well")
    await store.aclose()
asyncio.run(main())
"""


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Held by another process."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout and holder.stdin
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.stdin.close()


@asynccontextmanager
async def delivering(store: Store, wall: FilePlatform) -> AsyncIterator[None]:
    """A dispatcher at work, with short leases."""
    stop = asyncio.Event()
    dispatcher = Dispatcher(
        store.outbox, {"web": wall}, SystemClock(), on_broken=_ignore, attempt_s=0.3, back_off_s=0.05
    )
    running = asyncio.create_task(dispatcher.run(stop))
    yield
    stop.set()
    await asyncio.wait_for(running, 30)


async def until_sent(store: Store, count: int) -> None:
    async with asyncio.timeout(30):
        while (await store.outbox.count_by_state()).get(DeliveryState.SENT, 0) < count:  # noqa: ASYNC110 - another thread works on it
            await asyncio.sleep(0.05)


async def test_a_database_that_is_locked_for_long_is_told_and_delivery_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, clock: FixedClock
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.2)
    store, wall = await open_store(tmp_path / "paperboy.db"), FilePlatform(tmp_path / "platform.txt")
    await store.outbox.add_posts([post(f"k{n}", place=Place("web", "home", f"c{n}")) for n in range(3)])
    with caplog.at_level(logging.ERROR):
        with locked(tmp_path / "paperboy.db"):
            async with delivering(store, wall):
                wrong = await Health(store, {}, Supervisor(clock))()
                await asyncio.sleep(1.5)
        assert "Another process is using the database" in wrong["database"]
        assert "no posts can be claimed now" in caplog.text
        assert "Another process is using the database" in caplog.text
    assert wall.held() == []
    async with delivering(store, wall):
        await until_sent(store, 3)
    assert await Health(store, {}, Supervisor(clock))() == {}
    await store.aclose()


async def test_what_was_sent_while_the_database_was_locked_is_found_and_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.2)
    store, wall = await open_store(tmp_path / "paperboy.db"), FilePlatform(tmp_path / "platform.txt")
    wall.slow = {"home"}  # 0.2 s: time to lock the database between claim and settlement
    await store.outbox.add_posts([post("k1"), post("k2")])
    async with delivering(store, wall):
        async with asyncio.timeout(30):
            while not (await store.outbox.count_by_state()).get(DeliveryState.CLAIMED):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        with locked(tmp_path / "paperboy.db"):
            async with asyncio.timeout(30):
                while "could not be stored" not in caplog.text:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        await until_sent(store, 2)
    assert [key for key, _, _ in wall.held()] == ["k1", "k2"]
    await store.aclose()


def test_a_disk_that_fills_up_under_the_outbox_loses_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk's end."""
    ran = subprocess.run(
        [sys.executable, "-c", FILL, str(tmp_path / "x.db")], cwd=ROOT, capture_output=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    said, figures = ran.stdout.decode().splitlines()
    assert said.startswith("The database x.db failed")
    assert "disk" in said
    kept, again, there, state = figures.split()
    assert (int(again), int(there), state) == (20, int(kept) + 20, "well")  # the batch that failed left nothing


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder that nobody can write to, root neither."""
    if os.geteuid() != 0:
        folder.chmod(0o500)
        for file in folder.iterdir():
            file.chmod(0o400)
        yield
        folder.chmod(0o700)
        for file in folder.iterdir():
            file.chmod(0o600)
        return
    bind = [["mount", "--bind", str(folder), str(folder)], ["mount", "-o", "remount,ro,bind", str(folder)]]
    if shutil.which("mount") is None or any(
        subprocess.run(c, check=False, capture_output=True).returncode for c in bind
    ):
        pytest.skip("this machine lets root write everywhere, and nobody mount")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


async def test_a_read_only_folder_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store = await open_store(home / "paperboy.db")
    await store.outbox.add_posts([post("k1", place=Place("web", "home", "papers"))])
    await store.aclose()
    with read_only(home):
        ran = await paperboy(home, "run", "--until-idle")
        assert ran.code == 1
        assert "Error:" in ran.err
        assert "PAPERBOY_HOME" in ran.err or "can't be written" in ran.err
        assert "Traceback" not in ran.err
    ran = await paperboy(home, "run", "--until-idle")
    assert (ran.code, "1 sent" in ran.err) == (0, True), ran.err


async def test_a_full_disk_is_told_at_the_start(tmp_path: Path) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(tmp_path)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        store = await open_store(tmp_path / "home" / "paperboy.db")
        await store.aclose()
        with pytest.raises(OSError, match="space"), (tmp_path / "other").open("wb", buffering=0) as other:
            while True:
                other.write(b"x" * 65_536)
        ran = await paperboy(tmp_path / "home", "search", "owls")
        assert (ran.code, "disk may be full" in " ".join(ran.err.split())) == (1, True), ran.err
        assert "Traceback" not in ran.err
        (tmp_path / "other").unlink()
        assert (await paperboy(tmp_path / "home", "search", "owls")).code == 0
    finally:
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


async def test_damaged_pages_are_told_and_a_backup_brings_everything_back(tmp_path: Path) -> None:
    file, backup = tmp_path / "paperboy.db", tmp_path / "backup.db"
    store = await open_store(file)
    await store.papers.add_listings([listing(paper(n)) for n in range(200)], SystemClock().now())
    await store.outbox.add_posts([post("k1", place=Place("web", "home", "papers"))])
    await store.back_up(backup)
    await store.aclose()
    with file.open("r+b") as pages:
        pages.seek(4_096)
        pages.write(os.urandom(4_096 * 60))
    ran = await paperboy(tmp_path, "run", "--until-idle")
    assert ran.code == 1
    assert "damaged" in ran.err
    assert "paperboy backup" in " ".join(ran.err.split())
    assert "Traceback" not in ran.err
    shutil.copy(backup, file)
    ran = await paperboy(tmp_path, "run", "--until-idle")
    assert (ran.code, "1 sent" in ran.err) == (0, True), ran.err


async def test_damage_under_a_running_dispatcher_stops_no_loop_and_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, clock: FixedClock
) -> None:
    store, wall = await open_store(tmp_path / "paperboy.db"), FilePlatform(tmp_path / "platform.txt")
    await store.outbox.add_posts([post("k1")])
    with sqlite3.connect(tmp_path / "paperboy.db") as raw:
        raw.execute("DROP TABLE shown_papers")
        raw.execute("ALTER TABLE outbox RENAME TO gone")
    raw.close()
    async with delivering(store, wall):
        await asyncio.sleep(0.3)
        assert "no posts can be claimed now" in caplog.text
        with sqlite3.connect(tmp_path / "paperboy.db") as raw:
            raw.execute("ALTER TABLE gone RENAME TO outbox")
        raw.close()
        await until_sent(store, 1)
    with pytest.raises(StoreError, match="shown"):
        await store.outbox.papers_shown_since(post("k1").place, clock.now())
    await store.aclose()


async def _ignore(place: Place, why: str) -> None: ...
