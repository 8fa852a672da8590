"""From the gateway to the core: each thing that is heard becomes an event, and its answer is shown."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import discord
from discord import InteractionType, RawReactionActionEvent, RawReactionClearEmojiEvent, RawReactionClearEvent
from discord.gateway import DiscordWebSocket
from yarl import URL

from adapters.discord import commands, talk
from adapters.discord.answer import Answerer
from adapters.discord.channels import Channels, Recent
from adapters.discord.client import Client
from adapters.discord.parse import PLATFORM, event_of, is_admins, person_of, typed_text
from adapters.discord.rest import Rest
from adapters.discord.rights import Rights
from adapters.discord.servers import Servers
from adapters.discord.settings import DISCORD, Settings
from adapters.discord.sync import sync
from adapters.discord.votes import Votes
from bot.chat.adapter import Core, KeyValue
from bot.chat.event import Event, LinkShared, Place
from bot.clock import Clock
from bot.errors import ConfigError, PostError, Refused

log = logging.getLogger(__name__)

PAUSE = 5.0  # seconds before a lost gateway is tried anew; the library reconnects by itself where that can help
LONGEST = 300.0  # between two such attempts
LET_IN = 900.0  # seconds: as long as an interaction can be followed up


class Listener:
    """Hears a client; implements `client.Hears`."""

    def __init__(
        self,
        *,
        rest: Rest,
        channels: Channels,
        rights: Rights,
        votes: Votes,
        storage: KeyValue,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self.started = asyncio.Event()
        self._rest = rest
        self._channels = channels
        self._votes = votes
        self._storage = storage
        self._settings = settings
        self._clock = clock
        self._servers = Servers(storage, rights, clock)
        self._answerer = Answerer(rest)
        self._core: Core | None = None
        self._let_in = Recent[float]()
        self._client: discord.AutoShardedClient | None = None

    @property
    def connected(self) -> bool:
        """Whether every shard hears; a lost one is being connected anew."""
        shards = self._client.shards.values() if self._client and self.started.is_set() else ()
        return bool(shards) and not any(shard.is_closed() for shard in shards)

    async def listen(self, core: Core) -> None:
        """Until cancelled."""
        self._core, pause = core, PAUSE
        while True:
            try:
                client = self._client = await self._rest.client()
                body = commands.payload(core.commands, core.menu)
                await sync(self._rest, self._storage, body, self._settings.guilds)
                await self._find_gateway()
                await client.connect()
            except (PostError, discord.DiscordException, OSError) as error:
                if (wrong := _misconfigured(error)) and not self.started.is_set():
                    raise wrong from error
                log.error("the connection to Discord is lost: %s", wrong or error)
            pause = PAUSE if self.started.is_set() else min(2 * pause, LONGEST)
            self.started.clear()
            await self._clock.sleep(pause)

    async def ready(self, client: Client) -> None:
        await self._servers.ready([guild.id for guild in client.guilds], self._tell)
        self.started.set()

    async def interaction(self, it: discord.Interaction[Any]) -> None:
        core = self._core
        if core is None:
            return
        if it.type is InteractionType.autocomplete:
            who = person_of(it, str(it.guild_id or ""))
            await self._answerer.complete(it, list(await core.complete(typed_text(it.data or {}), who)))
        elif it.type is not InteractionType.ping:
            place = await self._place(it.channel, it.guild_id, it.user.id)
            who = person_of(it, place.space, let_in=self._is_let_in(it, core))
            event, private = event_of(it, who, place, core)
            await self._answerer.answer(it, core.handle_event(event), private=private)

    def _is_let_in(self, it: discord.Interaction[Any], core: Core) -> bool:
        """Whether the server lets somebody use an admin's command, now or a moment ago: what follows is theirs too."""
        key, now = f"{it.guild_id}/{it.user.id}", asyncio.get_running_loop().time()
        if is_admins(it, core.commands):
            self._let_in[key] = now
        return now - self._let_in.get(key, -LET_IN) < LET_IN

    async def message(self, message: discord.Message) -> None:
        client = await self._rest.client()
        if message.author.bot or message.webhook_id or client.user is None or self._core is None:
            return
        place = await self._place(message.channel, message.guild.id if message.guild else None, message.author.id)
        for event in talk.events(message, client.user.id, place):
            answer = await self._core.handle_event(event)
            if answer is None or (isinstance(event, LinkShared) and answer.private):
                continue  # nobody asked, so nobody is told what went wrong
            try:
                await talk.reply(self._rest, message, answer, event.id)
            except PostError as error:
                log.warning("message %d could not be answered: %s", message.id, error)

    async def reaction(self, event: RawReactionActionEvent) -> None:
        place = await self._place_of(event.channel_id, event.guild_id, event.user_id)
        if place and (found := self._votes.put(event, await self._rest.me(), place, self._clock.now())):
            await self._tell(found)

    async def cleared(self, event: RawReactionClearEvent | RawReactionClearEmojiEvent) -> None:
        if place := await self._place_of(event.channel_id, event.guild_id, 0):
            for found in self._votes.cleared(event, place, self._clock.now()):
                await self._tell(found)

    async def joined(self, guild: int) -> None:
        await self._servers.joined(str(guild), self._tell)

    async def left(self, guild: int) -> None:
        await self._servers.left(str(guild), self._tell)

    async def channel_gone(self, guild: int, channel: int) -> None:
        await self._servers.channel_gone(str(guild), str(channel), self._tell)

    async def rights_changed(self, guild: discord.Guild) -> None:
        await self._servers.rights_changed(guild, self._tell)

    async def _find_gateway(self) -> None:
        """Where another address is set for the API, its gateway is the one to go back to as well."""
        if self._settings.api_url != DISCORD:
            found = await self._rest.call("GET", "/gateway/bot")
            DiscordWebSocket.DEFAULT_GATEWAY = URL(found["url"])

    async def _tell(self, event: Event) -> None:
        if self._core:
            await self._core.handle_event(event)

    async def _place(self, channel: Any, guild: int | None, person: int) -> Place:
        """Where something happened, from what came with it."""
        id, thread = str(getattr(channel, "id", 0)), ""
        if isinstance(channel, discord.Thread):
            self._channels.saw_thread(id, str(channel.parent_id))
            id, thread = await self._channels.home(id)
        space = str(guild) if guild else await self._channels.space_of_direct(id, str(person))
        return Place(PLATFORM, space, id, thread)

    async def _place_of(self, channel: int, guild: int | None, person: int) -> Place | None:
        """Where something happened, from its number; None when Discord does not tell any more."""
        found = (await self._rest.client()).get_channel(channel)
        if found or guild is None:
            return await self._place(found or discord.Object(channel), guild, person)
        try:
            id, thread = await self._channels.home(str(channel))
        except PostError as error:
            log.info("channel %d can't be looked up: %s", channel, error)
            return None
        return Place(PLATFORM, str(guild), id, thread)


def _misconfigured(error: Exception) -> ConfigError | None:
    """What only an admin can mend: told at the start, and not tried in vain."""
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return ConfigError(
            "Discord does not grant Paperboy the Message Content intent.",
            "Turn it on in the Developer Portal under Bot, or set message_content = false.",
        )
    return ConfigError(error.message, error.hint) if isinstance(error, Refused) else None
