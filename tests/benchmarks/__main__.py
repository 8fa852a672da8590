"""`make bench`: every figure with a peer in the same run, so that the machine's mood does not matter."""

from __future__ import annotations

import asyncio
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.benchmarks import search
from tests.builders import listing, paper

PEOPLE = 50
COMMANDS = 20  # by each of them
ROOT = Path(__file__).parents[2]
QUERIES = ("hypernetworks", "video generation", "today", "trending week", "reasoning", "help", "agents memory")


def main() -> None:
    """All of it."""
    start_up()
    asyncio.run(chat())
    for size in (10_000, 75_000):
        asyncio.run(search.speed(size))


def start_up() -> None:
    """From `paperboy run` to an answering page, beside Python itself."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import aiohttp.web, numpy"], check=True)
    bare = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as home:
        process, took = _started(home)
        time.sleep(12)  # the shelf is up and embedded
        memory = int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())[1]) / 1024  # type: ignore[index]
        process.terminate()
        process.wait()
    print(
        f"start-up {took:.2f} s ({took / bare:.1f}x importing aiohttp and numpy); {memory:,.0f} MB resident when idle"
    )


def _started(home: str) -> tuple[subprocess.Popen[str], float]:
    environment = os.environ | {
        "PAPERBOY_HOME": home,
        "PAPERBOY_WEB_PORT": "0",
        "PAPERBOY_SITE_PORT": "0",
        "HF_ENDPOINT": "http://127.0.0.1:9",
    }
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    while "http://" not in process.stderr.readline():
        pass
    return process, time.perf_counter() - began


async def chat() -> None:
    """Fifty people ask at once, alone and then while papers come in; the ratio says what the ingest costs them."""
    from tests.platforms.webchat.conftest import running

    with tempfile.TemporaryDirectory() as home:
        async with running(Path(home)) as (app, url):
            alone = await _ask(url)
            _tell("commands, 50 people at once", alone)
            stop = asyncio.Event()

            async def take_in() -> int:
                count = 0
                while not stop.is_set():
                    papers = [listing(paper(f"text:{count + n:016x}", f"Owl {count + n}")) for n in range(200)]
                    await app.store.papers.add_listings(papers, app.clock.now())
                    count += len(papers)
                return count

            taking = asyncio.create_task(take_in())
            busy = await _ask(url)
            stop.set()
            _tell(f"… while {await taking:,} papers come in", busy)
            print(f"  p99 ratio {np.percentile(busy, 99) / np.percentile(alone, 99):.2f}x")
    print(f"  resident memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB, clients included")


async def _ask(url: str) -> list[float]:
    from tests.platforms.webchat.conftest import Browser

    browsers = [Browser(url) for _ in range(PEOPLE)]
    took: list[float] = []

    async def person(number: int, browser: Browser) -> None:
        await browser.open()
        await asyncio.sleep(number / PEOPLE)  # people don't press Enter in the same millisecond
        for n in range(COMMANDS):
            began = time.perf_counter()
            await browser.say(f"/papers {QUERIES[(number + n) % len(QUERIES)]}")
            took.append((time.perf_counter() - began) * 1_000)
            await asyncio.sleep(1.0)

    await asyncio.gather(*(person(number, browser) for number, browser in enumerate(browsers)))
    for browser in browsers:
        await browser.session.close()
    return took


def _tell(what: str, took: list[float]) -> None:
    p50, p99 = np.percentile(took, [50, 99])
    print(f"{what}: {len(took):,} answers, p50 {p50:.1f} ms, p99 {p99:.1f} ms")


if __name__ == "__main__":
    main()
