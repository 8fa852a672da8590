"""How fast the site is: fifty readers of 75,000 papers at once, beside a bare handler in the same run.

    python -m tests.benchmarks.pages [--home FOLDER] [--seconds 60]

The real process on a store of the recorded papers, with the clock set back to the last recorded day so that something
is trending. Each reader keeps a connection and reads a page, thinks for half a second to one, and goes on. Papers and
queries are drawn at random, so most pages have not been asked for before. The same readers then ask a handler that
only says hello: what this machine, this load and the HTTP library cost by themselves.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from aiohttp import ClientSession, TCPConnector, web

from bot.app.adapters import installed
from bot.app.build import open_app
from bot.app.serve import Role, serve
from bot.clock import SystemClock
from bot.config import load
from tests.benchmarks.pages_asked import KINDS, Addresses, fill
from tests.builders import SHARED
from tests.fakes.prefork import ROOT
from tests.fakes.world import NOWHERE, free_port

READERS = 50
THINK = (0.5, 1.0)  # seconds between two pages of a reader
WARM = 10.0  # seconds before anything is counted
LAST = datetime(2026, 5, 29, 12, 0, tzinfo=UTC)  # of the recorded days


class SetBack:
    """The machine's clock, some days ago."""

    def __init__(self) -> None:
        self._by = SystemClock().now() - LAST

    def now(self) -> datetime:
        return SystemClock().now() - self._by

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def measure(url: str, addresses: Addresses, seconds: float) -> dict[str, list[float]]:
    """Milliseconds of each page, by kind; what is read while the process warms up does not count."""
    took: dict[str, list[float]] = defaultdict(list)
    counted_from = time.perf_counter() + WARM
    end = counted_from + seconds

    async def read(session: ClientSession, chance: random.Random) -> None:
        await asyncio.sleep(chance.uniform(0, THINK[1]))
        while time.perf_counter() < end:
            kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
            address = addresses.one(kind, chance)
            began = time.perf_counter()
            async with session.get(f"{url}{address}") as answer:
                await answer.read()
                assert answer.status in {200, 404} and (kind != "newest day" or answer.status == 200), address
            if began > counted_from:
                took[kind].append((time.perf_counter() - began) * 1_000)
            await asyncio.sleep(chance.uniform(*THINK))

    async with ClientSession(connector=TCPConnector(limit=0), auto_decompress=False) as session:
        await asyncio.gather(*(read(session, random.Random(n)) for n in range(READERS)))
    return took


async def bare() -> tuple[web.AppRunner, str]:
    """A handler that does nothing, in a process of its own would cost the same: it runs in this one."""

    async def hello(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = web.Application()
    app.add_routes([web.get("/{any:.*}", hello)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner, f"http://127.0.0.1:{port}"


async def run(home: Path, seconds: float) -> None:
    addresses = await fill(home)
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.pages", "--serve", str(port), "--home", str(home), cwd=ROOT
    )
    url = f"http://127.0.0.1:{port}"
    try:
        await _answers(url)
        before = _processor(process.pid), _waited(process.pid)
        took = await measure(url, addresses, seconds)
        cost = _processor(process.pid) - before[0], _waited(process.pid) - before[1]
    finally:
        process.terminate()
        await process.wait()
    runner, url = await bare()
    base = await measure(url, addresses, min(seconds, 20.0))
    await runner.cleanup()
    _tell(took, [one for times in base.values() for one in times], cost, (WARM + seconds) / seconds)


def _tell(took: Mapping[str, list[float]], base: list[float], cost: tuple[float, float], warm: float) -> None:
    everything = [one for times in took.values() for one in times]
    bare99 = float(np.percentile(base, 99))
    print(f"{READERS} readers, {THINK[0]} to {THINK[1]} s between pages; load {os.getloadavg()[0]:.1f}")
    for kind, times in [*took.items(), ("all pages", everything), ("a bare handler", base)]:
        p50, p99 = np.percentile(times, [50, 99])
        print(
            f"  {kind:20} {len(times):6,} read   p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   {p99 / bare99:5.1f}x bare p99",
            flush=True,
        )
    used, waited = (seconds * 1_000 / len(everything) / warm for seconds in cost)
    print(f"  of the server's time, about, a page read: {used:.1f} ms on a processor, {waited:.1f} ms waiting for one")


def _processor(pid: int) -> float:
    """Seconds of processor time that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _waited(pid: int) -> float:
    """Seconds that its threads were ready to run while other programs had the processors."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text("utf-8").split()[1]) for task in tasks) / 1e9


async def _answers(url: str) -> None:
    end = time.monotonic() + 120
    async with ClientSession() as session:
        while time.monotonic() < end:
            try:
                async with session.get(f"{url}/search?q=hypernetworks") as answer:
                    if answer.status == 200:
                        return
            except OSError:
                await asyncio.sleep(0.3)
    raise AssertionError("the server did not come up")


async def be_served(home: Path, port: int) -> None:
    """The other end: all of Paperboy but the chats, with the clock set back."""
    environment = {
        "PAPERBOY_HOME": str(home),
        "PAPERBOY_WEB_PORT": "0",
        "PAPERBOY_SITE_PORT": str(port),
        "PAPERBOY_WELCOME_CHANNEL": "",
        "HF_ENDPOINT": NOWHERE,
        "ARXIV_API_URL": f"{NOWHERE}/api/query",
    }

    async def ready() -> None:
        print(f"serving on {port}", flush=True)

    async with open_app(load(None, environment, installed()), SetBack()) as app:
        await app.search.load_new_vectors()
        await serve(app, Role.LISTEN, ready=ready, welcomed=lambda found: None)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.pages", description=__doc__)
    parser.add_argument("--home", type=Path, help="keep the store here, and use it again")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(be_served(given.home, given.serve))
    elif not SHARED.exists():
        print("The recorded data (../shared/data) is not here.")
    elif given.home:
        asyncio.run(run(given.home, given.seconds))
    else:
        with tempfile.TemporaryDirectory() as home:
            asyncio.run(run(Path(home), given.seconds))


if __name__ == "__main__":
    main()
