"""Handles each gateway event: acknowledge it, ask the core, show the answer."""

import asyncio
import logging
from typing import Any

import discord
from discord import InteractionType, RawReactionActionEvent, RawReactionClearEmojiEvent, RawReactionClearEvent
from msgspec.structs import replace

from adapters.discord.answers import InteractionResponse
from adapters.discord.channels import MAX_CACHED, Channels
from adapters.discord.client import UNREADABLE, count_unreadable
from adapters.discord.events import PLATFORM, is_admin_command, is_guest, parse_interaction, parse_person, parse_query
from adapters.discord.messages import parse_message, reply
from adapters.discord.reactions import ReactionTracker
from adapters.discord.rest import Rest
from adapters.discord.servers import Servers
from bot.chat.adapter import Core
from bot.chat.event import Answer, ButtonPress, Event, FormSubmission, LinkShared, Place
from bot.clock import Clock
from bot.errors import PostError
from bot.languages import speaking
from bot.recent import RecentDict

log = logging.getLogger(__name__)

GRANT_S = 900.0  # seconds that the permission to use an admin's command covers the steps after it: as an interaction


class Handlers:
    """Handles what the client receives, by discord.py's names of the events; does nothing until it has a core."""

    def __init__(
        self, *, rest: Rest, channels: Channels, servers: Servers, reactions: ReactionTracker, clock: Clock
    ) -> None:
        self.started = asyncio.Event()
        self.core: Core | None = None
        self._rest = rest
        self._channels = channels
        self._servers = servers
        self._reactions = reactions
        self._clock = clock
        self._granted_at = RecentDict[str, float](MAX_CACHED)  # `GUILD/CHANNEL/USER` → loop time

    async def on_ready(self) -> None:
        client = await self._rest.client()
        await self._servers.compare([guild.id for guild in client.guilds], self._tell_core)
        self.started.set()

    async def on_shard_ready(self, shard: int) -> None:
        """A shard's new session, rather than one that is resumed: what happened before it was not heard."""
        self._note_gap()

    def _note_gap(self) -> None:
        if self.core:
            self.core.note_gap(PLATFORM)

    async def ready_unreadable(self) -> None:
        """Events arrive, but which servers Paperboy is in isn't known: so none is taken for left."""
        self._note_gap()
        self.started.set()

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        core = self.core
        if core is None or interaction.type is InteractionType.ping:
            return
        response = InteractionResponse(self._rest, interaction)
        try:
            guild = None if is_guest(interaction) else interaction.guild_id  # a guest's data is the person's alone
            place = await self._place(interaction.channel, guild, interaction.user.id)
            who = parse_person(interaction, place, may_schedule=self._is_granted(interaction, core))
            if interaction.type is InteractionType.autocomplete:
                await response.send_completions(core.complete(parse_query(interaction.data or {}), who))
                return
            event, private = parse_interaction(interaction, who, place, core)
        except UNREADABLE as error:
            count_unreadable("INTERACTION_CREATE", error)
            await response.refuse_unreadable()
            return
        with speaking(who.language):
            await response.show_answer(_answer(core, event), private=private or who.guest)

    def _is_granted(self, interaction: discord.Interaction[Any], core: Core) -> bool:
        """Whether the server lets this person use an admin's command in this channel, now or in the step before."""
        key = f"{interaction.guild_id}/{interaction.channel_id}/{interaction.user.id}"
        now = asyncio.get_running_loop().time()
        if is_admin_command(interaction, core.commands):
            self._granted_at[key] = now
        return now - self._granted_at.get(key, -GRANT_S) < GRANT_S

    async def on_message(self, message: discord.Message) -> None:
        bot_id = await self._rest.bot_id()
        if message.author.bot or message.webhook_id or self.core is None:
            return
        place = await self._place(message.channel, message.guild.id if message.guild else None, message.author.id)
        for event in parse_message(message, bot_id, place):
            answer = await self.core.handle_event(event)
            if answer is None or (isinstance(event, LinkShared) and answer.private):
                continue  # no one asked for a card, so no one needs the reason why there is none
            try:
                await reply(self._rest, message, answer, event.id)
            except PostError as error:
                log.warning("Discord message %d not answered: %s", message.id, error)

    async def on_raw_reaction_add(self, event: RawReactionActionEvent) -> None:
        place = await self._place_of(event.channel_id, event.guild_id, event.user_id)
        bot_id, now = await self._rest.bot_id(), self._clock.now()
        if place and (found := self._reactions.parse_reaction(event, bot_id, place, now)):
            await self._tell_core(found)

    on_raw_reaction_remove = on_raw_reaction_add

    async def on_raw_reaction_clear(self, event: RawReactionClearEvent | RawReactionClearEmojiEvent) -> None:
        if place := await self._place_of(event.channel_id, event.guild_id, 0):
            for found in self._reactions.parse_cleared(event, place, self._clock.now()):
                await self._tell_core(found)

    on_raw_reaction_clear_emoji = on_raw_reaction_clear

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._servers.joined(str(guild.id), self._tell_core)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._servers.left(str(guild.id), self._tell_core)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._servers.channel_deleted(str(channel.guild.id), str(channel.id), self._tell_core)

    async def on_guild_channel_update(self, before: object, after: discord.abc.GuildChannel | discord.Role) -> None:
        await self._servers.permissions_changed(after.guild, self._tell_core)

    on_guild_role_update = on_guild_channel_update

    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        if after.id == await self._rest.bot_id():  # others' updates need the members intent
            await self._servers.permissions_changed(after.guild, self._tell_core)

    async def on_raw_app_command_permissions_update(self, payload: discord.RawAppCommandPermissionsUpdateEvent) -> None:
        for key in [key for key in self._granted_at if key.startswith(f"{payload.guild.id}/")]:
            del self._granted_at[key]

    async def _tell_core(self, event: Event) -> None:
        if self.core:
            await self.core.handle_event(event)

    async def _place(self, channel: Any, guild: int | None, person: int) -> Place:
        """The place of a channel that came with the event."""
        id, thread = str(getattr(channel, "id", 0)), ""
        if isinstance(channel, discord.Thread):
            self._channels.saw_thread(id, str(channel.parent_id))
            id, thread = await self._channels.parent_and_thread(id)
        space = str(guild) if guild else await self._channels.space_of_direct_message(id, str(person))
        return Place(PLATFORM, space, id, thread)

    async def _place_of(self, channel: int, guild: int | None, person: int) -> Place | None:
        """The place of a channel id; None when Discord no longer has the channel."""
        found = (await self._rest.client()).get_channel(channel)
        if found or guild is None:
            return await self._place(found or discord.Object(channel), guild, person)
        try:
            id, thread = await self._channels.parent_and_thread(str(channel))
        except PostError as error:
            log.info("Discord channel %d not found: %s", channel, error)
            return None
        return Place(PLATFORM, str(guild), id, thread)


async def _answer(core: Core, event: Event) -> Answer | None:
    """The core's answer. Where Paperboy is a guest, only the person sees it unless they press *Share*. What is wrong
    with typed options is said in words: a dialog to correct them would not say it."""
    answer = await core.handle_event(event)
    if answer and answer.form and isinstance(event, FormSubmission) and any(event.values.values()):
        answer = replace(answer, form=None)
    is_private = event.who.guest and not isinstance(event, ButtonPress)
    return replace(answer, private=True) if answer and is_private else answer
