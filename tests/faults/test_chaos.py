"""A hundred kills of the real process, in CI; `make chaos N=1000` is the same for longer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.arenas import arena
from tests.faults.chaos import Chaos

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
