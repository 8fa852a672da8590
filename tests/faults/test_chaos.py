"""A hundred kills of the real process, in CI; `make chaos N=1000` is the same for longer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest

from tests.fakes.postgres import NewDatabase
from tests.faults.arenas import arena
from tests.faults.chaos import Chaos

CUTS = 20
KILLS = {"web": 20, "slack": 30, "discord": 20, "discord-forgetful": 30, "mail": 20}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("platform", KILLS)
async def test_kill_9_while_the_platform_fails_loses_nothing_and_repeats_nothing(platform: str, tmp_path: Path) -> None:
    tally = await Chaos(tmp_path, arena(platform, tmp_path), seed=7).run(KILLS[platform])
    assert tally.clean, str(tally)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_design_that_sends_and_then_records_is_caught(tmp_path: Path) -> None:
    """The test above can fail: it sees what a naive design loses or repeats."""
    tally = await Chaos(tmp_path, arena("slack", tmp_path), seed=7, naive=True).run(12)
    assert tally.lost or tally.repeated, str(tally)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("platform", ["web", "slack", "discord"])
async def test_three_machines_on_one_postgresql_lose_and_repeat_nothing(
    platform: str, tmp_path: Path, new_database: NewDatabase
) -> None:
    """Processes are killed, and their connections to the database are cut."""
    database = new_database()
    ours = f"{database}&application_name=tests"
    chaos = Chaos(tmp_path, arena(platform, tmp_path, ours), seed=7, processes=3, database=ours)
    cutting = asyncio.create_task(_cut_connections(database))
    try:
        tally = await chaos.run(12)
    finally:
        cutting.cancel()
        await asyncio.gather(cutting, return_exceptions=True)
    assert tally.clean, str(tally)


async def _cut_connections(database: str) -> None:
    """End a connection of a random process again and again."""
    sql = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name = 'paperboy' AND datname = current_database() ORDER BY random() LIMIT 1"""
    async with await psycopg.AsyncConnection.connect(database, autocommit=True, application_name="tests") as connection:
        for _ in range(CUTS):  # then they finish: a task that fails again and again waits longer each time
            await connection.execute(sql)
            await asyncio.sleep(0.3)
