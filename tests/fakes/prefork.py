"""Starts processes of Paperboy quickly: a server that has imported everything forks one for each request.

A process spends a second on imports before it does anything, and the tests start hundreds. A forked one has memory,
files, signals and an exit code of its own, like one that was started by itself; a few tests still start those.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRELOADED = (
    *("bot.cli", "adapters.discord", "adapters.email", "adapters.site", "adapters.slack", "adapters.webchat"),
    *("aiosmtplib", "discord", "psycopg_pool", "slack_bolt.async_app", "xml.etree.ElementTree"),
)
PIPE, DEVNULL, STDOUT = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL, asyncio.subprocess.STDOUT


class ForkedProcess:
    """A process that the server forked; it can be used like an `asyncio.subprocess.Process`."""

    def __init__(self, connection: socket.socket) -> None:
        self.pid = 0
        self.returncode: int | None = None
        self.stdin: asyncio.StreamWriter | None = None
        self.stdout: asyncio.StreamReader | None = None
        self.stderr: asyncio.StreamReader | None = None
        self._connection = connection
        self._ended = asyncio.Event()

    async def begin(self, request: str, *, stdin: int | None, out: int | None, err: int | None) -> None:
        """Send the request with the files of the process, and wait until it runs."""
        loop = asyncio.get_running_loop()
        files = [os.open(os.devnull, os.O_RDONLY), _passed(out, 1), 0]
        if stdin == PIPE:
            os.close(files[0])
            files[0], ours = os.pipe()
            transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(ours, "wb"))
            self.stdin = asyncio.StreamWriter(transport, protocol, None, loop)
        if out == PIPE:
            os.close(files[1])
            self.stdout, files[1] = await _read_pipe(loop)
        if err == PIPE:
            self.stderr, files[2] = await _read_pipe(loop)
        else:
            files[2] = os.dup(files[1]) if err == STDOUT else _passed(err, 2)
        socket.send_fds(self._connection, [request.encode()], files)
        for file in files:
            os.close(file)
        self._connection.setblocking(False)
        self.pid = int(await loop.sock_recv(self._connection, 100))
        loop.add_reader(self._connection, self._end)

    def _end(self) -> None:
        self.returncode = int(self._connection.recv(100) or b"-9")
        asyncio.get_running_loop().remove_reader(self._connection)
        self._connection.close()
        if self.stdin:
            self.stdin.close()
        self._ended.set()

    async def wait(self) -> int:
        await self._ended.wait()
        return self.returncode or 0

    async def communicate(self, text: bytes = b"") -> tuple[bytes, bytes]:
        """Write to it; returns what it wrote until its end."""
        if self.stdin and text:
            self.stdin.write(text)
            self.stdin.close()
        both = [stream.read() if stream else _nothing() for stream in (self.stdout, self.stderr)]
        written = await asyncio.gather(*both)
        await self.wait()
        return written[0], written[1]

    def send_signal(self, number: int) -> None:
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


async def fork(
    module: str,
    *args: str,
    env: Mapping[str, str] = os.environ,
    stdin: int | None = None,
    out: int | None = None,
    err: int | None = None,
) -> ForkedProcess:
    """Run `python -m module args` with exactly this environment; `out` and `err` are as for `subprocess`."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(_server())
    process = ForkedProcess(connection)
    await process.begin(json.dumps([module, *args, dict(env)]) + "\n", stdin=stdin, out=out, err=err)
    return process


async def _nothing() -> bytes:
    return b""


async def _read_pipe(loop: asyncio.AbstractEventLoop) -> tuple[asyncio.StreamReader, int]:
    """A reader, and the file that the process writes to."""
    ours, theirs = os.pipe()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours, "rb"))
    return reader, theirs


def _passed(file: int | None, default: int) -> int:
    return os.open(os.devnull, os.O_WRONLY) if file in {PIPE, DEVNULL} else os.dup(default if file is None else file)


@cache
def _server() -> str:
    """The address of the server of this process; it ends with it."""
    address = tempfile.mktemp(prefix="paperboy-test-")  # noqa: S306 - bound at once
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        command = [sys.executable, "-m", __name__, str(listener.fileno())]
        environment = {"PATH": os.environ["PATH"], "COLUMNS": "200"}  # the width that is read at the import
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, pass_fds=[listener.fileno()]
        )

    def end() -> None:
        server.communicate()
        os.unlink(address)

    atexit.register(end)
    return address


class Server:
    """Forks a process for each connection, and tells its end."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._wake, self._signalled = socket.socketpair()
        self._running: dict[int, socket.socket] = {}
        self._signalled.setblocking(False)
        signal.set_wakeup_fd(self._signalled.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> list[str] | None:
        """Until its client ends: None; and in each forked process the module and the arguments to run."""
        while True:
            ready, _, _ = select.select([self._listener, self._wake, 0], [], [])
            if 0 in ready:
                return None
            if self._wake in ready:
                self._tell_ends()
            if self._listener in ready and (command := self._fork(self._listener.accept()[0])):
                return command

    def _tell_ends(self) -> None:
        self._wake.recv(1000)
        while self._running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            with self._running.pop(pid) as connection:
                connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())

    def _fork(self, connection: socket.socket) -> list[str] | None:
        text, files, _, _ = socket.recv_fds(connection, 100_000, 3)
        while not text.endswith(b"\n") and (more := connection.recv(100_000)):
            text += more
        if not text:
            connection.close()
            return None
        *command, environment = json.loads(text)
        if "ANTHROPIC_API_KEY" in environment:
            importlib.import_module("anthropic")  # the slowest import, which few need
        if pid := os.fork():
            self._running[pid] = connection
            connection.sendall(str(pid).encode())
            for file in files:
                os.close(file)
            return None
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for held in (connection, self._listener, self._wake, self._signalled, *self._running.values()):
            held.close()
        for target, file in enumerate(files):
            os.dup2(file, target)
            os.close(file)
        os.environ.clear()
        os.environ.update(environment)
        return list(command)


def main() -> None:
    server = Server(socket.socket(fileno=int(sys.argv[1])))
    for module in PRELOADED:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    if command := server.serve():
        sys.stdin, sys.stdout, sys.stderr = (open(n, "rw"[n > 0], closefd=False) for n in range(3))  # noqa: SIM115
        sys.path[1:1] = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
        sys.argv = command
        runpy.run_module(command[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
