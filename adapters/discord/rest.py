"""Discord's HTTP API through the library's client: its login, rate limiter and retries; errors are `PostError`s.

The library repeats a request after a server error. A request that creates something is sent with `repeatable=False`:
the dispatcher checks whether it is there before it sends it again.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from json import dumps
from typing import Any, TypeVar

import discord
from discord.http import Route

from adapters.discord.errors import as_post_errors
from adapters.discord.rate_limit import unrepeatable
from bot.errors import Refused, Unsure

T = TypeVar("T")


class Rest:
    """One client for all requests of this process to Discord."""

    def __init__(self, make: Callable[[], discord.AutoShardedClient], token: str) -> None:
        self._make = make
        self._token = token
        self._login: asyncio.Task[discord.AutoShardedClient] | None = None
        self._refusal: Refused | None = None  # a refused token stays refused until the next start
        self._closed = False
        self._running: set[asyncio.Task[Any]] = set()

    async def client(self) -> discord.AutoShardedClient:
        """The client, logged in; a new one when the last was closed. Raises `PostError`."""
        if self._closed:
            raise Unsure("Paperboy is stopping.")
        if self._refusal:
            raise self._refusal
        if self._login is None or (self._login.done() and _failed(self._login)):
            self._login = asyncio.create_task(self._log_in())
            self._login.add_done_callback(_failed)
        return await asyncio.shield(self._login)

    async def bot_id(self) -> int:
        """The bot's own user id. Raises `PostError`."""
        client = await self.client()
        return client.user.id if client.user else 0

    async def call(
        self,
        method: str,
        path: str,
        json: Mapping[str, object] | list[Any] | None = None,
        *,
        params: Mapping[str, str | int] | None = None,
        files: Mapping[str, bytes] | None = None,  # by name
        repeatable: bool = True,
        **parts: str | int,
    ) -> Any:
        """The response to one request, decoded. Raises `Refused`, `Busy` or `Unsure`."""
        client = await self.client()
        options: dict[str, Any] = {} if json is None else {"json": json}
        if files:
            form = [
                {"name": f"files[{n}]", "value": file, "filename": name} for n, (name, file) in enumerate(files.items())
            ]
            options = {"form": [{"name": "payload_json", "value": dumps(json)}, *form]}
        if params:
            options["params"] = params
        attempts = unrepeatable.set(None if repeatable else [])
        try:
            with as_post_errors():
                return await self._complete(client.http.request(Route(method, path, metadata=None, **parts), **options))
        finally:
            unrepeatable.reset(attempts)

    async def _complete(self, work: Coroutine[Any, Any, T]) -> T:
        """Finish a request even when its caller is cancelled: the library, cancelled while it waits out a global rate
        limit, would never send a request again."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def aclose(self) -> None:
        self._closed = True
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._login:
            self._login.cancel()
            await asyncio.gather(self._login, return_exceptions=True)
            if not _failed(self._login):
                await self._login.result().close()

    async def _log_in(self) -> discord.AutoShardedClient:
        client = self._make()
        try:
            with as_post_errors():
                await client.login(self._token)
        except Refused as refusal:
            self._refusal = refusal
            await client.close()
            raise
        except BaseException:
            await client.close()
            raise
        return client

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # a caller that still waits gets it; marked as retrieved for the others


def _failed(login: asyncio.Task[discord.AutoShardedClient]) -> bool:
    return login.cancelled() or login.exception() is not None or login.result().is_closed()
