"""The adapter: posts, finds, edits and counts in the chat, and listens through a web server."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from markupsafe import escape

from adapters.webchat.chat_state import ChatState
from adapters.webchat.people import PLATFORM, SPACE
from adapters.webchat.records import CHANNEL_NAME, ChatMessage
from adapters.webchat.server import Server
from adapters.webchat.settings import Settings
from bot.chat.adapter import Core, Finding, Limits
from bot.chat.event import Place, Ref
from bot.chat.message import Message, Text
from bot.errors import Refused
from bot.http_server import LOCAL_HOSTS
from bot.tasks import Supervisor


class WebchatAdapter:
    """Implements every protocol of `bot.chat.adapter` that a chat can."""

    name = PLATFORM
    label = "chat in your browser"
    # A page has no limits of its own; these keep one message readable.
    limits = Limits(max_chars=60_000, max_blocks=120, max_block_chars=8_000, max_buttons=8)

    def __init__(self, state: ChatState, settings: Settings, tasks: Supervisor) -> None:
        self._state = state
        self._settings = settings
        self._server = Server(state, settings, tasks)
        self.started = self._server.started

    @property
    def url(self) -> str:
        """The address of the chat; empty until the server answers."""
        return self._server.url

    def text_width(self, run: Text) -> int:
        return sum(len(escape(span.text)) for span in run)

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        if place.space != SPACE:
            raise Refused(f"The browser chat has no space {place.space!r}.", f"Use {PLATFORM}:{SPACE}/…", broken=True)
        if not CHANNEL_NAME.fullmatch(place.channel):
            raise Refused(f"{place.channel!r} can't be a channel name.", "Use a-z, 0-9, - and _.", broken=True)
        state = self._state
        sent = ChatMessage(
            id=state.new_id(), channel=place.channel, thread=place.thread, at=state.now(), message=message
        )
        return Ref(place, (await state.add_message(sent, key)).id)

    async def find_post(self, place: Place, *, key: str, since: datetime) -> Ref | None:
        message = await self._state.find_message(key)
        return Ref(place, message.id) if message else None

    async def edit_post(self, ref: Ref, message: Message) -> None:
        if not await self._state.edit_message(ref.id, message):
            raise Refused("That message is gone.", gone=True)

    async def count_reactions(self, ref: Ref) -> Mapping[str, frozenset[str]]:
        await self._state.load()
        return self._state.reactions(ref.id)

    def message_url(self, ref: Ref) -> str:
        """The channel with the message's thread open; empty in a process that doesn't serve the page."""
        if not self.url:
            return ""
        return f"{self.url}/c/{ref.place.channel}?{urlencode({'thread': ref.place.thread or ref.id})}"

    async def check_setup(self) -> Sequence[Finding]:
        """The chat has no sign-in, so it belongs on a loopback address."""
        host = self._settings.host
        hint = 'Anyone who reaches the browser chat is an admin there. Set host = "127.0.0.1" in [adapters.web].'
        return [Finding.check(f"browser chat on {host}", host in LOCAL_HOSTS, hint)]

    async def listen(self, core: Core) -> None:
        await self._state.load()
        await self._server.serve(core)

    async def aclose(self) -> None:
        await self._server.aclose()
