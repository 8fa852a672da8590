"""The adapter: everything that the core asks of Slack."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

from adapters.slack import doctor, errors
from adapters.slack.client import answer_text
from adapters.slack.inbound.listener import Listener
from adapters.slack.outbound import elements, history, post, render
from adapters.slack.outbound.history import PostSearch
from adapters.slack.outbound.pictures import PictureFiles
from adapters.slack.outbound.user_names import with_names
from adapters.slack.payload import get_object
from bot.chat.adapter import Finding
from bot.chat.event import Place, Ref
from bot.chat.message import Message
from bot.errors import Refused


class SlackAdapter(Listener):
    """Implements the protocols of `bot.chat.adapter`."""

    name = "slack"
    label = ""
    limits = render.LIMITS
    text_width = staticmethod(elements.width)

    @cached_property
    def _search(self) -> PostSearch:
        return PostSearch(self._workspaces, self._setup.storage)

    @cached_property
    def _pictures(self) -> PictureFiles:
        return PictureFiles(self._workspaces, self._setup)

    @property
    def connected(self) -> bool:
        return self.started.is_set()

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
        return await doctor.check_setup(self._workspaces, self._settings.missing_setting())

    async def aclose(self) -> None:
        await self.stop_server()
        await self._workspaces.aclose()

    async def _shown(self, message: Message, place: Place) -> Message:
        return await self._pictures.shown(await with_names(message, place.space, self._profiles), place.space)
