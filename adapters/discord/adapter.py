"""The adapter: posts, finds, edits and counts over HTTP; connects to the gateway only to listen."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from discord.http import Route
from msgspec.structs import replace

from adapters.discord.channels import Channels
from adapters.discord.client import Client
from adapters.discord.connection import Connection
from adapters.discord.crosspost import Crossposter
from adapters.discord.doctor import run_checks
from adapters.discord.escape import width
from adapters.discord.events import OWN_TENANT, PLATFORM, is_own_tenant
from adapters.discord.handlers import Handlers
from adapters.discord.history import History
from adapters.discord.permission_check import PermissionCheck
from adapters.discord.post import Poster
from adapters.discord.rate_limit import RateLimit
from adapters.discord.reactions import ReactionTracker
from adapters.discord.render import LIMITS
from adapters.discord.rest import Rest
from adapters.discord.servers import Servers
from adapters.discord.settings import Settings
from bot.chat.adapter import Core, Finding, Setup
from bot.chat.event import Person, Place, Ref
from bot.chat.message import Message
from bot.errors import Refused


class DiscordAdapter:
    """Implements the protocols of `bot.chat.adapter`."""

    name = PLATFORM
    label = ""
    url = ""
    limits = LIMITS
    text_width = staticmethod(width)

    def __init__(self, settings: Settings, setup: Setup) -> None:
        Route.BASE = settings.api_url
        self._settings = settings
        self._rate_limit = RateLimit(setup.refusals.for_service("Discord"))
        self._rest = Rest(lambda: Client(self._handlers, settings, self._rate_limit.trace()), settings.token)
        self._permissions = PermissionCheck(self._rest, setup.storage)
        self._channels = Channels(self._rest, setup.storage)
        self._history = History(self._rest, self._channels, self._permissions)
        crossposter = Crossposter(self._rest, self._channels, setup.clock) if settings.crosspost else None
        self._poster = Poster(self._rest, self._channels, self._permissions, crossposter, setup)
        self._reactions = ReactionTracker()
        self._handlers = Handlers(
            rest=self._rest,
            channels=self._channels,
            servers=Servers(setup.storage, self._permissions, setup.clock),
            reactions=self._reactions,
            clock=setup.clock,
        )
        self.started = self._handlers.started
        self._connection = Connection(self._rest, self._handlers, settings, setup)

    @property
    def connected(self) -> bool:
        """Whether the gateway connection is up."""
        return self._connection.connected

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        _check_place(place)
        if message.ping == place.space or not message.ping.isdecimal():  # the id of a server is that of @everyone
            message = replace(message, ping="")
        return await self._poster.post(place, message, key)

    async def find_post(self, place: Place, *, key: str, since: datetime) -> Ref | None:
        _check_place(place)
        return await self._history.find_by_key(place, key, since)

    async def find_post_between(self, place: Place, *, key: str, since: datetime, until: datetime) -> Ref | None:
        _check_place(place)
        return await self._history.find_by_key(place, key, since, until)

    async def edit_post(self, ref: Ref, message: Message) -> None:
        await self._poster.edit(ref, message)

    async def count_reactions(self, ref: Ref) -> Mapping[str, frozenset[str]]:
        reactions = await self._history.reactions_to(await self._channels.channel_of(ref), ref.id)
        self._reactions.remember_counted(ref.id, reactions)
        return reactions

    def message_url(self, ref: Ref) -> str:
        """A link to a message. A thread is a channel here, and a forum post one with its first message's id."""
        space, channel = ref.place.space, ref.place.thread or ref.place.channel
        home = "@me" if space.startswith(OWN_TENANT) else space
        return f"https://discord.com/channels/{home}/{ref.id if self._channels.is_forum(channel) else channel}/{ref.id}"

    async def open_direct_message(self, person: str, space: str) -> Place:
        return Place(PLATFORM, space, await self._channels.open_direct_message(person, space))

    async def may_post(self, place: Place) -> bool:
        return await self.access_problem(place) is None

    async def access_problem(self, place: Place) -> Refused | None:
        _check_place(place)
        return await self._permissions.access_problem(place)

    async def has_threads(self, place: Place) -> bool:
        return not (is_own_tenant(place) or await self._channels.is_direct(place.channel))

    def has_roles(self, place: Place) -> bool:
        return place.space.isdecimal()

    async def check_ping(self, who: Person, place: Place, role: str) -> None:
        await self._permissions.check_ping(who.id, place, role)

    async def check_setup(self) -> Sequence[Finding]:
        return await run_checks(self._rest, self._settings)

    async def listen(self, core: Core) -> None:
        await self._connection.run(core)

    async def aclose(self) -> None:
        await self._poster.aclose()
        await self._rest.aclose()


def _check_place(place: Place) -> None:
    """Raises `Refused` unless channel and space are numbers; the space of a direct message may be a person's."""
    if not (place.channel.isdecimal() and place.space.removeprefix(OWN_TENANT).isdecimal()):
        raise Refused(
            f"There can be no Discord channel {place.channel!r} in {place.space!r}.",
            "Both are numbers: copy them with Discord's developer mode.",
            broken=True,
        )
