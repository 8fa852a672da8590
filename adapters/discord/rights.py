"""Which permissions are missing in a place: asked of Discord when it refused something, and told by name."""

from __future__ import annotations

from adapters.discord.permissions import ALL_NEEDED, VIEW, missing, names
from adapters.discord.problems import MISSING_ACCESS, code
from adapters.discord.rest import Rest
from bot.chat.adapter import KeyValue
from bot.chat.event import Place
from bot.errors import Refused

BLOCKED = "blocked/"  # on the shelf: `blocked/GUILD/CHANNEL` while a permission is missing there


class Rights:
    """What Paperboy may do, and the places where it may not enough."""

    def __init__(self, rest: Rest, storage: KeyValue) -> None:
        self._rest = rest
        self._storage = storage

    async def missing(self, place: Place) -> int:
        """The needed permissions that are missing in a channel, as bits."""
        if not place.space.isdecimal():
            return 0  # a private conversation has none
        try:
            channel = await self._rest.call("GET", "/channels/{channel_id}", channel_id=place.channel)
        except Refused as error:
            if code(error) == MISSING_ACCESS:
                return VIEW
            raise
        guild = await self._rest.call("GET", "/guilds/{guild_id}", guild_id=place.space)
        me = str(await self._rest.me())
        member = await self._rest.call("GET", "/guilds/{guild_id}/members/{user_id}", guild_id=place.space, user_id=me)
        return missing(guild, member, channel, me)

    async def refusal(self, place: Place) -> Refused:
        """Why Discord said no there, and what to do about it."""
        lacking = names(await self.missing(place) & ALL_NEEDED)
        if not lacking:
            return Refused("Discord does not allow it there.", "Look over Paperboy's permissions.", broken=True)
        await self._storage.put(f"{BLOCKED}{place.space}/{place.channel}", b"")
        what = "permission" if len(lacking) == 1 else "permissions"
        return Refused(
            f"Paperboy lacks the {what} {', '.join(lacking)} in the channel.",
            "Give it there: Edit Channel, Permissions, Paperboy.",
            broken=True,
        )

    async def blocked(self, guild: str) -> list[str]:
        """Channels of a guild where something was missing."""
        found = await self._storage.scan(f"{BLOCKED}{guild}/")
        return [key.rpartition("/")[2] for key, _ in found]

    async def unblock(self, guild: str, channel: str) -> None:
        await self._storage.delete(f"{BLOCKED}{guild}/{channel}")
