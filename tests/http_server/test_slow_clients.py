"""Strangers who hold connections open: others are answered all the same, and nothing stays open."""

from __future__ import annotations

import asyncio
import logging
import sys
import textwrap
import time
from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector, web
from yarl import URL

from bot.http_server import ConnectionLimits
from bot.http_server.server import ACCEPT_FAILED, AcceptErrorLog
from bot.metrics import REGISTRY
from tests.fakes.prefork import ROOT
from tests.http_server.strangers import HALF_A_HEAD, Stranger, serving

ESTABLISHED = "01"  # as /proc/net/tcp writes the state


async def ask(url: str, source: str = "127.0.0.1") -> int:
    """The status that an honest client gets on a new connection within two seconds."""
    async with (
        asyncio.timeout(2),
        ClientSession(connector=TCPConnector(local_addr=(source, 0))) as session,
        session.get(url) as answer,
    ):
        return answer.status


def closed(reason: str) -> float:
    return REGISTRY.get_sample_value("paperboy_http_closed_connections_total", {"reason": reason}) or 0.0


def open_connections(url: str) -> int:
    """Connections that the server holds, as the kernel sees them."""
    port = f"{URL(url).port:04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    return sum(row[1].endswith(f":{port}") and row[3] == ESTABLISHED for row in rows)


async def settled_connections(url: str) -> int:
    """Connections that the server holds, once the kernel has taken note of those that just ended."""
    counts = [open_connections(url)]
    while len(counts) < 3 or len(set(counts[-3:])) > 1:
        await asyncio.sleep(0.05)
        counts.append(open_connections(url))
    return counts[-1]


async def half_open(url: str, count: int, source: str = "127.0.0.1") -> list[Stranger]:
    found: list[Stranger] = []
    while len(found) < count:
        found += await asyncio.gather(*(Stranger.connect(url, source) for _ in range(min(100, count - len(found)))))
    for stranger in found:
        stranger.send(HALF_A_HEAD)
    await asyncio.sleep(0.2)
    return found


async def test_1100_half_open_requests_of_one_client_stop_nobody_and_are_closed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    limits, full, slow = ConnectionLimits(per_client=200, head_s=3.0), closed("full"), closed("slow")
    async with serving(limits) as server:
        strangers = await half_open(server.url, 1_100)
        assert await settled_connections(server.url) == 200
        assert [await ask(server.url) for _ in range(18)] == [200] * 18  # from the very same address
        assert await ask(server.url, "127.0.0.2") == 200
        dripped = time.monotonic()
        for stranger in strangers:
            stranger.send(b"a")  # a byte now and then buys no time
        assert all(await asyncio.gather(*(stranger.is_closed(20) for stranger in strangers)))
        assert time.monotonic() - dripped < 15
        assert await settled_connections(server.url) == 0
    assert closed("full") - full >= 900
    assert 180 <= closed("slow") - slow <= 200
    assert caplog.text == ""


async def test_a_full_server_closes_who_waits_longest_and_never_who_is_being_answered() -> None:
    release = asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        await release.wait()
        return web.Response(text="at last")

    async with serving(ConnectionLimits(total=20, per_client=10), slow=slow) as server:
        working = await Stranger.connect(server.url)
        working.send(b"GET /slow HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        waiting = [*await half_open(server.url, 9), *await half_open(server.url, 10, "127.0.0.2")]
        assert await ask(server.url, "127.0.0.3") == 200
        assert [await stranger.is_closed(0.05) for stranger in waiting] == [True] + [False] * 18
        release.set()
        assert "at last" in await working.answer()
        for stranger in waiting:
            stranger.leave()


async def test_requests_whose_bodies_do_not_come_leave_room_for_others() -> None:
    async with serving(ConnectionLimits(total=20, per_client=10)) as server:
        for number in range(60):
            stranger = await Stranger.connect(server.url, f"127.0.0.{2 + number // 10}")
            stranger.send(b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nhalf")
        await asyncio.sleep(0.2)
        assert [await ask(server.url) for _ in range(5)] == [200] * 5
        assert await settled_connections(server.url) <= 20


async def test_a_client_whose_connections_are_all_being_answered_gets_no_more_and_others_do() -> None:
    release = asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        await release.wait()
        return web.Response()

    async with serving(ConnectionLimits(per_client=5), slow=slow) as server:
        strangers = [await Stranger.connect(server.url) for _ in range(5)]
        for stranger in strangers:
            stranger.send(b"GET /slow HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        await asyncio.sleep(0.1)
        assert await (await Stranger.connect(server.url)).is_closed(1)
        assert await ask(server.url, "127.0.0.2") == 200
        release.set()


async def test_an_answer_that_nobody_takes_is_given_up() -> None:
    async def large(request: web.Request) -> web.Response:
        return web.Response(body=bytes(20_000_000))

    async with serving(ConnectionLimits(idle_s=1.0), large=large) as server:
        stranger = await Stranger.connect(server.url)
        stranger.send(b"GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        stranger.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(0.3)
        assert await settled_connections(server.url) == 1
        await asyncio.sleep(2.5)
        assert await settled_connections(server.url) == 0
        stranger.leave()


async def test_a_kept_connection_may_rest_longer_than_a_half_sent_request() -> None:
    async with serving(ConnectionLimits(head_s=1.0, idle_s=5.0)) as server:
        stranger = await Stranger.connect(server.url)
        stranger.send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert not await stranger.is_closed(2.5)
        stranger.send(HALF_A_HEAD)
        assert await stranger.is_closed(2.5)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [("application/x-www-form-urlencoded", 408), ("text/plain", 408), ("multipart/form-data; boundary=x", 415)],
)
async def test_a_body_that_does_not_come_is_not_waited_for(
    caplog: pytest.LogCaptureFixture, content_type: str, status: int
) -> None:
    head = f"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\nContent-Type: {content_type}\r\n\r\n--x"
    async with serving(ConnectionLimits(body_s=0.5)) as server:
        stranger = await Stranger.connect(server.url)
        stranger.send(head.encode())
        assert (await stranger.answer()).startswith(f"HTTP/1.1 {status} ")
    assert caplog.text == ""


def test_a_refused_accept_is_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.new_event_loop()
    handler = AcceptErrorLog()
    for _ in range(1_000):
        handler(loop, {"message": ACCEPT_FAILED, "exception": OSError(24, "Too many open files")})
    loop.close()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


SMALL_PROCESS = """
import asyncio, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400))
from aiohttp import web
from bot.http_server import Boundary, ConnectionLimits, HttpServer

async def main():
    servers = []
    for name in ("open to strangers", "for operators"):
        app = web.Application()
        async def hello(request):
            return web.Response(text="hello")
        app.add_routes([web.get("/", hello)])
        servers.append(HttpServer(name, app, Boundary(), ConnectionLimits(proxied=True)))
        print(await servers[-1].start("127.0.0.1", 0, setting="PORT"), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


FULL_PROCESS = """
import asyncio, os, resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))
from aiohttp import web
from bot.http_server import Boundary, HttpServer

async def main():
    app = web.Application()
    async def hello(request):
        return web.Response(text="hello")
    app.add_routes([web.get("/", hello)])
    print(await HttpServer("the test", app, Boundary()).start("127.0.0.1", 0, setting="PORT"), flush=True)
    taken = []
    while True:
        try:
            taken.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            break
    await asyncio.sleep(6)
    for one in taken:
        os.close(one)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_process_without_descriptors_says_so_in_one_line_and_answers_when_it_has_some() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FULL_PROCESS, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout and process.stderr
    try:
        url = (await process.stdout.readline()).decode().strip()
        await asyncio.sleep(0.5)
        await half_open(url, 100)
        async with asyncio.timeout(30):
            while True:
                try:
                    assert await ask(url) == 200
                    break
                except TimeoutError:
                    continue
    finally:
        process.kill()
        _, errors = await process.communicate()
    assert errors.count(b"connections are refused") == 1
    assert b"Traceback" not in errors
    assert len(errors) < 500


async def test_where_the_system_grants_400_descriptors_both_servers_still_answer() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        textwrap.dedent(SMALL_PROCESS),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    try:
        public, operations = [(await process.stdout.readline()).decode().strip() for _ in range(2)]
        strangers = await half_open(public, 1_100)
        assert [await ask(operations) for _ in range(5)] == [200] * 5
        assert [await ask(public) for _ in range(5)] == [200] * 5
        for stranger in strangers:
            stranger.leave()
    finally:
        process.kill()
        _, said = await process.communicate()
    assert said == b""
