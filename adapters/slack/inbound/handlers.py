"""Handles each payload from Slack: read it, ask the core, show the answer.

Everything but a form was acknowledged before it comes here.
"""

import asyncio
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from adapters.slack.client import Workspaces
from adapters.slack.inbound import events, workspace_events
from adapters.slack.inbound.assistant import Assistant, person_at
from adapters.slack.inbound.workflow_step import WorkflowStep
from adapters.slack.inbound.workspace import find_organization, is_org_wide
from adapters.slack.outbound import modals
from adapters.slack.outbound.answers import Answers, AnswerTarget
from adapters.slack.outbound.elements import Json
from adapters.slack.outbound.user_names import with_names
from adapters.slack.outbound.work_objects import find_card, work_object
from adapters.slack.payload import get_object, get_text, require_text
from adapters.slack.profiles import Admins, Profiles
from adapters.slack.settings import Settings
from bot.chat.adapter import Core, Setup
from bot.chat.event import Answer, ButtonPress, Command, Event, FormSubmission
from bot.chat.message import Message
from bot.languages import mark, speaking, tr

Ack = Callable[..., Awaitable[object]]

FORM_TIMEOUT_S = 2.0  # after which a form says that it is working; Slack shows an error after 3 s
WORKING = mark("One moment …")
REGAINED = {"channel_unarchive", "group_unarchive", "member_joined_channel"}


class Handlers:
    """One method for each kind of payload; `space` is the workspace it belongs to."""

    def __init__(
        self, core: Core, workspaces: Workspaces, profiles: Profiles, settings: Settings, setup: Setup
    ) -> None:
        self._core = core
        self._workspaces = workspaces
        self._answers = Answers(workspaces)
        self._assistant = Assistant(workspaces)
        self._workflow_step = WorkflowStep(core, workspaces, setup.storage)
        self._profiles = profiles
        self._admins = Admins(profiles, settings.admins)
        self._has_work_objects = settings.work_objects
        self._clock = setup.clock

    async def on_command(self, body: Json, space: str) -> None:
        event = events.parse_command(body, space, self._clock.now())
        target = AnswerTarget(
            place=event.place,
            person=event.who.id,
            response_url=get_text(body, "response_url"),
            trigger=get_text(body, "trigger_id"),
            is_direct=event.place.channel.startswith("D"),
        )
        await self._answer_command(event, target)

    async def on_mention(self, body: Json, space: str) -> None:
        if event := events.parse_mention(body, space, await self._bot_user(space)):
            root = get_text(body, "event", "ts")
            await self._answer_command(event, AnswerTarget(place=event.place, person=event.who.id, root=root))

    async def on_message(self, body: Json, space: str) -> None:
        if event := events.parse_direct_message(body, space, await self._bot_user(space)):
            if not event.place.thread and await self._assistant.is_on(space):  # the person's message begins a thread
                event = replace(event, place=event.place.in_thread(get_text(body, "event", "ts")))
            target = AnswerTarget(place=event.place, person=event.who.id, is_direct=True)
            with speaking(self._profiles.known_language(space, event.who.id)):
                async with self._assistant.working(event.place):
                    answer = await self._answer_to(self._assistant.about_the_channel(event))
                if answer:
                    await self._answers.show_answer(answer, target)

    async def on_press(self, body: Json, space: str) -> None:
        if event := events.parse_press(body, space, self._clock.now()):
            event = await self._admins.with_rights(event)
            answer = await self._ask_core(event)
            target = _press_target(body, event)
            with speaking(event.who.language):
                if get_text(body, "view", "type") == modals.HOME:
                    await self._answer_in_home(event, answer, target)
                elif answer:
                    await self._answers.show_answer(answer, target)

    async def on_shortcut(self, body: Json, space: str) -> None:
        event = await self._admins.with_rights(events.parse_shortcut(body, space, self._clock.now()))
        if answer := await self._ask_core(event):
            with speaking(event.who.language):
                await self._answers.show_answer(answer, _press_target(body, event))

    async def on_submit(self, body: Json, space: str, ack: Ack) -> None:
        """Show the answer in the form's place. If it takes long, the form says so and is updated later."""
        event = events.parse_submit(body, space, self._clock.now())
        task = asyncio.create_task(self._handle_submit(event))
        done, _ = await asyncio.wait({task}, timeout=FORM_TIMEOUT_S)
        with speaking(self._profiles.known_language(space, event.who.id)):
            await self._show_submitted(event, task, body, ack, is_done=bool(done))

    async def _show_submitted(
        self, event: FormSubmission, task: asyncio.Task[Answer | None], body: Json, ack: Ack, *, is_done: bool
    ) -> None:
        if not is_done:
            await ack(response_action="update", view=modals.message_modal(Message(plain=tr(WORKING)), event.place))
            if answer := await task:
                await self._answers.update_modal(answer.message, get_text(body, "view", "id"), event.place)
        elif answer := task.result():
            again = answer.form and modals.form_modal(answer.form, event.place, intro=answer.message)
            await ack(response_action="update", view=again or modals.message_modal(answer.message, event.place))
        else:
            await ack()

    async def on_assistant_opened(self, body: Json, space: str) -> None:
        with speaking((await self._profiles.get_profile(space, person_at(body))).language):
            await self._assistant.offer_prompts(body, space)

    async def on_assistant_moved(self, body: Json, space: str) -> None:
        """The person looks at another channel beside the assistant's pane."""
        self._assistant.note_channel(body, space)

    async def on_workflow_step(self, body: Json, space: str) -> None:
        await self._workflow_step.run(body, space, self._clock.now())

    async def on_home_opened(self, body: Json, space: str) -> None:
        if get_text(body, "event", "tab") == "messages" and await self._assistant.is_on(space):
            await self.on_assistant_opened(body, space)
        if event := events.parse_home_opened(body, space):
            await self._show_home(event)

    async def on_reaction(self, body: Json, space: str) -> None:
        if event := events.parse_reaction(body, space, await self._bot_user(space)):
            await self._core.handle_event(event)

    async def on_link_shared(self, body: Json, space: str) -> None:
        """Show cards below links to papers: all of a message in one call, since Slack limits the calls."""
        links, unfurls = events.parse_shared_links(body, space), dict[str, Json]()
        entities = list[Json]()
        for event in links.events:
            if answer := await self._ask_core(event):
                unfurls[event.url] = {"blocks": modals.unfurl_blocks(answer.message)}
                entities += await self._work_objects(answer.message, event.url)
        if unfurls:
            await self._answers.unfurl_links(unfurls, entities, links.message, space)

    async def on_details_requested(self, body: Json, space: str) -> None:
        """Someone opened the pane of a paper's Work Object."""
        for event in events.parse_details_request(body, space).events:
            if answer := await self._ask_core(event):
                for entity in await self._work_objects(answer.message, event.url):
                    await self._answers.present_details(entity, require_text(body, "event", "trigger_id"), space)

    async def _work_objects(self, message: Message, url: str) -> list[Json]:
        """The paper of an answer to a link as a Work Object, if those are turned on."""
        card = find_card(message) if self._has_work_objects else None
        detail = await self._core.catalog.paper_detail(card.paper) if card else None
        return [work_object(card, url, detail.entry.paper.abstract)] if card and detail else []

    async def on_channel_changed(self, body: Json, space: str) -> None:
        """Paperboy lost a channel or has it again."""
        is_back = get_text(body, "event", "type") in REGAINED
        parse = workspace_events.parse_channel_regained if is_back else workspace_events.parse_channel_lost
        if event := parse(body, space, await self._bot_user(space)):
            await self._core.handle_event(event)

    async def on_channel_moved(self, body: Json, space: str) -> None:
        await self._core.handle_event(workspace_events.parse_channel_moved(body, space))

    async def on_uninstalled(self, body: Json, space: str) -> None:
        """Delete the token first, whatever the core does then. An organization's token served many workspaces."""
        if event := workspace_events.parse_uninstalled(body, space):
            owner = find_organization(body) if is_org_wide(body) else space
            for lost in await self._workspaces.installs.forget_install(owner or space, at=event.at):
                await self._core.handle_event(workspace_events.removed_from(body, lost, event.why))

    async def on_access_granted(self, body: Json, space: str) -> None:
        """An organization added Paperboy to some of its workspaces. Its install serves them from now on."""
        for event in workspace_events.parse_access_granted(body):
            await self._workspaces.installs.find_install(event.place.space, find_organization(body))
            await self._core.handle_event(event)

    async def on_access_revoked(self, body: Json, space: str) -> None:
        """An organization removed Paperboy from some of its workspaces."""
        for event in workspace_events.parse_access_revoked(body):
            await self._workspaces.installs.forget_install(event.place.space, at=event.at)
            await self._core.handle_event(event)

    async def _answer_command(self, event: Command, target: AnswerTarget) -> None:
        if answer := await self._answer_to(event):
            with speaking(self._profiles.known_language(event.who.space, event.who.id)):
                await self._answers.show_answer(answer, target)

    async def _answer_to(self, event: Command) -> Answer | None:
        return await self._ask_core(await self._admins.with_rights(event))

    async def _handle_submit(self, event: FormSubmission) -> Answer | None:
        answer = await self._ask_core(await self._admins.with_rights(event))
        if answer and not answer.private:
            await self._answers.show_answer(answer, AnswerTarget(place=event.place, person=event.who.id))
        return answer

    async def _answer_in_home(self, event: ButtonPress, answer: Answer | None, target: AnswerTarget) -> None:
        """A form or a longer answer opens a modal; App Home has no place for a short one and is shown again."""
        if answer and answer.form:
            await self._answers.show_answer(answer, target)
        elif answer and not (answer.brief or answer.replace):
            await self._answers.open_modal(answer.message, target)
        else:
            again = Command(id=f"{event.id}:home", at=event.at, who=event.who, place=event.place, text="home")
            await self._show_home(again)

    async def _show_home(self, event: Command) -> None:
        if answer := await self._ask_core(await self._admins.with_rights(event)):
            await self._answers.publish_home(answer.message, event.who.id, event.place)

    async def _ask_core(self, event: Event) -> Answer | None:
        """The core's answer, with people's names in it."""
        if answer := await self._core.handle_event(event):
            answer = replace(answer, message=await with_names(answer.message, event.who.space, self._profiles))
        return answer

    async def _bot_user(self, space: str) -> str:
        return (await self._workspaces.installs.find_install(space)).bot_user


def _press_target(body: Json, event: ButtonPress) -> AnswerTarget:
    return AnswerTarget(
        place=event.place,
        person=event.who.id,
        response_url=get_text(body, "response_url"),
        trigger=get_text(body, "trigger_id"),
        view=get_text(body, "view", "id") if get_text(body, "view", "type") == "modal" else "",
        is_ephemeral=bool(get_object(body, "container").get("is_ephemeral")),
        is_direct=event.place.channel.startswith("D"),
    )
