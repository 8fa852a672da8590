"""The OpenAPI document against the real process: schemathesis asks what the document allows, and what it does not.

`PAPERBOY_DEEP=1` asks some two thousand times; otherwise it is some three hundred.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.fakes.world import free_port, launch, paperboy

DEEP = bool(os.environ.get("PAPERBOY_DEEP"))
PHASES = "examples,coverage,fuzzing,stateful" if DEEP else "examples,coverage,fuzzing"


@asynccontextmanager
async def running(home: Path) -> AsyncIterator[str]:
    """Paperboy as people start it, with the sample papers and some papers of the day."""
    port = free_port()
    papers = home / "papers.jsonl"
    lines = [
        {"id": f"2503.{n:05d}", "title": f"Glass birds, part {n}", "abstract": "Birds.", "categories": ["cs.CL"]}
        for n in range(150)
    ]
    home.mkdir()
    papers.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    assert (await paperboy(home, "ingest", str(papers), "--no-vectors")).code == 0
    settings = {"PAPERBOY_SITE_PORT": str(port), "PAPERBOY_SITE_ADDRESS_PER_MINUTE": "1000000"}
    process = await launch(home, "run", err=asyncio.subprocess.DEVNULL, **settings)
    try:
        url = f"http://127.0.0.1:{port}/api/v1"
        await _answers(f"{url}/topics")
        yield url
    finally:
        process.terminate()
        await process.wait()


async def _answers(url: str) -> None:
    async with asyncio.timeout(60), ClientSession() as session:
        while True:
            try:
                async with session.get(url):
                    return
            except OSError:
                await asyncio.sleep(0.2)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    async with running(tmp_path / "home") as url:
        examples = "130" if DEEP else "12"
        process = await asyncio.create_subprocess_exec(
            *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/openapi.json"),
            *("--checks", "all", "--phases", PHASES, "--max-examples", examples, "--seed", "1"),
            *("--no-color", "--generation-database", "none"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told = (await process.communicate())[0].decode()
    assert process.returncode == 0, told
    found = re.search(r"(\d[\d,]*) generated, (\d[\d,]*) passed", told)
    assert found is not None, told
    assert found[1] == found[2]
    assert int(found[1].replace(",", "")) >= (2_000 if DEEP else 250), told
