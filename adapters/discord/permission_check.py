"""Which permissions Paperboy lacks in a channel: checked after Discord refused something, and named to the admin."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.discord.channels import ANNOUNCEMENT, FORUM, MEDIA, THREADS
from adapters.discord.errors import MISSING_ACCESS, error_code
from adapters.discord.permissions import MENTION_ALL, VIEW, missing_permissions, permission_names, permissions_in
from adapters.discord.rest import Rest
from bot.chat.adapter import KeyValue
from bot.chat.event import Place
from bot.errors import AskError, Refused
from bot.languages import tr

BLOCKED = "blocked/"  # in the storage: `blocked/GUILD/CHANNEL` while a permission is missing there
TEXT, DIRECT_MESSAGE, VOICE, STAGE = 0, 1, 2, 13  # types of channels
CAN_TAKE_PAPERS = frozenset({TEXT, DIRECT_MESSAGE, ANNOUNCEMENT, FORUM, MEDIA}) | THREADS
CHOOSE_CHANNEL = "Choose a text, announcement or forum channel."
MEMBER = "/guilds/{guild_id}/members/{user_id}"


class PermissionCheck:
    """Paperboy's permissions, and the channels where some are missing."""

    def __init__(self, rest: Rest, storage: KeyValue) -> None:
        self._rest = rest
        self._storage = storage

    async def access_problem(self, place: Place) -> Refused | None:
        """Why papers can't be posted in a place, and what to do about it. Raises `Busy` or `Unsure`."""
        try:
            channel = await self._channel(place)
            kind = int(channel["type"]) if channel else None
            if kind in {VOICE, STAGE}:
                return Refused("I can't post papers in a voice or stage channel.", CHOOSE_CHANNEL, broken=True)
            if kind is not None and kind not in CAN_TAKE_PAPERS:
                return Refused("I can't post papers in a channel of this kind.", CHOOSE_CHANNEL, broken=True)
            lacking = permission_names(await self._missing(place, channel))
        except Refused as error:
            return error
        return _lacks(lacking) if lacking else None

    async def missing_in(self, place: Place) -> int:
        """The needed permissions that are missing in a channel, as bits. Raises `PostError`."""
        return 0 if not place.space.isdecimal() else await self._missing(place, await self._channel(place))

    async def _channel(self, place: Place) -> Mapping[str, Any] | None:
        """The channel; None where Paperboy can't see it."""
        try:
            found: Mapping[str, Any] = await self._rest.call("GET", "/channels/{channel_id}", channel_id=place.channel)
        except Refused as error:
            if error_code(error) == MISSING_ACCESS and place.space.isdecimal():
                return None
            raise
        return found

    async def _missing(self, place: Place, channel: Mapping[str, Any] | None) -> int:
        if channel is None:
            return VIEW
        if channel["type"] == DIRECT_MESSAGE:
            return 0  # it has no permissions
        guild = await self._rest.call("GET", "/guilds/{guild_id}", guild_id=place.space)
        bot_id = str(await self._rest.bot_id())
        member = await self._rest.call("GET", MEMBER, guild_id=place.space, user_id=bot_id)
        return missing_permissions(guild, member, channel, bot_id)

    async def explain_refusal(self, place: Place) -> Refused:
        """The error to raise where Discord said "forbidden": it names what is missing. Raises `PostError`."""
        lacking = permission_names(await self.missing_in(place))
        if not lacking:
            return Refused("Discord doesn't allow it there.", "Check Paperboy's permissions.", broken=True)
        await self._storage.put(f"{BLOCKED}{place.space}/{place.channel}", b"")
        return _lacks(lacking)

    async def check_ping(self, person: str, place: Place, role: str) -> None:
        """Raises `AskError` unless a person may have a role notified in a channel, and `PostError`. Everyone may where
        the role can be mentioned by anyone; elsewhere it takes a permission, of the person and of Paperboy."""
        guild = await self._rest.call("GET", "/guilds/{guild_id}", guild_id=place.space)
        found = next((one for one in guild.get("roles") or () if str(one["id"]) == role), None)
        if found is None or role == place.space:  # that is @everyone
            raise AskError(tr("Only a role of this server can be notified, and never @everyone."), tr("Choose a role."))
        if found.get("mentionable"):
            return
        channel = await self._rest.call("GET", "/channels/{channel_id}", channel_id=place.channel)
        own = (str(await self._rest.bot_id()), tr("Paperboy may not mention this role here."))
        for user, problem in ((person, tr("You may not mention this role here.")), own):
            member = await self._rest.call("GET", MEMBER, guild_id=place.space, user_id=user)
            if not permissions_in(guild, member, channel, user) & MENTION_ALL:
                raise AskError(problem, tr("Allow anyone to @mention it under Server Settings, Roles."))

    async def blocked_channels(self, guild: str) -> list[str]:
        """Channels of a server where something was missing."""
        found = await self._storage.scan(f"{BLOCKED}{guild}/")
        return [key.rpartition("/")[2] for key, _ in found]

    async def unblock(self, guild: str, channel: str) -> None:
        await self._storage.delete(f"{BLOCKED}{guild}/{channel}")


def _lacks(permissions: Sequence[str]) -> Refused:
    noun = "permission" if len(permissions) == 1 else "permissions"
    return Refused(
        f"Paperboy lacks the {noun} {', '.join(permissions)} in the channel.",
        "To grant them: Edit Channel, Permissions, Paperboy.",
        broken=True,
    )
