"""The `paperboy` command, run as people run it, against the fake sources."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

from msgspec import Struct

from tests.fakes.prefork import ForkedProcess, fork


class Ran(Struct):
    """How a command ended."""

    code: int
    out: str
    err: str


NOWHERE = "http://127.0.0.1:9"  # where nobody answers


async def launch(
    home: Path,
    *args: str,
    module: str = "bot",
    stdin: int | None = None,
    out: int | None = None,
    err: int | None = None,
    **environment: str,
) -> ForkedProcess:
    """Start the real command with nothing of this machine's settings; no source can be reached unless one is named."""
    settings = {
        "PATH": os.environ["PATH"],
        "PAPERBOY_HOME": str(home),
        "PAPERBOY_WEB_PORT": "0",
        "PAPERBOY_SITE_PORT": "0",
        "HF_ENDPOINT": NOWHERE,
        "ARXIV_API_URL": f"{NOWHERE}/api/query",
        "ARXIV_TEXT_URL": NOWHERE,
        "COLUMNS": "200",
    }
    return await fork(module, *args, env=settings | environment, stdin=stdin, out=out, err=err)


async def paperboy(home: Path, *args: str, source: str = NOWHERE, **environment: str) -> Ran:
    """Run the real command to its end."""
    pipe = asyncio.subprocess.PIPE
    process = await launch(home, *args, out=pipe, err=pipe, **{"HF_ENDPOINT": source, **environment})
    out, err = await process.communicate()
    return Ran(process.returncode or 0, out.decode(), err.decode())


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
