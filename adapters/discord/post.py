"""The adapter: posts, finds, edits and counts over HTTP; a gateway is opened only to listen."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import discord
from discord.http import Route

from adapters.discord.channels import Channels
from adapters.discord.check import check
from adapters.discord.client import Client
from adapters.discord.escape import width
from adapters.discord.gate import Gate
from adapters.discord.history import History
from adapters.discord.listen import Listener
from adapters.discord.permissions import ALL_NEEDED
from adapters.discord.publish import Publisher
from adapters.discord.render import LIMITS
from adapters.discord.rest import Rest
from adapters.discord.rights import Rights
from adapters.discord.send import Sender
from adapters.discord.settings import Settings
from adapters.discord.votes import Votes
from bot.chat.adapter import Core, Finding, KeyValue
from bot.chat.event import Place, Ref
from bot.chat.message import Message, Text
from bot.clock import Clock
from bot.errors import Refused

PLATFORM = "discord"


class DiscordAdapter:
    """Implements every protocol of `bot.chat.adapter`."""

    name = PLATFORM
    label = ""
    url = ""
    limits = LIMITS

    def __init__(self, settings: Settings, storage: KeyValue, clock: Clock) -> None:
        Route.BASE = settings.api_url
        self._settings = settings
        self._storage = storage
        self._gate = Gate()
        self._rest = Rest(self._client, settings.token)
        self._rights = Rights(self._rest, storage)
        self._channels = Channels(self._rest, storage)
        self._history = History(self._rest, self._channels, self._rights)
        publisher = Publisher(self._rest, self._channels, clock) if settings.crosspost else None
        self._sender = Sender(self._rest, self._channels, self._rights, publisher)
        self._votes = Votes()
        self._listener = Listener(
            rest=self._rest,
            channels=self._channels,
            rights=self._rights,
            votes=self._votes,
            storage=storage,
            settings=settings,
            clock=clock,
        )

    @property
    def started(self) -> asyncio.Event:
        """Set when events arrive."""
        return self._listener.started

    @property
    def connected(self) -> bool:
        """Whether the gateway is open."""
        return self._listener.connected

    def text_width(self, run: Text) -> int:
        return width(run)

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        _must_be(place)
        return await self._sender.send(place, message, key)

    async def find_post(self, place: Place, *, key: str, since: datetime) -> Ref | None:
        _must_be(place)
        return await self._history.find(place, key, since)

    async def edit_post(self, ref: Ref, message: Message) -> None:
        await self._sender.edit_post(ref, message)

    async def count_reactions(self, ref: Ref) -> Mapping[str, frozenset[str]]:
        found = await self._history.reactions(await self._channels.holding(ref), ref.id)
        self._votes.counted(ref.id, found)
        return found

    def message_url(self, ref: Ref) -> str:
        """A thread is a channel of its own there, and so is a forum post under its first message's id."""
        space, channel = ref.place.space, ref.place.thread or ref.place.channel
        home = "@me" if space.startswith("@") else space
        return f"https://discord.com/channels/{home}/{ref.id if self._channels.is_forum(channel) else channel}/{ref.id}"

    async def open_direct_message(self, person: str, space: str) -> Place:
        return Place(PLATFORM, space, await self._channels.direct(person, space))

    async def may_post(self, place: Place) -> bool:
        _must_be(place)
        return not ALL_NEEDED & await self._rights.missing(place)

    async def check_setup(self) -> Sequence[Finding]:
        return await check(self._rest, self._settings)

    async def listen(self, core: Core) -> None:
        await self._listener.listen(core)

    async def aclose(self) -> None:
        await self._sender.aclose()
        await self._rest.aclose()

    def _client(self) -> discord.AutoShardedClient:
        return Client(self._listener, self._settings, self._gate.trace())


def _must_be(place: Place) -> None:
    """Ids are numbers; a private conversation's space may be a person's."""
    if not (place.channel.isdecimal() and place.space.removeprefix("@").isdecimal()):
        raise Refused(
            f"There can be no Discord channel {place.channel!r} in {place.space!r}.",
            "Both are numbers: copy them with Discord's developer mode.",
            broken=True,
        )
