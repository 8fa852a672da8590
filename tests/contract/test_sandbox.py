"""Files from strangers are parsed in a process that can be ended and has no way out."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import pytest

from bot.errors import Malformed
from bot.sources import sandbox
from bot.sources.page import FetchedPage
from bot.sources.sandbox import Sandbox
from bot.sources.source import Batch
from tests.builders import TODAY


def rss(title: str, text: str = "", times: int = 1) -> str:
    entry = f"<item><title>{title}</title><link>http://e.example/1</link><description>{text}</description></item>"
    return f"<rss version='2.0'><channel><title>x</title>{entry * times}</channel></rss>"


ORDINARY = rss("深層学習")
HOSTILE = {
    "nested": "<rss><channel>" + "<a>" * 400_000,
    "attributes": f"<rss><channel><item {' '.join(f'a{n}=1' for n in range(200_000))}/></channel></rss>",
    "latex": rss("t", "$\\frac{" * 2_800, times=20),
    "comments": "<!--" * 500_000,
    "unclosed": "<rss><channel><item><title>" + "<" * 1_000_000,
    "entities": rss("&amp" * 300_000),
}


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    made = Sandbox("feeds")
    yield made
    await made.aclose()


async def parse(box: Sandbox, body: bytes, content_type: str = "application/rss+xml") -> Batch:
    page = FetchedPage(url="http://e.example/feed", body=body, content_type=content_type)
    return await box.parse("feed", page, Batch, day=TODAY, source="feed:x")


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "shift_jis", "utf-16", "euc-jp", "iso-2022-jp"])
async def test_every_usual_charset_is_there_without_opening_files(box: Sandbox, charset: str) -> None:
    found = await parse(box, ORDINARY.encode(charset), f"text/xml; charset={charset}")
    assert [listing.paper.title for listing in found.listings] == ["深層学習"]


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_feed_costs_its_time_and_no_more(
    box: Sandbox, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await parse(box, ORDINARY.encode())
    monkeypatch.setitem(sandbox.MAX_SECONDS, "feed", 3.0)
    began, longest = time.thread_time(), 0.0
    job = asyncio.create_task(parse(box, HOSTILE[name].encode()))
    while not job.done():
        at = time.thread_time()
        await asyncio.sleep(0.01)
        longest = max(longest, time.thread_time() - at)
    assert job.exception() is None or isinstance(job.exception(), Malformed)
    assert longest < 0.3  # seconds of this process in one turn of the loop
    assert time.thread_time() - began < 1.5
    monkeypatch.setitem(sandbox.MAX_SECONDS, "feed", 20.0)
    assert len((await parse(box, ORDINARY.encode())).listings) == 1


async def test_a_fetch_that_is_stopped_ends_its_process_at_once(box: Sandbox) -> None:
    await parse(box, ORDINARY.encode())
    job = asyncio.create_task(parse(box, HOSTILE["nested"].encode()))
    await asyncio.sleep(0.3)
    process = box._process
    assert process is not None
    began = time.monotonic()
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)
    await process.wait()
    assert time.monotonic() - began < 10  # its own limit is 20


async def test_one_process_serves_one_feed_after_another(box: Sandbox) -> None:
    ballast = bytearray(b"x" * 400_000_000)  # Linux counts it as the new process's own
    await parse(box, ORDINARY.encode())
    first = box._process
    del ballast
    with pytest.raises(Malformed, match="isn't an RSS"):
        await parse(box, b"<html>")
    await parse(box, ORDINARY.encode())
    assert box._process is first


SPY = """
import json, sys, socket, subprocess, os
from bot.sources import sandbox_worker
sandbox_worker.preload("feeds")
sandbox_worker.confine()
found = {}
def attempt(name, act):
    try:
        act()
        found[name] = "done"
    except Exception as error:
        found[name] = type(error).__name__
attempt("read a file", lambda: open("/etc/hosts"))
attempt("write a file", lambda: open("/tmp/x", "w"))
attempt("open by number", lambda: os.open("/etc/hosts", os.O_RDONLY))
attempt("connect", lambda: socket.create_connection(("127.0.0.1", 9)))
attempt("a socket", lambda: socket.socket())
attempt("look up", lambda: socket.getaddrinfo("example.org", 80))
attempt("a process", lambda: subprocess.run(["/bin/true"]))
attempt("fork", os.fork)
attempt("a library", lambda: __import__("ctypes").CDLL(None))
print(json.dumps(found))
"""


def test_the_process_can_open_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", SPY], capture_output=True, text=True, check=True, env={})
    found = json.loads(done.stdout)
    assert set(found.values()) <= {"PermissionError", "OSError", "ImportError", "ModuleNotFoundError"}, found
