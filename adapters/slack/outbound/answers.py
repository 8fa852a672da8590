"""Shows the core's answers where people asked: privately or to all, by the way that works in that place."""

import logging

from msgspec import Struct

from adapters.slack.client import Workspaces, answer_text
from adapters.slack.outbound import modals
from adapters.slack.outbound.elements import Json
from adapters.slack.outbound.post import answer_payloads
from bot.chat.event import Answer, Place
from bot.chat.message import Message
from bot.errors import Busy, PostError, Refused
from bot.languages import mark, tr

MAX_PIECES = 12  # Slack takes about 100 a minute in a workspace
log = logging.getLogger(__name__)

MAX_RESPONSE_URL_USES = 5  # within 30 minutes (docs.slack.dev/interactivity/handling-user-interaction)
NO_UNFURLS: Json = {"unfurl_links": False, "unfurl_media": False}
POSTED = mark("Posted to the channel.")


async def stream_message(workspaces: Workspaces, message: Message, place: Place, person: str) -> bool:
    """Stream a message into a thread. False when it has to be posted: it is too long for one message, or Slack refused
    before anything was shown. Raises `PostError`.

    The message is complete and checked before its first block is sent. The pieces are blocks, not `markdown_text`: in
    that, Slack would read markup. https://docs.slack.dev/reference/methods/chat.startStream
    """
    shown, *more = [payload["blocks"] for payload in answer_payloads(message)]
    if more:
        return False
    said = [block for block in shown if block["type"] != "actions"]
    end = said[MAX_PIECES:] + [block for block in shown if block["type"] == "actions"]
    where = {"channel": place.channel, "thread_ts": place.thread}
    reader = {"recipient_team_id": place.space, "recipient_user_id": person}
    try:
        begun = await workspaces.call(place.space, "chat_startStream", chunks=_chunks(said[0]), **where, **reader)
    except (Refused, Busy):
        return False
    stream = {"channel": place.channel, "ts": answer_text(begun, "ts")}
    rest = said[1:MAX_PIECES]
    try:
        while rest:
            await workspaces.call(place.space, "chat_appendStream", chunks=_chunks(rest[0]), **stream)
            rest.pop(0)
    except PostError:
        end = rest + end  # what could not be appended comes with the end
    await workspaces.call(place.space, "chat_stopStream", blocks=end or None, **stream)
    return True


def _chunks(block: Json) -> list[Json]:
    return [{"type": "blocks", "blocks": [block]}]


class AnswerTarget(Struct, frozen=True, kw_only=True):
    """The origin of a request, which decides how it can be answered."""

    place: Place
    person: str
    root: str = ""  # the person's message, under which an answer to all is posted
    response_url: str = ""
    trigger: str = ""  # allows opening one modal within three seconds
    view: str = ""  # the modal with the button
    is_ephemeral: bool = False  # the button was on a message that only this person sees
    is_direct: bool = False  # in a direct message with Paperboy


class Answers:
    """Shows answers through the Web API and response URLs. A failure is only logged: no caller can act on it."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def show_answer(self, answer: Answer, target: AnswerTarget) -> None:
        try:
            if answer.form and target.trigger:
                form = modals.form_modal(answer.form, target.place)
                if await self._open_view(form, target, "views_push" if target.view else "views_open"):
                    return  # else it was too late, and the answer's message has to do
            if target.view:
                await self._show_in_modal(answer, target)
            elif target.response_url:
                await self._send_to_response_url(answer, target)
            elif target.trigger and answer.private:  # a button under a link, maybe in a channel without Paperboy
                await self.open_modal(answer.message, target)
            else:
                await self._show_in_channel(answer, target)
        except PostError as error:
            log.warning("Slack answer in %s not shown: %s", target.place, error)

    async def publish_home(self, message: Message, person: str, place: Place) -> None:
        """Show a message in a person's App Home."""
        try:
            view = modals.home_view(message, place)
            await self._workspaces.call(place.space, "views_publish", user_id=person, view=view)
        except PostError as error:
            log.warning("Slack App Home in %s not shown: %s", place.tenant, error)

    async def open_modal(self, message: Message, target: AnswerTarget, method: str = "views_open") -> bool:
        """Show a message in a new modal: where there is no conversation to answer in. False when Slack refused."""
        return await self._open_view(modals.message_modal(message, target.place), target, method)

    async def update_modal(self, message: Message, view: str, place: Place) -> None:
        """Replace the content of an open modal. Raises `PostError`."""
        shown = modals.message_modal(message, place)
        await self._workspaces.call(place.space, "views_update", view_id=view, view=shown)

    async def unfurl_links(self, unfurls: dict[str, Json], entities: list[Json], message: Json, space: str) -> None:
        """Show cards below the links of a message: `unfurls` by address, and the same as Work Objects, if any."""
        metadata = {"metadata": {"entities": entities}} if entities else {}
        await self._show_entities(space, "chat_unfurl", unfurls=unfurls, **metadata, **message)

    async def present_details(self, entity: Json, trigger: str, space: str) -> None:
        """Fill the pane of a Work Object that someone opened."""
        await self._show_entities(space, "entity_presentDetails", trigger_id=trigger, metadata=entity)

    async def _show_entities(self, space: str, method: str, **arguments: object) -> None:
        try:
            answer = await self._workspaces.call(space, method, **arguments)
        except PostError as error:
            log.warning("Slack links in %s not unfurled: %s", space, error)
        else:
            if warning := answer.get("warning"):  # Slack drops an entity that it can't read, and says so only here
                log.warning("Slack links in %s: %s, %s", space, warning, answer.get("response_metadata"))

    async def _open_view(self, view: Json, target: AnswerTarget, method: str) -> bool:
        try:
            await self._workspaces.call(target.place.space, method, trigger_id=target.trigger, view=view)
        except PostError as error:
            log.warning("Slack modal in %s not shown: %s", target.place, error)
            return False
        return True

    async def _show_in_modal(self, answer: Answer, target: AnswerTarget) -> None:
        """On top of the modal or in its place. Nothing can be put on top of one that is full or was closed."""
        if not answer.private:
            await self.post_message(answer.message, target.place)
        message = answer.message if answer.private or answer.replace else Message(plain=tr(POSTED))
        if answer.replace or not await self.open_modal(message, target, "views_push"):
            await self.update_modal(message, target.view, target.place)

    async def _send_to_response_url(self, answer: Answer, target: AnswerTarget) -> None:
        """This works also in channels that Paperboy is not in."""
        replace = answer.replace and (target.is_ephemeral or target.is_direct)  # never a message that others see
        kind = "ephemeral" if answer.private else "in_channel"
        for i, payload in enumerate(answer_payloads(answer.message)[:MAX_RESPONSE_URL_USES]):
            options: Json = {"response_type": kind, "replace_original": replace and i == 0}
            if target.place.thread and not options["replace_original"]:
                options["thread_ts"] = target.place.thread
            await self._workspaces.api.post_to_response_url(target.response_url, payload | options | NO_UNFURLS)

    async def _show_in_channel(self, answer: Answer, target: AnswerTarget) -> None:
        """To a person who wrote a message: in a thread under it, or visible only to them."""
        if target.is_direct:
            may_stream = answer.gradual and target.place.thread
            if not (may_stream and await stream_message(self._workspaces, answer.message, target.place, target.person)):
                await self.post_message(answer.message, target.place)
        elif answer.private:
            await self.post_message(answer.message, target.place, only_to=target.person)
        else:
            await self.post_message(answer.message, target.place.in_thread(target.place.thread or target.root))

    async def post_message(self, message: Message, place: Place, *, only_to: str = "") -> None:
        """Post a message, in as many parts as it needs: for all, or one person (an id). Raises `PostError`."""
        method = "chat_postEphemeral" if only_to else "chat_postMessage"
        options: Json = {"user": only_to} if only_to else {"mrkdwn": False, **NO_UNFURLS}
        for payload in answer_payloads(message):
            where: Json = {"channel": place.channel, "thread_ts": place.thread or None}
            await self._workspaces.call(place.space, method, **where, **options, **payload)
