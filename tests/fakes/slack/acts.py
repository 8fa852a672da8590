"""What people do in this Slack, and what they get to see for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

from tests.fakes.slack import events, payloads, responses
from tests.fakes.slack.log import Delivery, Shown
from tests.fakes.slack.state import Channel, Json, Message, Trigger, View
from tests.fakes.slack.wire import Wire
from tests.fakes.slack.world import World


class Seen(Struct, kw_only=True):
    """What a user saw after doing something, and how long it took from the moment they did it."""

    ack_ms: float | None = None  # until the app acknowledged; None: it did not
    answer_ms: float | None = None  # until the first thing to see
    error: str = ""  # what Slack tells the user when the app failed: `timeout`, `nobody`, an HTTP status
    shown: list[Shown] = field(default_factory=list)
    ack: Json | None = None  # the payload of the acknowledgement

    @property
    def messages(self) -> list[Message]:
        return [shown.message for shown in self.shown if shown.message]

    @property
    def views(self) -> list[View]:
        return [shown.view for shown in self.shown if shown.view]

    @property
    def text(self) -> str:
        """Everything that was shown, as plain text."""
        return "\n".join(piece for message in self.messages for piece in (message.text, *words(message.blocks)))


def words(blocks: Any) -> Iterator[str]:
    """All texts in blocks."""
    if isinstance(blocks, list):
        for block in blocks:
            yield from words(block)
    elif isinstance(blocks, dict):
        for key, value in blocks.items():
            if key == "text" and isinstance(value, str):
                yield value
            elif isinstance(value, dict | list):
                yield from words(value)


class Watch:
    """Looks on while the app answers one deed of one user."""

    def __init__(self, world: World, user: str, channel: str, trigger: str, thread: str = "") -> None:
        self._world = world
        self._user, self._channel, self._trigger, self._thread = user, channel, trigger, thread
        self._more = asyncio.Event()
        self.seen = Seen()
        self.began = world.now()

    def __enter__(self) -> Watch:
        self._world.watchers.add(self._look)
        return self

    def __exit__(self, *rest: object) -> None:
        self._world.watchers.discard(self._look)

    async def wait(self, answers: int, seconds: float) -> Seen:
        """Until so many things were shown, or the time is up."""
        try:
            async with asyncio.timeout(seconds):
                while len(self.seen.shown) < answers:
                    await self._more.wait()
                    self._more.clear()
        except TimeoutError:
            pass
        return self.seen

    def _look(self, shown: Shown) -> None:
        if not self._mine(shown):
            return
        if not self.seen.shown:
            self.seen.answer_ms = (shown.at - self.began) * 1000
        self.seen.shown.append(shown)
        self._more.set()

    def _mine(self, shown: Shown) -> bool:
        if shown.trigger and self._trigger:
            return shown.trigger == self._trigger
        if shown.view:
            return shown.view.user == self._user
        held = shown.message
        if held is None:
            return False
        home = self._world.channels[held.channel].partner == self._user
        return home or (held.channel == self._channel and held.seen_by in {"", self._user})


class People:
    """The deeds; each waits for `answers` things to see, `wait` seconds at most."""

    def __init__(self, world: World, wire: Wire) -> None:
        self._world = world
        self._wire = wire

    async def command(
        self, *, user: str, channel: str, name: str, text: str = "", answers: int = 1, wait: float = 5.0
    ) -> Seen:
        if name not in self._world.settings.commands:
            raise LookupError(f"{name} is not a valid command")
        where, trigger = self._where(channel, user)
        payload = payloads.command(self._world, where, user, name, text, trigger)
        hook = payload["response_url"].removeprefix(f"{self._world.base}/actions/")
        with Watch(self._world, user, channel, trigger.id) as watch:
            sent, _ = await self._wire.ask("slash_commands", name, where.team, payload)
            responses.acknowledged_command(self._world, sent, self._world.hooks[hook])
            return await self._finish(watch, sent, answers, wait)

    async def press(
        self, *, user: str, channel: str, ts: str, button: str, value: str = "", answers: int = 1, wait: float = 5.0
    ) -> Seen:
        """Press the button of a message that has this action id, label or value; or pick from a menu."""
        where, trigger = self._where(channel, user)
        held = where.messages.get(ts) or where.ephemerals[ts]
        action = responses.find(held.blocks, button, value)
        payload = payloads.pressed(self._world, held, user, action, trigger, responses.state(held.blocks, {}))
        with Watch(self._world, user, channel, trigger.id) as watch:
            sent, _ = await self._wire.ask("interactive", "block_actions", where.team, payload)
            return await self._finish(watch, sent, answers, wait)

    async def press_in_view(
        self, *, user: str, view: str, button: str, value: str = "", answers: int = 1, wait: float = 5.0
    ) -> Seen:
        """Press a button of a modal or of the home tab."""
        held = self._world.views[view]
        trigger = self._world.add_trigger(held.team, user, view)
        action = responses.find(held.body["blocks"], button, value)
        state = responses.state(held.body["blocks"], {})
        payload = payloads.pressed_in_view(self._world, held, user, action, trigger, state)
        with Watch(self._world, user, "", trigger.id) as watch:
            sent, _ = await self._wire.ask("interactive", "block_actions", held.team, payload)
            return await self._finish(watch, sent, answers, wait)

    async def submit(
        self, *, user: str, view: str, values: dict[str, Any] | None = None, answers: int = 0, wait: float = 5.0
    ) -> Seen:
        """Send a modal; values by block id or action id, the others stay as they were filled in."""
        held = self._world.views[view]
        trigger = self._world.add_trigger(held.team, user, view)
        state = responses.state(held.body["blocks"], values or {})
        payload = payloads.submitted(self._world, held, user, trigger, state)
        with Watch(self._world, user, "", trigger.id) as watch:
            sent, reply = await self._wire.ask("interactive", "view_submission", held.team, payload)
            if reply.ok:
                responses.acknowledged_view(self._world, held, sent.payload)
            return await self._finish(watch, sent, answers, wait)

    async def close(self, *, user: str, view: str) -> Seen:
        held = self._world.views[view]
        held.open = False
        trigger = self._world.add_trigger(held.team, user, view)
        if held.body.get("notify_on_close"):
            await self._wire.ask(
                "interactive", "view_closed", held.team, payloads.closed(self._world, held, user, trigger)
            )
        return Seen()

    async def shortcut(
        self, *, user: str, callback: str, channel: str = "", ts: str = "", answers: int = 1, wait: float = 5.0
    ) -> Seen:
        """A message's shortcut with `channel` and `ts`, else a global one."""
        known = self._world.settings.shortcuts
        if known and callback not in known:
            raise LookupError(f"no shortcut {callback}; there are {known}")
        team = self._world.users[user].team
        trigger = self._world.add_trigger(team, user)
        held = self._world.channels[channel].messages[ts] if ts else None
        payload = payloads.shortcut(self._world, callback, user, trigger, held)
        with Watch(self._world, user, channel, trigger.id) as watch:
            sent, _ = await self._wire.ask("interactive", payload["type"], team, payload)
            return await self._finish(watch, sent, answers, wait)

    async def say(
        self,
        *,
        user: str,
        channel: str,
        text: str,
        thread: str = "",
        mention: bool = False,
        links: list[str] | None = None,
        answers: int = 0,
        wait: float = 5.0,
    ) -> Seen:
        """Write a message; with `mention` to the bot, with `links` of domains the app registered."""
        where = self._world.channels[channel]
        bot = self._world.teams[where.team].bot
        if mention and bot not in where.members:
            raise ValueError(f"the bot is not in #{where.name}: Slack would offer to invite it, and tell it nothing")
        said = f"<@{bot}> {text}" if mention else text
        held = Message(ts=self._world.ts(), team=where.team, channel=channel, user=user, text=said, thread=thread)
        held.via = "user"
        where.messages[held.ts] = held
        with Watch(self._world, user, channel, "") as watch:
            if mention:
                events.mentioned(self._world, held)
            if bot in where.members:
                events.said(self._world, held)
            if links:
                events.shared(self._world, held, links)
            await watch.wait(answers, wait)
        watch.seen.ack = {"ts": held.ts}
        return watch.seen

    async def compose(self, *, user: str, channel: str, text: str, links: list[str]) -> Seen:
        """Write, and not send: Slack asks for previews already."""
        team = self._world.users[user].team
        held = Message(ts="", team=team, channel=channel, user=user, text=text)
        events.shared(self._world, held, links, composing=True)
        return Seen()

    async def open_home(self, *, user: str, answers: int = 1, wait: float = 5.0) -> Seen:
        with Watch(self._world, user, "", "") as watch:
            events.home_opened(self._world, user)
            return await watch.wait(answers, wait)

    def _where(self, channel: str, user: str) -> tuple[Channel, Trigger]:
        where = self._world.channels[channel]
        return where, self._world.add_trigger(where.team, user)

    async def _finish(self, watch: Watch, sent: Delivery, answers: int, wait: float) -> Seen:
        seen = watch.seen
        seen.ack_ms, seen.ack = sent.ack_ms, sent.payload
        if sent.ack_ms is None:
            seen.error = sent.status
            return seen
        return await watch.wait(answers, wait)
