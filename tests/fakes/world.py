"""The `paperboy` command, run as people run it, against the fake sources."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).parents[2]


class Ran(Struct):
    """How a command ended."""

    code: int
    out: str
    err: str


async def paperboy(home: Path, *args: str, source: str = "http://127.0.0.1:9", **environment: str) -> Ran:
    """Run the real command; no source can be reached unless one is named."""
    settings = {
        "PATH": os.environ["PATH"],
        "PAPERBOY_HOME": str(home),
        "PAPERBOY_WEB_PORT": "0",
        "HF_ENDPOINT": source,
        "ARXIV_API_URL": "http://127.0.0.1:9/api/query",
        "COLUMNS": "200",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *args,
        cwd=ROOT,
        env=settings | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return Ran(process.returncode or 0, out.decode(), err.decode())
