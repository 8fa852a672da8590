"""Discord's HTTP API through the library's client: its login, its rate limiter, its retries; errors in our terms.

The library repeats a request after a server error. That is right for what can be done twice. What makes something new
goes out with `repeatable=False`: the dispatcher looks whether it is there before it is sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

import discord
from discord.http import Route

from adapters.discord.gate import once
from adapters.discord.problems import told
from bot.errors import Refused

T = TypeVar("T")


class Rest:
    """One client for everything this process asks of Discord."""

    def __init__(self, make: Callable[[], discord.AutoShardedClient], token: str) -> None:
        self._make = make
        self._token = token
        self._login: asyncio.Task[discord.AutoShardedClient] | None = None
        self._refusal: Refused | None = None  # a token that was refused stays so until the next start
        self._running: set[asyncio.Task[Any]] = set()

    async def client(self) -> discord.AutoShardedClient:
        """The client, logged in; no gateway yet. A new one when the last could not log in, or was closed."""
        if self._refusal:
            raise self._refusal
        if self._login is None or (self._login.done() and _failed(self._login)):
            self._login = asyncio.create_task(self._log_in())
            self._login.add_done_callback(_failed)
        return await asyncio.shield(self._login)

    async def me(self) -> int:
        """The bot's own user id."""
        client = await self.client()
        return client.user.id if client.user else 0

    async def call(
        self,
        method: str,
        path: str,
        json: Mapping[str, object] | list[Any] | None = None,
        *,
        params: Mapping[str, str | int] | None = None,
        repeatable: bool = True,
        **parts: str | int,
    ) -> Any:
        """One request; raises `Refused`, `Busy` or `Unsure`."""
        client = await self.client()
        more: dict[str, Any] = {} if json is None else {"json": json}
        if params:
            more["params"] = params
        mark = once.set(None if repeatable else [])
        try:
            with told():
                return await self.whole(client.http.request(Route(method, path, metadata=None, **parts), **more))
        finally:
            once.reset(mark)

    async def whole(self, work: Coroutine[Any, Any, T]) -> T:
        """Let a request finish even when nobody waits for it any more: the library, cancelled while it waits out a
        global rate limit, would never ask again."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def aclose(self) -> None:
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
            with told():
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
            task.exception()  # somebody who still waits gets it; else it is of no interest


def _failed(login: asyncio.Task[discord.AutoShardedClient]) -> bool:
    return login.cancelled() or login.exception() is not None or login.result().is_closed()
