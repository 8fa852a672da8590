"""Servers and channels that Paperboy joins and leaves, also while it was offline: the storage has those known."""

import secrets
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import discord

from adapters.discord.events import PLATFORM
from adapters.discord.permission_check import PermissionCheck
from adapters.discord.permissions import needed_in
from bot.chat.adapter import KeyValue
from bot.chat.event import BotRemoved, BotReturned, Event, Person, Place
from bot.clock import Clock

ALL_CHANNELS = "*"
KNOWN_GUILD = "guild/"  # in the storage: `guild/GUILD` for each server that Paperboy is in

E = TypeVar("E", BotRemoved, BotReturned)
Tell = Callable[[Event], Awaitable[object]]


class Servers:
    """Tells the core which places it can no longer post to, and which it can again."""

    def __init__(self, storage: KeyValue, permissions: PermissionCheck, clock: Clock) -> None:
        self._storage = storage
        self._permissions = permissions
        self._clock = clock

    async def compare(self, now: Iterable[int], tell: Tell) -> None:
        """Compare the servers with the known ones; those with an outage are listed too."""
        before = {key.removeprefix(KNOWN_GUILD) for key, _ in await self._storage.scan(KNOWN_GUILD)}
        here = {str(guild) for guild in now}
        for guild in sorted(before - here):
            await self.left(guild, tell)
        for guild in sorted(here - before):
            await self.joined(guild, tell)

    async def joined(self, guild: str, tell: Tell) -> None:
        if await self._storage.put(KNOWN_GUILD + guild, b"", if_absent=True):
            await tell(self._event(BotReturned, guild, ALL_CHANNELS))

    async def left(self, guild: str, tell: Tell) -> None:
        await self._storage.delete(KNOWN_GUILD + guild)
        await tell(self._event(BotRemoved, guild, ALL_CHANNELS))

    async def channel_deleted(self, guild: str, channel: str, tell: Tell) -> None:
        await self._permissions.unblock(guild, channel)
        await tell(self._event(BotRemoved, guild, channel))

    async def permissions_changed(self, guild: discord.Guild, tell: Tell) -> None:
        """Check the channels again where a permission was missing."""
        for channel in await self._permissions.blocked_channels(str(guild.id)):
            found = guild.get_channel(int(channel))
            if found and not needed_in(found.type.value) & ~found.permissions_for(guild.me).value:
                await self._permissions.unblock(str(guild.id), channel)
                await tell(self._event(BotReturned, str(guild.id), channel))

    def _event(self, kind: type[E], guild: str, channel: str) -> E:
        return kind(
            id=f"server-{secrets.token_hex(12)}",
            at=self._clock.now(),
            who=Person(platform=PLATFORM, space=guild, id=""),
            place=Place(PLATFORM, guild, channel),
        )
