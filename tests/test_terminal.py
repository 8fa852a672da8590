"""The terminal, as people and programs use it."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import SHARED, needs_shared
from tests.fakes.papers import entry
from tests.fakes.world import paperboy


def day(folder: Path, name: str, *entries: object) -> Path:
    file = folder / f"{name}.json.gz"
    file.write_bytes(gzip.compress(json.dumps(entries).encode()))
    return file


async def test_ingest_counts_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    file = day(tmp_path, "2025-03-18", entry(1), entry(2), {"paper": {"id": "2503.00003"}})
    first = await paperboy(tmp_path / "home", "ingest", str(file), "--no-vectors", "--json")
    again = await paperboy(tmp_path / "home", "ingest", str(file), "--no-vectors", "--json")
    counts, second = json.loads(first.out), json.loads(again.out)
    assert (counts["new"], counts["rejected"], counts["papers"]) == (2, 1, 2)
    assert counts["reasons"][0]["reason"]
    assert (second["new"], second["changed"], second["unchanged"]) == (0, 0, 2)


async def test_a_broken_file_fails_with_one_line_and_keeps_the_rest(tmp_path: Path) -> None:
    good, bad = day(tmp_path, "2025-03-18", entry(1)), tmp_path / "bad.json"
    bad.write_text("<html>")
    ran = await paperboy(tmp_path / "home", "ingest", str(bad), str(good), "--no-vectors")
    assert ran.code == 1
    assert "bad.json holds HTML" in ran.err
    assert "Traceback" not in ran.err
    assert "1 paper new" in ran.err


async def test_search_and_similar_speak_json_for_programs(tmp_path: Path) -> None:
    file = day(tmp_path, "2025-03-18", entry(1, "Hypernetworks for Birds"), entry(2, "Owls"), entry(3, "Hawks"))
    await paperboy(tmp_path / "home", "ingest", str(file))
    found = await paperboy(tmp_path / "home", "search", "hypernetworks", "--json")
    first = json.loads(found.out.splitlines()[0])
    assert first["id"] == "arxiv:2503.00001"
    assert {"id", "title", "score"} <= set(first)
    near = await paperboy(tmp_path / "home", "similar", "2503.00002", "--json")
    assert "arxiv:2503.00002" not in near.out
    assert near.out


async def test_search_says_why_and_similar_takes_several_papers_or_a_text(tmp_path: Path) -> None:
    file = day(tmp_path, "2025-03-18", entry(1, "Hypernetworks for Birds"), entry(2, "Owls"), entry(3, "Hawks"))
    await paperboy(tmp_path / "home", "ingest", str(file))
    assert "title has “owls”" in (await paperboy(tmp_path / "home", "search", "owls")).out
    near = (await paperboy(tmp_path / "home", "similar", "2503.00002", "2503.00003", "--json")).out
    assert [json.loads(line)["id"] for line in near.splitlines()] == ["arxiv:2503.00001"]
    text = await paperboy(tmp_path / "home", "similar", "--text", "Birds that hunt mice in the night", "--json")
    assert len(text.out.splitlines()) == 3
    assert (await paperboy(tmp_path / "home", "similar")).code == 2


async def test_a_file_of_queries_is_answered_line_by_line(tmp_path: Path) -> None:
    file = day(tmp_path, "2025-03-18", entry(1, "Owls"))
    queries = tmp_path / "queries.jsonl"
    queries.write_text('{"id": "q1", "text": "owls"}\n{"id": 2, "text": ""}\n')
    await paperboy(tmp_path / "home", "ingest", str(file), "--no-vectors")
    ran = await paperboy(tmp_path / "home", "search", "--queries", str(queries), "--mode", "keyword", "--json")
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert [answer["query_id"] for answer in answers] == ["q1", 2]
    assert answers[0]["results"][0]["id"] == "arxiv:2503.00001"


async def test_summaries_carry_their_origin_and_check(tmp_path: Path) -> None:
    papers, lines = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    abstract = "Birds get wet. We present a nest with a roof that keeps rain out in all seasons."
    papers.write_text(json.dumps({"id": "1", "title": "On Nests", "abstract": abstract}) + "\n")
    ran = await paperboy(
        tmp_path / "home", "summarize", "--in", str(papers), "--out", str(lines), "--engine", "extract"
    )
    assert ran.code == 0
    line = json.loads(lines.read_text())
    assert set(line) == {"id", "summary", "provenance", "check"}
    assert (line["provenance"], line["check"]) == ("extract", [])
    assert "roof" in line["summary"]


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["search"], 2, "Give a QUERY"),
        (["run", "--now", "2025-03-18"], 2, "--until-idle"),
        (["run", "--until-idle", "--now", "soon"], 2, "isn't a date and time"),
        (["ingest", "/nowhere/at/all"], 2, "does not exist"),
        (["why", "papers"], 1, "not a place"),
        (["similar", "2405.99999"], 1, "don't know the paper"),
        (["summarize", "--in", "LICENSE", "--out", "/dev/null", "--engine", "claude"], 2, "no API key"),
        (["run", "--config", "/nowhere.toml"], 2, "settings file /nowhere.toml doesn't exist"),
        (["nonsense"], 2, "No such command"),
    ],
)
async def test_wrong_calls_end_with_one_reason(tmp_path: Path, args: list[str], code: int, told: str) -> None:
    ran = await paperboy(tmp_path / "home", *args)
    assert ran.code == code
    assert told in ran.err
    assert "Traceback" not in ran.err


async def test_a_mistyped_setting_is_answered_with_the_nearest(tmp_path: Path) -> None:
    ran = await paperboy(tmp_path, "doctor", PAPERBOY_SEARCH_THREDS="2")
    assert ran.code == 2
    assert "did you mean 'threads'" in ran.err


async def test_doctor_and_plan_and_why_tell_what_is(tmp_path: Path) -> None:
    ran = await paperboy(tmp_path, "doctor")
    assert ran.code == 0
    assert "can't be reached" in ran.out
    assert "web: browser chat" in ran.out
    assert "Nothing is scheduled" in (await paperboy(tmp_path, "plan")).err


@pytest.mark.parametrize(
    ("phrase", "code", "reading"),
    [
        ("weekdays 9am berlin", 0, {"kept": True, "schedule": "weekdays 09:00 Europe/Berlin", "zone": "Europe/Berlin"}),
        ("daily 9am diffusion models top 5", 0, {"kept": False, "topic": "diffusion models", "zone": "UTC"}),
        ("daily 9am IST", 0, {"kept": False, "schedule": None, "refused": None}),
        ("in 2 hours", 1, {"kept": False, "schedule": None, "asks": None}),
    ],
)
async def test_when_says_how_a_schedule_is_read(
    tmp_path: Path, phrase: str, code: int, reading: dict[str, object]
) -> None:
    ran = await paperboy(tmp_path, "when", phrase, "--json")
    found = json.loads(ran.out)
    assert ran.code == code
    assert set(found) == {"kept", "schedule", "zone", "topic", "next", "asks", "refused"}
    assert {name: found[name] for name in reading} == reading
    assert bool(found["asks"]) == ("IST" in phrase)
    assert bool(found["refused"]) == bool(code)
    assert len(found["next"]) == (3 if found["schedule"] else 0)
    told = await paperboy(tmp_path, "when", *phrase.split())
    assert told.code == code
    assert (found["schedule"] or "Which time zone" if not code else "I can't read") in told.out + told.err


async def test_json_lines_are_known_by_what_is_in_the_file(tmp_path: Path) -> None:
    papers = tmp_path / "papers.in"
    papers.write_text(json.dumps({"id": "2402.00001", "title": "Owls", "abstract": "Owls sleep."}) + "\n")
    assert "1 paper new" in (await paperboy(tmp_path / "home", "ingest", str(papers), "--no-vectors")).err
    out = tmp_path / "out"
    ran = await paperboy(tmp_path / "home", "summarize", "--in", str(papers), "--out", str(out), "--engine", "extract")
    assert "1 paper summarized" in ran.err


async def test_a_backup_can_be_started_from(tmp_path: Path) -> None:
    file = day(tmp_path, "2025-03-18", entry(1))
    await paperboy(tmp_path / "home", "ingest", str(file), "--no-vectors")
    copy = tmp_path / "copy" / "paperboy.db"
    assert (await paperboy(tmp_path / "home", "backup", str(copy))).code == 0
    found = await paperboy(tmp_path / "copy", "search", "house", "--json")
    assert "2503.00001" in found.out


async def test_the_database_is_its_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert "other users" not in (await paperboy(home, "doctor")).out
    assert (home / "paperboy.db").stat().st_mode & 0o077 == 0
    home.chmod(0o755)
    assert f"chmod 700 {home}" in (await paperboy(home, "doctor")).out


@needs_shared
async def test_recorded_searches_bring_643_papers_and_hypernetworks_first(tmp_path: Path) -> None:
    file = str(SHARED / "hf-searches" / "searches.json")
    counts = json.loads((await paperboy(tmp_path, "ingest", file, "--no-vectors", "--json")).out)
    assert (counts["papers"], counts["new"], counts["new"] + counts["unchanged"]) == (643, 643, 788)
    ran = await paperboy(tmp_path, "search", "hypernetworks", "--json", "--limit", "5")
    titles = [json.loads(line)["title"].casefold() for line in ran.out.splitlines()]
    assert "hypernetwork" in titles[0]


@pytest.mark.slow
def test_no_library_keeps_an_identifier_of_this_machine_or_reports_what_it_does(tmp_path: Path) -> None:
    """ONNX Runtime does both by default, from a folder in the user's cache."""
    (user := tmp_path / "user").mkdir()
    environment = os.environ | {"HOME": str(user), "PAPERBOY_HOME": str(tmp_path / "home")}
    environment.pop("XDG_CACHE_HOME", None)
    code = (
        "import asyncio; from bot.search import open_embedder; asyncio.run(open_embedder('', 1).embed_query('graphs'))"
    )
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)
    assert list(user.rglob("*")) == []
