"""The adapter: everything that the core asks of Slack."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from attrs import define

from adapters.slack import doctor, errors
from adapters.slack.client import Workspaces, answer_text
from adapters.slack.inbound.listener import Listener
from adapters.slack.outbound import history, post, render
from adapters.slack.outbound.history import PostSearch
from adapters.slack.outbound.pictures import PictureFiles
from adapters.slack.outbound.user_names import with_names
from adapters.slack.payload import get_object
from adapters.slack.profiles import Profiles
from bot.chat.adapter import Core, Finding
from bot.chat.event import Place, Ref
from bot.chat.message import Message, Text
from bot.errors import Refused


@define(eq=False)
class SlackAdapter:
    """Implements the protocols of `bot.chat.adapter`."""

    name = "slack"
    label = ""
    limits = render.LIMITS

    _workspaces: Workspaces
    _profiles: Profiles
    _listener: Listener
    _search: PostSearch
    _pictures: PictureFiles
    _missing_setting: str

    @property
    def started(self) -> asyncio.Event:
        """Set while Slack can reach us."""
        return self._listener.started

    @property
    def connected(self) -> bool:
        return self._listener.started.is_set()

    @property
    def url(self) -> str:
        """Where HTTP mode listens; empty in Socket Mode."""
        return self._listener.url

    def text_width(self, run: Text) -> int:
        return render.width(run)

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        return await post.post(self._workspaces, place, await self._shown(message, place), key)

    async def find_post(self, place: Place, *, key: str, since: datetime) -> Ref | None:
        return await self._search.find_post(place, key, since)

    async def find_post_between(self, place: Place, *, key: str, since: datetime, until: datetime) -> Ref | None:
        return await self._search.find_post(place, key, since, until)

    async def edit_post(self, ref: Ref, message: Message) -> None:
        await post.edit_post(self._workspaces, ref, await self._shown(message, ref.place))

    async def count_reactions(self, ref: Ref) -> Mapping[str, frozenset[str]]:
        return await history.count_reactions(self._workspaces, ref)

    def message_url(self, ref: Ref) -> str:
        """https://docs.slack.dev/interactivity/deep-linking, which needs no web address of the workspace"""
        query = {"team": ref.place.space, "channel": ref.place.channel, "message_ts": ref.id}
        return f"https://slack.com/app_redirect?{urlencode(query)}"

    async def open_direct_message(self, person: str, space: str) -> Place:
        answer = await self._workspaces.call(space, "conversations_open", users=person)
        return Place(self.name, space, answer_text(answer, "channel", "id"))

    async def may_post(self, place: Place) -> bool:
        return await self.access_problem(place) is None

    async def access_problem(self, place: Place) -> Refused | None:
        if place.channel.startswith("D"):  # a direct message; asking would need the scope `im:read`
            return None
        try:
            answer = await self._workspaces.call(place.space, "conversations_info", channel=place.channel)
        except Refused as error:
            return errors.as_access_problem(error)
        return errors.channel_problem(get_object(answer.data, "channel"))

    async def check_setup(self) -> Sequence[Finding]:
        return await doctor.check_setup(self._workspaces, self._missing_setting)

    async def listen(self, core: Core) -> None:
        await self._listener.listen(core)

    async def aclose(self) -> None:
        await self._listener.stop_server()
        await self._workspaces.aclose()

    async def _shown(self, message: Message, place: Place) -> Message:
        return await self._pictures.shown(await with_names(message, place.space, self._profiles), place.space)
