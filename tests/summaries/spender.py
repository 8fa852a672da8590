"""A process that spends: `python -m tests.summaries.spender DATABASE URL BUDGET KIND LANGUAGES STARTED`.

Its clock runs 40 times as fast as the machine's, from the moment STARTED (seconds since 1970) on.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.config import Price, Summaries
from bot.papers.model import Paper
from bot.store import open_store
from bot.summaries import Budget, SummaryService
from bot.summaries.generation.claude import ClaudeModel
from tests.builders import NOW, paper

HASTE = 40
PAPERS = [paper(n) for n in range(1, 151)]
PRICES = {"claude-haiku-5-5": Price(input=1.0, output=5.0)}


class FastClock:
    """Everyone's clock."""

    def __init__(self, started: float, haste: int = HASTE) -> None:
        self._started = started
        self._haste = haste

    def now(self) -> datetime:
        return NOW.astimezone(UTC) + timedelta(seconds=self._haste * (time.time() - self._started))


async def spend(lines: SummaryService, kind: str, languages: list[str]) -> None:
    for turn in range(25):
        for language in languages:
            if kind == "ask":
                await asyncio.gather(*(_ask(lines, PAPERS[n], f"{language} {turn}") for n in range(1)))
            else:
                await lines.improve(PAPERS, language)
        await asyncio.sleep(1.0 if kind == "batches" else 0.2)


async def _ask(lines: SummaryService, one: Paper, question: str) -> None:
    await lines.answers.of(one, f"What keeps rain out, {question}?", None)


async def main(database: str, url: str, budget: str, kind: str, languages: str, started: str) -> None:
    clock = FastClock(float(started), HASTE if kind == "batches" else 1)
    settings = Summaries(budget_day=float(budget), prices=PRICES, timeout_seconds=60)
    store = await open_store(Path(database))
    model = ClaudeModel("key", settings.model, url, timeout_s=settings.timeout_seconds)
    lines = SummaryService(
        store.summaries,
        writer=model,
        clock=clock,
        budget=Budget(store.costs, settings, clock),
        batch_from=8 if kind == "batches" else 0,
    )
    await spend(lines, kind, languages.split(","))
    await lines.aclose()
    await store.aclose()


if __name__ == "__main__":
    importlib.import_module("anthropic")  # a slow import would take minutes of a fast clock
    asyncio.run(main(*sys.argv[1:]))
