"""`make eval` asks once, within its limit, and replays without a key."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.benchmarks import evaluation
from tests.builders import paper
from tests.fakes.anthropic import FakeAnthropic, data_of
from tests.summaries.hostile import hostile

PAPERS = [paper(n) for n in range(1, 6)]
ATTACKS = len(list(hostile()))
FALSE = "Keeps 99% of the rain out of houses for birds in Paris."


def answer(body: dict[str, object]) -> str:
    data = data_of(body)
    if "first" in data:
        return '{"better": "second"}' if data["first"].startswith("Presents") else '{"better": "first"}'
    return FALSE if data["title"].endswith("1") and "refused" not in data else "Keeps rain out of houses for birds."


async def run(*arguments: str) -> None:
    await evaluation.main(("--papers", "5", *arguments), PAPERS)


async def test_answers_are_requested_once_within_a_limit_and_replayed_without_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(evaluation, "POLL_S", 0.05)
    async with FakeAnthropic(answer) as fake:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", fake.url)
        await run("--limit", "0.00001")
        assert not fake.batches
        capsys.readouterr()
        running = asyncio.create_task(run("--judge", "judge-1"))
        while not running.done():
            fake.finish()
            await asyncio.sleep(0.05)
        running.result()
        told = capsys.readouterr().out
        assert f"{5 + ATTACKS} of {5 + ATTACKS} answered" in told
        assert "the model's line is preferred in 5 of 5" in told
        assert len(next(iter(fake.batches.values())).requests) == 5 + ATTACKS
        asked = len(fake.data)
        monkeypatch.delenv("ANTHROPIC_API_KEY")
        await run("--judge", "judge-1")
        assert len(fake.data) == asked
    again = capsys.readouterr().out
    assert told.splitlines() == again.splitlines()[1:]
