"""The real command with Claude on loopback: it asks, writes down what it cost, and tells."""

from __future__ import annotations

import asyncio
import json
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store import open_store
from tests.builders import listing, paper
from tests.fakes.anthropic import FakeAnthropic
from tests.fakes.world import launch, paperboy
from tests.summaries.conftest import true_line

PAPERS = [paper(n) for n in range(1, 4)]


async def seed(home: Path) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - the process has the machine's clock
    store = await open_store(home / "paperboy.db")
    await store.papers.add_listings([listing(one, day=now.date()) for one in PAPERS], now)
    await store.aclose()


async def run_until_asked(home: Path, fake: FakeAnthropic) -> str:
    settings = {
        "PAPERBOY_SEARCH_SEMANTIC": "false",
        "ANTHROPIC_API_KEY": "sk-very-secret",
        "ANTHROPIC_BASE_URL": fake.url,
    }
    process = await launch(home, "run", out=asyncio.subprocess.PIPE, err=asyncio.subprocess.STDOUT, **settings)
    async with asyncio.timeout(60):
        while len(fake.asked) < len(PAPERS):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.1)
        await asyncio.sleep(1.0)
    process.send_signal(signal.SIGTERM)
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


@pytest.mark.slow
async def test_the_command_asks_once_and_tells_what_it_cost(tmp_path: Path) -> None:
    await seed(tmp_path)
    async with FakeAnthropic(true_line) as fake:
        said = await run_until_asked(tmp_path, fake)
    assert len(fake.asked) == len(PAPERS)
    assert "sk-very-secret" not in said
    assert {body["model"] for body in fake.asked} == {"claude-haiku-5-5"}
    store = await open_store(tmp_path / "paperboy.db")
    kept = await store.summaries.for_papers([one.id for one in PAPERS])
    await store.aclose()
    assert all(any(line.provenance == "claude" and not line.failures for line in lines) for lines in kept.values())
    ran = await paperboy(tmp_path, "costs", "--json")
    (row,) = [json.loads(line) for line in ran.out.splitlines()]
    assert (row["requests"], row["model"], row["batch"]) == (3, "claude-haiku-5-5", False)
    table = await paperboy(tmp_path, "costs", PAPERBOY_SUMMARIES_BUDGET_DAY="2")
    assert "claude-haiku-5-5" in table.out
    assert "of 2.00 USD today (0%)." in table.err


NESTS = {"id": "1", "title": "On Nests", "abstract": "Birds get wet. We present a nest whose roof keeps rain out."}
LIE = "Keeps 99% of the rain out of nests for birds."


@pytest.mark.parametrize(
    ("engine", "answers", "provenance", "asked"),
    [
        ("auto", ["Keeps rain out of nests with a roof."], "claude", 1),
        ("auto", [LIE, "Keeps rain out of nests with a roof."], "claude", 2),
        ("auto", [LIE], "extract", 2),
        ("auto", ["401"], "extract", 1),
        ("claude", [LIE], "claude", 2),  # asked for by name, its line comes with what is wrong
        ("extract", [LIE], "extract", 0),
    ],
)
async def test_summaries_of_a_file_are_by_the_engine_asked_for(
    tmp_path: Path, engine: str, answers: list[str], provenance: str, asked: int
) -> None:
    papers, lines = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    papers.write_text(json.dumps(NESTS) + "\n")
    async with FakeAnthropic(*answers) as fake:
        key = {"ANTHROPIC_API_KEY": "sk-very-secret", "ANTHROPIC_BASE_URL": fake.url}
        ran = await paperboy(tmp_path, "summarize", "--in", str(papers), "--out", str(lines), "--engine", engine, **key)
    assert ran.code == 0, ran.err
    line = json.loads(lines.read_text())
    assert (line["provenance"], len(fake.asked)) == (provenance, asked)
    assert bool(line["check"]) == (engine == "claude")
    assert "sk-very-secret" not in ran.out + ran.err


async def test_an_engine_that_fails_is_an_error_where_it_was_asked_for_by_name(tmp_path: Path) -> None:
    papers, lines = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    papers.write_text(json.dumps(NESTS) + "\n")
    async with FakeAnthropic("401") as fake:
        key = {"ANTHROPIC_API_KEY": "sk-very-secret", "ANTHROPIC_BASE_URL": fake.url}
        ran = await paperboy(
            tmp_path, "summarize", "--in", str(papers), "--out", str(lines), "--engine", "claude", **key
        )
    assert ran.code == 1
    assert "rejected the API key" in ran.err


async def test_without_a_key_there_are_no_costs(tmp_path: Path) -> None:
    ran = await paperboy(tmp_path, "costs")
    assert (ran.code, ran.out) == (0, "")
    assert "no API key for Claude" in ran.err


async def test_a_budget_without_a_price_is_refused_at_the_start(tmp_path: Path) -> None:
    ran = await paperboy(
        tmp_path, "run", "--until-idle", PAPERBOY_SUMMARIES_MODEL="x-1", PAPERBOY_SUMMARIES_BUDGET_DAY="1"
    )
    assert ran.code == 2
    assert 'Add [summaries.prices."x-1"]' in ran.err


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [("Shows that a nest of wool keeps 95% of the heat over 40 gardens.", 0, "keeps 95%"), ("404", 1, "doesn't know")],
)
async def test_the_doctor_has_one_summary_written(tmp_path: Path, answer: str, code: int, words: str) -> None:
    async with FakeAnthropic(answer) as fake:
        key = {"ANTHROPIC_API_KEY": "sk-very-secret", "ANTHROPIC_BASE_URL": fake.url}
        off = {"PAPERBOY_SEARCH_SEMANTIC": "false", "PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false"}
        ran = await paperboy(tmp_path, "doctor", **key, **off)
    assert (ran.code, len(fake.asked)) == (code, 1)
    assert words in ran.out
    costs = await paperboy(tmp_path, "costs")
    assert ("Last failure" in costs.err) == (code == 1)


async def test_a_run_that_was_broken_off_goes_on_and_a_refusal_stops_nothing(tmp_path: Path) -> None:
    papers, lines = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    papers.write_text("".join(json.dumps(NESTS | {"id": str(n)}) + "\n" for n in range(1, 5)))
    line = "Keeps rain out of nests with a roof."
    async with FakeAnthropic("refusal", line, "401") as fake:
        key = {"ANTHROPIC_API_KEY": "sk-very-secret", "ANTHROPIC_BASE_URL": fake.url}
        run = ("summarize", "--in", str(papers), "--out", str(lines), "--engine", "claude")
        broken = await paperboy(tmp_path, *run, **key)
        assert (broken.code, lines.exists(), len(fake.asked)) == (1, False, 3)
        part = tmp_path / "out.jsonl.claude.part"
        part.write_bytes(part.read_bytes() + b'{"id": "3", "summ')
        fake.answers = [line]
        limited = await paperboy(tmp_path, *run, **key, PAPERBOY_SUMMARIES_BUDGET_DAY="0.00001")
        assert (limited.code, len(fake.asked)) == (1, 3)
        assert "budget for Claude is used up" in limited.err
        whole = await paperboy(tmp_path, *run, **key)
    assert (whole.code, len(fake.asked), part.exists()) == (0, 5, False)
    written = [json.loads(text) for text in lines.read_text().splitlines()]
    assert [(one["id"], one["summary"]) for one in written] == [("1", ""), ("2", line), ("3", line), ("4", line)]
    assert "refused" in written[0]["check"][0]
    assert '"requests":4' in (await paperboy(tmp_path, "costs", "--json")).out
