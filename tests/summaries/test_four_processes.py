"""Four processes and one budget: they spend no more than it, and leave less than a third."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from bot.store import open_store
from tests.fakes.anthropic import FakeAnthropic
from tests.fakes.prefork import fork
from tests.summaries.conftest import true_line
from tests.summaries.spender import PRICES, FastClock
from tests.summaries.test_paid_once import charged

BUDGETS = {"singles": 0.015, "batches": 0.02, "languages": 0.04, "ask": 0.05}  # of less money than there is work
FALSE = "Keeps 99% of the rain out of houses for birds in Paris."
ANSWER = '{"found": false, "answer": "", "quote": ""}'


def sometimes_false(body: dict[str, object]) -> str:
    return FALSE if hash(str(body["messages"])) % 3 == 0 else true_line(body)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["batches", "languages"])  # the others on occasion: they take as long
async def test_four_processes_spend_one_budget(tmp_path: Path, kind: str) -> None:
    limit, started = BUDGETS[kind], time.time()
    await (await open_store(tmp_path / "p.db")).aclose()
    languages = "en,de,fr,es" if kind == "languages" else "en"
    async with FakeAnthropic(ANSWER if kind == "ask" else sometimes_false, now=FastClock(started).now) as fake:
        arguments = (str(tmp_path / "p.db"), fake.url, str(limit), kind, languages, str(started))
        environment = os.environ | {"ANTHROPIC_API_KEY": "sk-test"}
        processes = [await fork("tests.summaries.spender", *arguments, env=environment) for _ in range(4)]
        ends = asyncio.gather(*(process.wait() for process in processes))
        while not ends.done():
            fake.finish()
            await asyncio.wait([ends], timeout=0.2)
    assert ends.result() == [0] * 4
    charge = charged(fake, PRICES["claude-haiku-5-5"], batch=kind == "batches")
    assert 2 / 3 * limit < charge <= limit
    print(f"\n{kind}: spent {charge:.4f} of {limit} ({charge / limit:.2f}), {len(fake.generated)} answers")
