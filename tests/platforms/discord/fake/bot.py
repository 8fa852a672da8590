"""A small bot on the real discord.py, to try this Discord with."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket, KeepAliveHandler
from discord.http import Route

from tests.fakes.discord import FakeDiscord

QUIET = discord.Intents(guilds=True, guild_messages=True, guild_reactions=True, dm_messages=True)


class Bot(discord.Client):
    """Keeps what it was told: the name of each event and its arguments."""

    def __init__(self, intents: discord.Intents = QUIET) -> None:
        super().__init__(intents=intents, guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)
        self._moved = asyncio.Event()
        self.told: list[tuple[str, Any]] = []

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self.told.append((event, args))
        self._moved.set()
        super().dispatch(event, *args, **kwargs)

    def heard(self, event: str) -> list[Any]:
        """The first argument of each event of this name."""
        return [args[0] if args else None for name, args in self.told if name == event]

    async def until(self, event: str, count: int = 1) -> list[Any]:
        async with asyncio.timeout(30):
            while len(self.heard(event)) < count:
                self._moved.clear()
                await self._moved.wait()
        return self.heard(event)


Does = Callable[[discord.Interaction], Awaitable[None]]


def answering(does: Does, **command: Any) -> Bot:
    """A bot whose `/hello` does this."""
    bot = Bot()

    @bot.tree.command(name="hello", description="Say hello", **command)
    async def hello(interaction: discord.Interaction) -> None:
        await does(interaction)

    return bot


def point(fake: FakeDiscord) -> None:
    """Let discord.py speak to this Discord instead of the real one."""
    Route.BASE = fake.api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(fake.url.replace("http", "ws") + "/gateway")


@asynccontextmanager
async def running(fake: FakeDiscord, bot: Bot | None = None) -> AsyncIterator[Bot]:
    """The bot, connected and ready, its commands registered."""
    point(fake)
    bot = bot or Bot()
    async with bot:
        await bot.login(fake.token)
        task = asyncio.create_task(bot.connect())
        await asyncio.wait_for(bot.wait_until_ready(), 30)
        if bot.tree.get_commands() or bot.tree.get_commands(type=discord.AppCommandType.message):
            await bot.tree.sync()
        yield bot
    await asyncio.wait({task}, timeout=5)
    for beats in (thread for thread in threading.enumerate() if isinstance(thread, KeepAliveHandler)):
        await asyncio.to_thread(beats.join, 5)  # else it may beat once more, on a loop that is closed
