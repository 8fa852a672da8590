"""Requests that no browser sends, the same in every run: mutated copies of good ones, and bodies that break off."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from bot.errors import PaperboyError

JUNK = (
    b"\x00",
    b"%00",
    b"%",
    b"\xff\xfe",
    b"../../etc",
    b"9" * 5_000,
    b"{}",
    b"<b>",
    b"\xf0\x9f\xa6\x89",
    b"",
    b" ",
    b"%ff%fe",
)


class Sent(Struct, frozen=True):
    """A request in its parts."""

    method: bytes
    path: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""

    @property
    def raw(self) -> bytes:
        lines = [b" ".join((self.method, self.path, b"HTTP/1.1")), *(b": ".join(header) for header in self.headers)]
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body


def good(method: str, path: str, host: str, *, body: str = "", **headers: str) -> Sent:
    """A request as a browser sends it."""
    fields = {"Host": host, "Connection": "close", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if method == "POST":
        fields |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
    return Sent(
        method.encode(), path.encode(), tuple((n.encode(), v.encode()) for n, v in fields.items()), body.encode()
    )


def mutated(requests: Sequence[Sent], count: int) -> Iterator[bytes]:
    chance = random.Random(13)
    for n in range(count):
        yield _mutated(requests[n % len(requests)], chance)


def _mutated(request: Sent, chance: random.Random) -> bytes:
    junk, headers = chance.choice(JUNK), list(request.headers)
    where = chance.randrange(len(headers))
    name, value = headers[where]
    match chance.randrange(9):
        case 0:
            headers.pop(where)
        case 1:
            headers[where] = (name, junk)
        case 2:
            headers.append((name, value + junk))
        case 3:
            return replace(request, path=request.path + junk).raw
        case 4:
            return replace(request, path=request.path + b"?" + junk + b"=" + junk).raw
        case 5:
            return replace(request, body=junk + request.body[: chance.randrange(9)]).raw
        case 6:
            headers = [*((n, v) for n, v in headers if n != b"Content-Length"), (b"Transfer-Encoding", b"chunked")]
        case 7:
            return replace(request, method=chance.choice([b"PUT", b"TRACE", b"G\x00T", b"", junk])).raw
        case _:
            cut = request.raw
            return cut[: chance.randrange(len(cut))]
    return replace(request, headers=tuple(headers)).raw


async def status(url: str, raw: bytes) -> int:
    """The status of the answer; 0: the connection was closed without one, or the server waits for the rest."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(raw)
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(0.5):
                head = await reader.readline()
                return int(head.split()[1]) if head.startswith(b"HTTP/") else 0
        return 0
    finally:
        writer.transport.abort()


async def statuses(url: str, requests: Iterable[bytes]) -> list[int]:
    """The statuses of the answers to requests, eight at a time: one without an answer is waited for."""
    turns = asyncio.Semaphore(8)

    async def one(raw: bytes) -> int:
        async with turns:
            return await status(url, raw)

    return await asyncio.gather(*map(one, requests))


async def break_off(url: str, request: Sent, count: int) -> None:
    """Announce a long body, send a part of it and leave."""
    headers = tuple((n, b"1000" if n == b"Content-Length" else v) for n, v in request.headers)
    address = urlsplit(url)
    for n in range(count):
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(replace(request, headers=headers, body=b"text=" + b"x" * n).raw)
        await writer.drain()
        if n % 10 == 0:
            await asyncio.sleep(0.01)
        writer.transport.abort()
    await asyncio.sleep(0.2)


def tracebacks(records: Sequence[logging.LogRecord]) -> list[str]:
    """The messages of what was logged with a traceback."""
    return [record.getMessage() for record in records if record.exc_info or "Traceback" in record.getMessage()]


def longest_ms(parse: Callable[[str], object], inputs: Sequence[str]) -> float:
    """The most processor time that a parser takes for one of the inputs; a refusal counts like an answer."""
    times = []
    for text in inputs:
        began = time.process_time()
        with contextlib.suppress(PaperboyError):
            parse(text)
        times.append((time.process_time() - began) * 1_000)
    return max(times)
