"""All that this Discord holds, and the events that its changes send."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.clock import Clock, SystemClock
from tests.fakes.discord.errors import unknown
from tests.fakes.discord.model import DM, GROUP_DM, Channel, Guild, Interaction, Json, Message, SignIn, User
from tests.fakes.discord.permissions import ALL, Permission, in_channel
from tests.fakes.discord.settings import Settings

_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)  # Discord's
TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAx.fake.not-a-secret"


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell the bot's sessions. `content_free`: readable without the privileged intent."""

    name: str
    data: Json
    guild_id: str = ""
    intent: int = 0
    content_free: bool = False


class World:
    """Guilds, channels, people and commands; `tell` hears every event."""

    def __init__(self, clock: Clock | None = None, settings: Settings | None = None) -> None:
        self.clock = clock or SystemClock()
        self.settings = settings or Settings()
        self.token = TOKEN
        self._last_id = 0
        self.users: dict[str, User] = {}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.interactions: dict[str, Interaction] = {}
        self.by_token: dict[str, Interaction] = {}
        self.private: dict[str, Message] = {}  # answers that only the asker sees, by id
        self.commands: dict[str, dict[str, Json]] = {"": {}}  # guild id, or "" for everywhere → command id → command
        self.permitted: set[tuple[str, str, str]] = set()  # guild, command, person: by the guild's own settings
        self.syncs: list[str] = []  # one entry per bulk overwrite: the guild id or ""
        self.nonces: dict[tuple[str, str], tuple[float, Message]] = {}
        self.nonce_hits = 0
        self.identified = 0  # sessions started
        self.client_secret = "client-secret-of-the-fake"
        self.sign_ins: dict[str, SignIn] = {}  # code → what it can be exchanged for
        self.people_tokens: dict[str, str] = {}  # access token → user id
        self.gateway_url = ""
        self.directs: dict[str, str] = {}  # user id → id of the conversation with the bot
        self.tell: Callable[[Event], None] = lambda event: None
        self.bot = self.user("Paperboy", bot=True)
        self.application_id = self.bot.id

    def now(self) -> str:
        return self.clock.now().astimezone(UTC).isoformat(timespec="microseconds")

    def new_id(self) -> str:
        """A snowflake: the time in its upper bits, never the same twice."""
        milliseconds = int((self.clock.now() - _EPOCH).total_seconds() * 1000)
        self._last_id = max(self._last_id + 1, milliseconds << 22)
        return str(self._last_id)

    def elapsed(self) -> float:
        """Seconds for deadlines and windows, which no test clock moves."""
        return time.monotonic()

    def user(self, name: str, *, bot: bool = False) -> User:
        made = User(self.new_id(), name, bot)
        self.users[made.id] = made
        return made

    def emit(self, name: str, data: Json, *, guild_id: str = "", intent: int = 0, content_free: bool = False) -> None:
        """Tell of something; of a guild without the bot only its removal, and what people ask it there."""
        guild = self.guilds.get(guild_id)
        if guild and not guild.present and name not in {"GUILD_DELETE", "INTERACTION_CREATE"}:
            return
        self.tell(Event(name, data, guild_id, intent, content_free))

    def emit_in(
        self, channel: Channel, name: str, data: Json, intents: tuple[int, int], content_free: bool = True
    ) -> None:
        """Tell of something in a channel, if the bot may see it; `intents`: in a guild, in direct messages."""
        if not self.rights(channel) & Permission.VIEW_CHANNEL:
            return
        where = {"guild_id": channel.guild_id} if channel.guild_id else {}
        intent = intents[channel.type == DM]
        self.emit(name, data | where, guild_id=channel.guild_id, intent=intent, content_free=content_free)

    def guild(self, id: str) -> Guild:
        """A guild as the bot sees it."""
        guild = self.guilds.get(id)
        if guild is None or not guild.present:
            raise unknown("Guild")
        return guild

    def channel(self, id: str) -> Channel:
        channel = self.channels.get(id)
        if channel is None or (channel.guild_id and not self.guilds[channel.guild_id].present):
            raise unknown("Channel")
        return channel

    def message(self, channel_id: str, id: str) -> Message:
        found = self.channel(channel_id).messages.get(id)
        if found is None:
            raise unknown("Message")
        return found

    def rights(self, channel: Channel, user_id: str = "") -> int:
        """What someone (the bot when not said) may do in a channel or thread."""
        if channel.type == GROUP_DM:
            return ALL if user_id else 0
        if channel.type == DM:
            return ALL
        bearer = self.channels[channel.parent_id] if channel.thread else channel
        return in_channel(self.guilds[channel.guild_id], bearer, user_id or self.bot.id)

    def threads(self, guild: Guild) -> list[Channel]:
        return [found for id in guild.channels if (found := self.channels[id]).thread]
