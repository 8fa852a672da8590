"""Between Slack and the core: each payload once, with the rights of who sent it, and its answer shown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from adapters.slack.client import Workspaces
from adapters.slack.inbound import events
from adapters.slack.inbound.admins import Admins
from adapters.slack.outbound import modals
from adapters.slack.outbound.answers import Answers, AnswerTarget
from adapters.slack.outbound.render import Json
from bot.chat.adapter import Core
from bot.chat.event import Answer, Command, Event, Place, Press, Submit
from bot.chat.message import Message
from bot.clock import Clock

Ack = Callable[..., Awaitable[object]]

PATIENCE = 2.0  # seconds that a form waits for its answer; Slack gives up after three
WORKING = Message(plain="One moment …")


class Handlers:
    """Takes what people do in Slack. Everything but a form was acknowledged before it comes here."""

    def __init__(self, core: Core, workspaces: Workspaces, people: Admins, clock: Clock) -> None:
        self._core = core
        self._workspaces = workspaces
        self._answers = Answers(workspaces)
        self._people = people
        self._clock = clock

    async def command(self, body: Json, space: str) -> None:
        event = events.command(body, space, self._clock.now())
        asked = AnswerTarget(
            place=event.place,
            person=event.who.id,
            address=str(body.get("response_url") or ""),
            trigger=str(body.get("trigger_id") or ""),
            alone=_alone(event.place),
        )
        await self._asked(event, asked)

    async def mention(self, body: Json, space: str) -> None:
        if event := events.mention(body, space, await self._bot(body, space)):
            root = str(body["event"].get("ts") or "")
            await self._asked(event, AnswerTarget(place=event.place, person=event.who.id, root=root))

    async def direct(self, body: Json, space: str) -> None:
        if event := events.direct(body, space, await self._bot(body, space)):
            await self._asked(event, AnswerTarget(place=event.place, person=event.who.id, alone=True))

    async def press(self, body: Json, space: str) -> None:
        if event := events.press(body, space, self._clock.now()):
            event = await self._people.knowing(event)
            answer = await self._core.handle_event(event)
            asked = _pressed(body, event.place, event.who.id)
            if (body.get("view") or {}).get("type") == modals.HOME:
                await self._at_home(event, answer, asked)
            elif answer:
                await self._answers.show(answer, asked)

    async def shortcut(self, body: Json, space: str) -> None:
        event = events.shortcut(body, space, self._clock.now())
        if answer := await self._core.handle_event(await self._people.knowing(event)):
            await self._answers.show(answer, _pressed(body, event.place, event.who.id))

    async def submit(self, body: Json, space: str, ack: Ack) -> None:
        """A form shows its answer itself. When that takes long it says so, and is changed when the answer is there."""
        event = events.submit(body, space, self._clock.now())
        work = asyncio.create_task(self._submitted(event))
        done, _ = await asyncio.wait({work}, timeout=PATIENCE)
        if not done:
            await ack(response_action="update", view=modals.sheet(WORKING, event.place))
            if answer := await work:
                await self._answers.update(answer.message, str(body["view"]["id"]), event.place)
        elif answer := work.result():
            again = answer.form and modals.dialog(answer.form, event.place, said=answer.message)
            await ack(response_action="update", view=again or modals.sheet(answer.message, event.place))
        else:
            await ack()

    async def home(self, body: Json, space: str) -> None:
        if event := events.home(body, space):
            await self._show_home(event)

    async def reaction(self, body: Json, space: str) -> None:
        if event := events.reaction(body, space, await self._bot(body, space)):
            await self._core.handle_event(event)

    async def shared(self, body: Json, space: str) -> None:
        """Links to papers get their card beneath; all of a message at once, since Slack counts the calls."""
        shown: dict[str, Json] = {}
        for event in events.shared(body, space):
            if answer := await self._core.handle_event(event):
                shown[event.url] = {"blocks": modals.unfurled(answer.message)}
        if shown:
            await self._answers.unfurl(shown, _message(body["event"]), space)

    async def moved(self, body: Json, space: str) -> None:
        """Paperboy lost a channel, or has it again."""
        if _returns(body):
            event: Event | None = events.back(body, space, await self._bot(body, space))
        else:
            event = events.gone(body, space)
        if event:
            await self._core.handle_event(event)

    async def uninstalled(self, body: Json, space: str) -> None:
        """The token is forgotten before anything else, whatever the core does then."""
        if event := events.uninstalled(body, space):
            await self._workspaces.installs.forget(_holder(body, space), at=event.at)
            await self._core.handle_event(event)

    async def access_revoked(self, body: Json, space: str) -> None:
        """An organization took Paperboy out of some of its workspaces."""
        for event in events.access_revoked(body):
            await self._workspaces.installs.forget(event.place.space, at=event.at)
            await self._core.handle_event(event)

    async def _asked(self, event: Command, asked: AnswerTarget) -> None:
        if event.text.partition(" ")[0].casefold() in {c.name for c in self._core.commands}:
            event = await self._people.knowing(event)
        if answer := await self._core.handle_event(event):
            await self._answers.show(answer, asked)

    async def _submitted(self, event: Submit) -> Answer | None:
        answer = await self._core.handle_event(await self._people.knowing(event))
        if answer and not answer.private:
            await self._answers.show(answer, AnswerTarget(place=event.place, person=event.who.id))
        return answer

    async def _at_home(self, event: Press, answer: Answer | None, asked: AnswerTarget) -> None:
        """A form or something to read gets a modal. For a short note there is no place: the page is drawn anew."""
        if answer and answer.form:
            await self._answers.show(answer, asked)
        elif answer and not (answer.brief or answer.replace):
            await self._answers.modal(answer.message, asked)
        else:
            again = Command(id=f"{event.id}:home", at=event.at, who=event.who, place=event.place, text="home")
            await self._show_home(again)

    async def _show_home(self, event: Command) -> None:
        if answer := await self._core.handle_event(await self._people.knowing(event)):
            await self._answers.home(answer.message, event.who.id, event.place)

    async def _bot(self, body: Json, space: str) -> str:
        return (await self._workspaces.installs.of(space, str(body.get("enterprise_id") or ""))).bot_user


def _pressed(body: Json, place: Place, person: str) -> AnswerTarget:
    view = body.get("view") or {}
    return AnswerTarget(
        place=place,
        person=person,
        address=str(body.get("response_url") or ""),
        trigger=str(body.get("trigger_id") or ""),
        view=str(view.get("id") or "") if view.get("type") == "modal" else "",
        own=bool((body.get("container") or {}).get("is_ephemeral")),
        alone=_alone(place),
    )


def _alone(place: Place) -> bool:
    return place.channel.startswith("D")


def _returns(body: Json) -> bool:
    return body["event"]["type"] in {"channel_unarchive", "group_unarchive", "member_joined_channel"}


def _message(event: Json) -> Json:
    """The message a link stands in: posted, or still being written."""
    if event.get("source") == "composer":
        return {"unfurl_id": event["unfurl_id"], "source": "composer"}
    return {"channel": event["channel"], "ts": event["message_ts"]}


def _holder(body: Json, space: str) -> str:
    """Under what name the token is kept: an installation for a whole organization belongs to that."""
    first: Json = next(iter(body.get("authorizations") or ()), {})
    wide = first.get("is_enterprise_install") or body.get("is_enterprise_install")
    return str(body.get("enterprise_id") or space) if wide else space
