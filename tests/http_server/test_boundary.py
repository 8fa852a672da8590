"""Whatever a stranger sends, there is an answer with the same headers, and never a traceback."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter

import pytest
from aiohttp import ClientSession, web

from bot.errors import StoreError
from bot.http_server import Boundary, ConnectionLimits, own_hosts
from bot.http_server.headers import SECURITY_HEADERS
from tests.http_server.strangers import Stranger, serving

RUBBISH = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50) + b"\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(200)) + b"\r\n",
    b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
)


@pytest.mark.parametrize("rubbish", RUBBISH, ids=range(len(RUBBISH)))
async def test_what_is_no_http_gets_400_with_the_usual_headers(
    rubbish: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving() as server:
        stranger = await Stranger.connect(server.url)
        stranger.send(rubbish)
        head = (await stranger.answer()).partition("\r\n\r\n")[0]
        assert head.startswith("HTTP/1.1 400 Bad Request\r\n")
        assert all(f"{name}: {value}" in head for name, value in SECURITY_HEADERS.items())
        assert "\r\nServer:" not in head
    assert [record for record in caplog.records if record.levelno >= logging.INFO] == []


@pytest.mark.parametrize(
    "body",
    [
        b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nhalf",
        b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
        b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
        b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        b"POST /form HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 90\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\nContent-Dis",
    ],
    ids=["short", "broken chunk", "no chunk", "no gzip", "multipart"],
)
async def test_a_hundred_broken_off_bodies_leave_no_line_in_the_log(
    body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def form(request: web.Request) -> web.Response:
        return web.json_response(dict(await request.post()))

    async with serving(form=form) as server:
        for _ in range(100):
            stranger = await Stranger.connect(server.url)
            stranger.send(body)
            await stranger.writer.drain()
            await asyncio.sleep(0)
            stranger.leave()
        await asyncio.sleep(0.3)
    assert [record for record in caplog.records if record.levelno >= logging.INFO] == []


async def test_a_fault_of_ours_is_a_500_with_one_traceback_and_a_known_one_a_503_with_a_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(request: web.Request) -> web.Response:
        raise ZeroDivisionError

    async def store(request: web.Request) -> web.Response:
        raise StoreError("The database is locked.", "Wait.")

    async with serving(broken=broken, store=store) as server, ClientSession() as session:
        async with session.get(f"{server.url}/broken") as answer:
            assert (answer.status, await answer.text()) == (500, "Internal Server Error.\n")
        async with session.get(f"{server.url}/store") as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "60")
    broken_line, store_line = caplog.records
    assert (broken_line.getMessage(), bool(broken_line.exc_info)) == ("GET /broken failed", True)
    assert (store_line.getMessage(), store_line.exc_info) == ("GET /store failed: The database is locked. Wait.", None)


@pytest.mark.parametrize("path", ["/", "/nowhere", "/stream", "/moved", "/own"])
async def test_every_answer_has_the_same_headers_and_names_no_software(path: str) -> None:
    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"a")
        return response

    async def moved(request: web.Request) -> web.Response:
        raise web.HTTPFound("/")

    async def own(request: web.Request) -> web.Response:
        return web.Response(headers={"Content-Security-Policy": "default-src 'none'"})

    boundary = Boundary(https=True, headers={"Referrer-Policy": "no-referrer"})
    async with (
        serving(boundary=boundary, stream=stream, moved=moved, own=own) as server,
        ClientSession() as session,
        session.get(f"{server.url}{path}", allow_redirects=False) as answer,
    ):
        headers = answer.headers
    expected = {**SECURITY_HEADERS, "Referrer-Policy": "no-referrer", "Strict-Transport-Security": "max-age=31536000"}
    if path == "/own":
        expected["Content-Security-Policy"] = "default-src 'none'"
    assert {name: headers.get(name) for name in expected} == expected
    assert "Server" not in headers


async def test_an_address_that_takes_other_methods_says_which() -> None:
    async with serving() as server, ClientSession() as session, session.put(server.url) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET,HEAD")


async def test_only_its_own_names_are_answered_to() -> None:
    boundary = Boundary(hosts=own_hosts("127.0.0.1", "https://papers.example.org"))
    async with serving(boundary=boundary) as server, ClientSession() as session:
        for host, status in {
            "papers.example.org": 200,
            "PAPERS.example.org:443": 200,
            "localhost:8430": 200,
            "evil.example": 421,
            "[::1": 421,
        }.items():
            async with session.get(server.url, headers={"Host": host}) as answer:
                assert (host, answer.status) == (host, status)


async def test_a_surface_gives_errors_in_its_own_format_even_those_of_the_server() -> None:
    def as_json(request: web.Request, error: web.HTTPException) -> web.Response:
        return web.json_response({"status": error.status}, status=error.status)

    async with serving(boundary=Boundary(render_error=as_json)) as server, ClientSession() as session:
        async with session.get(f"{server.url}/nowhere") as answer:
            assert await answer.json() == {"status": 404}
        async with session.post(f"{server.url}/echo", data=bytes(200_000)) as answer:
            assert await answer.json() == {"status": 413}


WHOLE = b"POST /echo?a=b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nConnection: close\r\nX-A: b\r\n\r\nhello"
PIECES = (b"\r\n", b"\0", b"\xff", b" ", b":", b"%", b"Transfer-Encoding: chunked\r\n", b"Upgrade: websocket\r\n",
          b"Expect: 1\r\n", b"Content-Encoding: br\r\n", b"Content-Type: multipart/x; boundary=\r\n", b"HTTP/1.0",
          b"Content-Length: -1\r\n", b"Host: \r\n", b"9" * 30, b"CONNECT ", b"Range: bytes=0-0,9-\r\n")  # fmt: skip


def mutated(chance: random.Random) -> bytes:
    """A request with one to four places changed, or cut off."""
    raw = WHOLE
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(raw))
        raw = raw[:at] + chance.choice(PIECES) + raw[at + chance.randrange(6) :]
    return raw[: chance.randrange(len(raw))] if chance.random() < 0.2 else raw


async def test_300_mutated_requests_are_answered_or_closed_without_a_fault(caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(13)

    async def send(url: str) -> str:
        stranger = await Stranger.connect(url)
        stranger.send(mutated(chance))
        await stranger.is_closed(3)
        return stranger.said.decode("latin-1")

    async with serving(ConnectionLimits(head_s=1.0, body_s=1.0, idle_s=1.0)) as server:
        answers = await asyncio.gather(*(send(server.url) for _ in range(150)))
        answers += await asyncio.gather(*(send(server.url) for _ in range(150)))
    statuses = Counter(answer.split(" ")[1] if answer else "closed" for answer in answers)
    assert {status[0] for status in statuses} <= {"1", "2", "4", "c"}, statuses
    assert [record for record in caplog.records if record.levelno >= logging.INFO] == []
