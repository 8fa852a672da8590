"""The library's client: what it hears goes to the listener, nothing is cached but servers and channels."""

from __future__ import annotations

from typing import Any, Protocol

import aiohttp
import discord
from discord import RawReactionActionEvent, RawReactionClearEmojiEvent, RawReactionClearEvent

from adapters.discord.settings import Settings

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here

MOST_WAIT = 30.0  # seconds the library waits out a rate limit; its least
GUILD_GAP = 0.5  # seconds without another server, after which all that Discord lists at the start have come


class Hears(Protocol):
    """Takes what the gateway tells."""

    async def ready(self, client: Client) -> None: ...
    async def interaction(self, it: discord.Interaction[Any]) -> None: ...
    async def message(self, message: discord.Message) -> None: ...
    async def reaction(self, event: RawReactionActionEvent) -> None: ...
    async def cleared(self, event: RawReactionClearEvent | RawReactionClearEmojiEvent) -> None: ...
    async def joined(self, guild: int) -> None: ...
    async def left(self, guild: int) -> None: ...
    async def channel_gone(self, guild: int, channel: int) -> None: ...
    async def rights_changed(self, guild: discord.Guild) -> None: ...


def intents(settings: Settings) -> discord.Intents:
    """What Discord should tell: no privileged intent, but for cards for pasted links where an admin asks for them."""
    return discord.Intents(
        guilds=True,
        guild_reactions=True,
        dm_reactions=True,
        dm_messages=True,
        guild_messages=settings.message_content,
        message_content=settings.message_content,
    )


class Client(discord.AutoShardedClient):
    """One for all shards of this process. A server that is unavailable is an outage: nothing is done about it."""

    def __init__(self, hears: Hears, settings: Settings, trace: aiohttp.TraceConfig) -> None:
        super().__init__(
            intents=intents(settings),
            shard_count=settings.shards or None,
            max_ratelimit_timeout=MOST_WAIT,
            http_trace=trace,
            max_messages=None,
            chunk_guilds_at_startup=False,
            guild_ready_timeout=GUILD_GAP,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self._hears = hears

    async def on_ready(self) -> None:
        await self._hears.ready(self)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        await self._hears.interaction(interaction)

    async def on_message(self, message: discord.Message) -> None:
        await self._hears.message(message)

    async def on_raw_reaction_add(self, event: RawReactionActionEvent) -> None:
        await self._hears.reaction(event)

    async def on_raw_reaction_remove(self, event: RawReactionActionEvent) -> None:
        await self._hears.reaction(event)

    async def on_raw_reaction_clear(self, event: RawReactionClearEvent) -> None:
        await self._hears.cleared(event)

    async def on_raw_reaction_clear_emoji(self, event: RawReactionClearEmojiEvent) -> None:
        await self._hears.cleared(event)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._hears.joined(guild.id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._hears.left(guild.id)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._hears.channel_gone(channel.guild.id, channel.id)

    async def on_guild_channel_update(self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel) -> None:
        await self._hears.rights_changed(after.guild)

    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        await self._hears.rights_changed(after.guild)

    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        if self.user and after.id == self.user.id:  # of others nothing is told without the members intent
            await self._hears.rights_changed(after.guild)
