"""A real process that strangers hold on to: chat, site and operations answer others all the same."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.fakes.prefork import ROOT
from tests.fakes.world import NOWHERE, free_port
from tests.http_server.strangers import HALF_A_HEAD

STRANGERS = 1_100
MAX_LOG_BYTES = 20_000


def settings(home: Path, ports: list[int]) -> dict[str, str]:
    chat, site, operations = map(str, ports)
    return {
        "PATH": os.environ["PATH"],
        "PAPERBOY_HOME": str(home),
        "PAPERBOY_WEB_PORT": chat,
        "SITE_PORT": site,
        "PAPERBOY_OPERATIONS_PORT": operations,
        "HF_ENDPOINT": NOWHERE,
        "ARXIV_API_URL": f"{NOWHERE}/api/query",
        "ARXIV_TEXT_URL": NOWHERE,
    }


def few_descriptors() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (1_024, 1_024))


async def status(port: int, path: str) -> int:
    async with asyncio.timeout(5), ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status


async def until_it_answers(ports: list[int]) -> None:
    async with asyncio.timeout(60):
        for port in ports:
            while True:
                try:
                    if await status(port, "/healthz" if port == ports[2] else "/"):
                        break
                except OSError:
                    await asyncio.sleep(0.2)


async def half_open(port: int, source: str) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
    writer.write(HALF_A_HEAD)
    return writer


@pytest.mark.slow
async def test_1100_half_open_requests_each_to_chat_and_site_stop_no_one(tmp_path: Path) -> None:
    ports = [free_port() for _ in range(3)]
    with (tmp_path / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", "-v", cwd=ROOT, env=settings(tmp_path, ports), stdout=log, stderr=log,
            preexec_fn=few_descriptors,
        )  # fmt: skip
        held: list[asyncio.StreamWriter] = []
        try:
            await until_it_answers(ports)
            before = (tmp_path / "log").stat().st_size
            for number in range(STRANGERS):  # from one client at the site, from many at the chat
                held.append(await half_open(ports[1], "127.0.0.1"))
                held.append(await half_open(ports[0], f"127.0.2.{number % 250}"))
            answers = [
                await status(port, path)
                for port, path in zip(ports, ("/", "/", "/healthz"), strict=True)
                for _ in range(6)
            ]
            assert answers == [200] * 18
            assert len(list(Path(f"/proc/{process.pid}/fd").iterdir())) < 900
            assert (tmp_path / "log").stat().st_size - before < MAX_LOG_BYTES
        finally:
            for writer in held:
                writer.transport.abort()
            process.kill()
            await process.wait()
