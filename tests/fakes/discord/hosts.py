"""Where the server runs: in this process, or in one of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Protocol
from urllib.request import Request, urlopen

from aiohttp import ClientSession, TCPConnector, web

from bot.clock import Clock
from tests.fakes.discord import control
from tests.fakes.discord.ops import NotOffered
from tests.fakes.discord.server import Server
from tests.fakes.discord.settings import Settings
from tests.fakes.discord.world import World


class Host(Protocol):
    url: str

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def tell(self, op: str, **arguments: Any) -> Any:
        """Do something that takes no time."""
        ...

    async def ask(self, op: str, **arguments: Any) -> Any:
        """Do something that waits for the bot."""
        ...


class InProcess:
    """A server on this event loop."""

    def __init__(self, clock: Clock | None = None, settings: dict[str, Any] | None = None, *, port: int = 0) -> None:
        self.server = Server(World(clock, Settings(**(settings or {}))))
        self.url = ""
        self._port = port
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=25 << 20)
        app.add_routes(control.routes(self.server) + self.server.routes())
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        self.server.rates.keep_time()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.server.gateway.url = self.server.world.gateway_url = self.url.replace("http", "ws") + "/gateway"

    async def stop(self) -> None:
        if self.server.rates.timer:
            self.server.rates.timer.cancel()
        if self._runner:
            await self._runner.cleanup()

    def tell(self, op: str, **arguments: Any) -> Any:
        return control.do(self.server, op, arguments)

    async def ask(self, op: str, **arguments: Any) -> Any:
        return await control.do(self.server, op, arguments)


class Remote:
    """A server in a process of its own, spoken to over its control API."""

    def __init__(self, settings: dict[str, Any] | None = None) -> None:
        self._settings = settings or {}
        self._process: asyncio.subprocess.Process | None = None
        self._session: ClientSession | None = None
        self.url = ""

    async def start(self) -> None:
        command = [sys.executable, "-m", "tests.fakes.discord", "--leashed"]
        pipe, root = asyncio.subprocess.PIPE, Path(__file__).parents[3]
        self._process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, cwd=root)
        assert self._process.stdout
        self.url = (await self._process.stdout.readline()).decode().strip()
        if not self.url:
            raise RuntimeError("the fake Discord did not start; its error is above")
        self._session = ClientSession(connector=TCPConnector(limit=0))
        self.tell("configure", **self._settings)

    async def stop(self) -> None:
        if self._session:
            await self._session.close()
        if self._process:
            self._process.terminate()
            await self._process.wait()

    def tell(self, op: str, **arguments: Any) -> Any:
        request = Request(f"{self.url}/_control/{op}", json.dumps(arguments).encode(), method="POST")
        with urlopen(request, timeout=60) as answer:
            return _value(json.loads(answer.read()))

    async def ask(self, op: str, **arguments: Any) -> Any:
        assert self._session
        async with self._session.post(f"{self.url}/_control/{op}", json=arguments) as answer:
            return _value(await answer.json())


def _value(told: dict[str, Any]) -> Any:
    if "error" in told:
        raise NotOffered(told["error"])
    return told["value"]
