"""The adapter: posts, finds, edits and counts in the room, and listens through a web server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from markupsafe import escape

from adapters.webchat.people import PLATFORM, SPACE
from adapters.webchat.records import CHANNEL, Said
from adapters.webchat.room import Room
from adapters.webchat.server import Server
from bot.chat.adapter import Core, Limits
from bot.chat.event import Place, Ref
from bot.chat.message import Message, Text
from bot.errors import Refused


class WebchatAdapter:
    """Implements every protocol of `bot.chat.adapter`."""

    name = PLATFORM
    about = "the chat in your browser"
    # A page takes anything; these keep one message readable.
    limits = Limits(chars=60_000, blocks=120, block_chars=8_000, controls=8)

    def __init__(self, room: Room, host: str, port: int) -> None:
        self._room = room
        self._server = Server(room, host, port)

    @property
    def started(self) -> asyncio.Event:
        """Set when the server answers."""
        return self._server.started

    @property
    def url(self) -> str:
        """Where to look."""
        return self._server.url

    def text_width(self, run: Text) -> int:
        return sum(len(escape(span.text)) for span in run)

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        if place.space != SPACE:
            raise Refused(f"There is no home {place.space!r} here.", f"Use {PLATFORM}:{SPACE}/…", broken=True)
        if not CHANNEL.fullmatch(place.channel):
            raise Refused(f"There can be no channel {place.channel!r}.", "Use a-z, 0-9, - and _.", broken=True)
        room = self._room
        said = Said(id=room.new_id(), channel=place.channel, thread=place.thread, at=room.now(), message=message)
        return Ref(place, (await room.say(said, key)).id)

    async def find_post(self, place: Place, *, key: str, since: datetime) -> Ref | None:
        said = await self._room.find(key)
        return Ref(place, said.id) if said else None

    async def edit_post(self, ref: Ref, message: Message) -> None:
        if not await self._room.edit(ref.id, message):
            raise Refused("That message is gone.", gone=True)

    async def count_reactions(self, ref: Ref) -> Mapping[str, frozenset[str]]:
        await self._room.load()
        return self._room.reactions(ref.id)

    def message_url(self, ref: Ref) -> str:
        """The channel with the message's thread beside it; empty where the page is served by another process."""
        if not self.url:
            return ""
        return f"{self.url}/c/{ref.place.channel}?{urlencode({'thread': ref.place.thread or ref.id})}"

    async def listen(self, core: Core) -> None:
        await self._room.load()
        await self._server.serve(core)

    async def aclose(self) -> None:
        await self._server.aclose()
