"""Servers and channels that come and go, also while nobody listened: which ones there were is on the shelf."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import discord

from adapters.discord.parse import PLATFORM
from adapters.discord.permissions import ALL_NEEDED
from adapters.discord.rights import Rights
from bot.chat.adapter import KeyValue
from bot.chat.event import BotRemoved, BotReturned, Event, Person, Place
from bot.clock import Clock

WHOLE = "*"
KNOWN = "guild/"  # on the shelf: servers that Paperboy is in

E = TypeVar("E", BotRemoved, BotReturned)
Tell = Callable[[Event], Awaitable[object]]


class Servers:
    """Tells the core where it can't post any more, and where it can again."""

    def __init__(self, storage: KeyValue, rights: Rights, clock: Clock) -> None:
        self._storage = storage
        self._rights = rights
        self._clock = clock

    async def ready(self, now: Iterable[int], tell: Tell) -> None:
        """Compare with the last time; a server with an outage is among them."""
        before = {key.removeprefix(KNOWN) for key, _ in await self._storage.scan(KNOWN)}
        here = {str(guild) for guild in now}
        for guild in sorted(before - here):
            await self.left(guild, tell)
        for guild in sorted(here - before):
            await self.joined(guild, tell)

    async def joined(self, guild: str, tell: Tell) -> None:
        if await self._storage.put(KNOWN + guild, b"", if_absent=True):
            await tell(self._event(BotReturned, guild, WHOLE))

    async def left(self, guild: str, tell: Tell) -> None:
        await self._storage.delete(KNOWN + guild)
        await tell(self._event(BotRemoved, guild, WHOLE))

    async def channel_gone(self, guild: str, channel: str, tell: Tell) -> None:
        await self._rights.unblock(guild, channel)
        await tell(self._event(BotRemoved, guild, channel))

    async def rights_changed(self, guild: discord.Guild, tell: Tell) -> None:
        """Look again at the channels where a permission was missing."""
        for channel in await self._rights.blocked(str(guild.id)):
            found = guild.get_channel(int(channel))
            if found and not ALL_NEEDED & ~found.permissions_for(guild.me).value:
                await self._rights.unblock(str(guild.id), channel)
                await tell(self._event(BotReturned, str(guild.id), channel))

    def _event(self, kind: type[E], guild: str, channel: str) -> E:
        return kind(
            id=f"server-{secrets.token_hex(12)}",
            at=self._clock.now(),
            who=Person(platform=PLATFORM, space=guild, id=""),
            place=Place(PLATFORM, guild, channel),
        )
