"""What happens to the database when the machine misbehaves: a clear error, and nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store import open_store
from tests.builders import NOW, listing, paper

ROOT = Path(__file__).parents[2]
OPENER = "import asyncio, sys; from pathlib import Path; from bot.store import open_store\nasync def main():\n"
KEEP = """
    store = await open_store(Path(sys.argv[1]))
    from tests.builders import *
    n = 0
    while True:
        await store.papers.add_listings([listing(paper(f"text:{n * 50 + k:016x}")) for k in range(50)], NOW)
        n += 1
        print(n * 50, flush=True)
asyncio.run(main())
"""
OPEN = "    await (await open_store(Path(sys.argv[1]))).aclose()\nasyncio.run(main())\n"


async def test_six_processes_can_make_the_database_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENER + OPEN, str(tmp_path / "x.db")]
    started = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(6)]
    assert [process.wait(timeout=60) for process in started] == [0] * 6
    for process in started:
        assert process.stderr is not None
        process.stderr.close()


async def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENER + KEEP, str(tmp_path / "x.db")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    acknowledged = 0
    for line in process.stdout:
        acknowledged = int(line)
        if acknowledged >= 1_000:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait()
    process.stdout.close()
    store = await open_store(tmp_path / "x.db")
    assert await store.papers.count_papers() >= acknowledged
    assert await store.check(deep=True) == ""
    await store.aclose()


async def test_a_read_is_answered_while_much_is_written(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "x.db")
    writing = asyncio.create_task(
        store.papers.add_listings([listing(paper(f"text:{n:016x}")) for n in range(8_000)], NOW)
    )
    await asyncio.sleep(0.05)
    assert await asyncio.wait_for(store.papers.count_papers(), 1) == 0
    assert not writing.done()
    await writing
    await store.aclose()


async def test_a_closed_database_is_one_file(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "x.db")
    await store.papers.add_listings([listing(paper(1))], NOW)
    await store.papers.count_papers()
    await store.aclose()
    assert [file.name for file in tmp_path.iterdir()] == ["x.db"]


async def test_a_file_that_is_no_database_is_left_alone_and_told(tmp_path: Path) -> None:
    file = tmp_path / "letter.db"
    file.write_text("Dear diary, " * 1_000)
    with pytest.raises(StoreError, match="PAPERBOY_HOME"):
        await open_store(file)
    assert file.read_text().startswith("Dear diary")


async def test_damage_is_found_and_said(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "x.db")
    await store.papers.add_listings([listing(paper(n)) for n in range(400)], NOW)
    await store.aclose()
    with (tmp_path / "x.db").open("r+b") as file:
        file.seek(4_096 * 30)
        file.write(b"ruin" * 8_192)
    ruined = await open_store(tmp_path / "x.db")
    assert "damaged" in await ruined.check(deep=True)
    await ruined.aclose()


async def test_a_database_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "x.db")
    await store.aclose()
    with sqlite3.connect(tmp_path / "x.db") as raw:
        raw.execute("INSERT INTO _sqlite_migrations(migration_set, name, applied_at) VALUES ('paperboy', 'm999', 'x')")
    raw.close()
    with pytest.raises(StoreError, match="newer Paperboy"):
        await open_store(tmp_path / "x.db")


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("mount") is None, reason="needs root, to make a disk small enough to fill"
)
async def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(disk)], check=False).returncode:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        store = await open_store(disk / "x.db")
        kept = 0
        with pytest.raises(StoreError, match="disk is full"):
            while kept < 50_000:
                await store.papers.add_listings([listing(paper(f"text:{kept + n:016x}")) for n in range(100)], NOW)
                kept += 100
        assert await store.papers.count_papers() == kept
        await store.aclose()
    finally:
        subprocess.run(["umount", str(disk)], check=True)
