"""Parses untrusted files in a separate process, with limited time and memory and no access to our data.

A hostile feed or PDF may never end, fill the memory, or use a fault of its parser. That process can be ended at any
moment, and it can't open files or connections (`bot.sources.sandbox_worker`). One process waits, started and warm, for
the next job, so that an ordinary feed costs no start.
"""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from datetime import date
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from bot.errors import Malformed
from bot.sources.page import FetchedPage

Kind = Literal["feed", "announcements", "api", "html", "pdf", "picture", "figures", "figure"]
MAX_SECONDS: dict[Kind, float] = {
    "feed": 20,
    "announcements": 30,
    "api": 10,
    "html": 15,
    "pdf": 30,
    "picture": 10,
    "figures": 5,
    "figure": 10,
}  # by the clock
START_S = 30.0  # on a busy machine; half a second otherwise
MAX_ANSWER_BYTES = 64_000_000
IDLE_S = 900.0  # after which the process ends; feeds are fetched more often
LENGTH_BYTES = 4  # before each message; alone and zero: the process is ready
WORKER = "bot.sources.sandbox_worker"
T = TypeVar("T")


class Job(Struct, frozen=True, kw_only=True):
    """Content to parse, and how."""

    kind: Kind
    page: FetchedPage
    day: date | None = None
    source: str = ""
    cross_lists: bool = True


class Answer(Struct, frozen=True, kw_only=True):
    """The result of a job, or an error for people."""

    result: bytes = b""
    message: str = ""
    hint: str = ""
    is_last: bool = False  # the process ends now, as it has grown


class Sandbox:
    """One process for feeds, or one for the texts of papers; jobs take turns."""

    def __init__(self, group: Literal["feeds", "texts"]) -> None:
        self._group = group
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._ended: list[Process] = []  # killed, and perhaps still to be waited for
        self._idle: asyncio.TimerHandle | None = None

    async def parse(self, kind: Kind, page: FetchedPage, result: type[T], **more: Any) -> T:
        """The parsed page (`more`: other fields of `Job`); raises `Malformed` when it can't be parsed in the bounds."""
        job = Job(kind=kind, page=page, **more)
        async with self._turn:
            answer = await self._run(job)
        if answer.message:
            raise Malformed(answer.message, answer.hint)
        return msgspec.msgpack.decode(answer.result, type=result)

    async def aclose(self) -> None:
        """End the process, whatever it does."""
        self._end()
        for process in self._ended:
            await process.wait()

    async def _run(self, job: Job) -> Answer:
        if self._idle:
            self._idle.cancel()
        is_done = False
        try:
            async with asyncio.timeout(START_S):
                process = await self._started(job.kind)
            async with asyncio.timeout(MAX_SECONDS[job.kind]):
                answer = await _exchange(process, msgspec.msgpack.encode(job))
            is_done = not answer.is_last
            return answer
        except TimeoutError:
            raise Malformed(f"This {job.kind} takes too long to read.", "It is skipped.") from None
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise Malformed(
                f"This {job.kind} can't be read within the limits of memory and time.", "It is skipped."
            ) from error
        finally:
            if is_done:
                self._idle = asyncio.get_running_loop().call_later(IDLE_S, self._end)
            else:
                self._end()

    async def _started(self, kind: Kind) -> Process:
        if self._process and self._process.returncode is None:
            return self._process
        command = (sys.executable, "-I", "-m", WORKER, self._group)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}
            )
        except OSError as error:
            raise Malformed(
                f"This {kind} can't be read: no process starts ({error.strerror}).", "It is skipped."
            ) from error
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        await self._process.stdout.readexactly(LENGTH_BYTES)
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if self._idle:
            self._idle.cancel()
        if process and process.returncode is None:
            process.kill()
            self._ended = [process, *(one for one in self._ended if one.returncode is None)]


async def _exchange(process: Process, message: bytes) -> Answer:
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
    process.stdin.write(len(message).to_bytes(LENGTH_BYTES) + message)
    await process.stdin.drain()
    length = int.from_bytes(await process.stdout.readexactly(LENGTH_BYTES))
    if length > MAX_ANSWER_BYTES:
        raise ConnectionError
    return msgspec.msgpack.decode(await process.stdout.readexactly(length), type=Answer)
