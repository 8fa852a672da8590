"""Which permissions Paperboy lacks in a channel: checked after Discord refused something, and named to the admin."""

from __future__ import annotations

from adapters.discord.errors import MISSING_ACCESS, error_code
from adapters.discord.permissions import VIEW, missing_permissions, permission_names
from adapters.discord.rest import Rest
from bot.chat.adapter import KeyValue
from bot.chat.event import Place
from bot.errors import Refused

BLOCKED = "blocked/"  # in the storage: `blocked/GUILD/CHANNEL` while a permission is missing there


class PermissionCheck:
    """Paperboy's permissions, and the channels where some are missing."""

    def __init__(self, rest: Rest, storage: KeyValue) -> None:
        self._rest = rest
        self._storage = storage

    async def missing_in(self, place: Place) -> int:
        """The needed permissions that are missing in a channel, as bits. Raises `PostError`."""
        if not place.space.isdecimal():
            return 0  # a direct message has no permissions
        try:
            channel = await self._rest.call("GET", "/channels/{channel_id}", channel_id=place.channel)
        except Refused as error:
            if error_code(error) == MISSING_ACCESS:
                return VIEW
            raise
        guild = await self._rest.call("GET", "/guilds/{guild_id}", guild_id=place.space)
        bot_id = str(await self._rest.bot_id())
        path = "/guilds/{guild_id}/members/{user_id}"
        member = await self._rest.call("GET", path, guild_id=place.space, user_id=bot_id)
        return missing_permissions(guild, member, channel, bot_id)

    async def explain_refusal(self, place: Place) -> Refused:
        """The error to raise where Discord said "forbidden": it names what is missing. Raises `PostError`."""
        lacking = permission_names(await self.missing_in(place))
        if not lacking:
            return Refused("Discord doesn't allow it there.", "Check Paperboy's permissions.", broken=True)
        await self._storage.put(f"{BLOCKED}{place.space}/{place.channel}", b"")
        noun = "permission" if len(lacking) == 1 else "permissions"
        return Refused(
            f"Paperboy lacks the {noun} {', '.join(lacking)} in the channel.",
            "To grant them: Edit Channel, Permissions, Paperboy.",
            broken=True,
        )

    async def blocked_channels(self, guild: str) -> list[str]:
        """Channels of a server where something was missing."""
        found = await self._storage.scan(f"{BLOCKED}{guild}/")
        return [key.rpartition("/")[2] for key, _ in found]

    async def unblock(self, guild: str, channel: str) -> None:
        await self._storage.delete(f"{BLOCKED}{guild}/{channel}")
