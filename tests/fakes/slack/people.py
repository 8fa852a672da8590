"""Workspaces, channels and people, as tests hold them in their hands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.fakes.slack.acts import Seen
from tests.fakes.slack.state import Json, Message, View

if TYPE_CHECKING:
    from tests.fakes.slack.client import FakeSlack


class Workspace:
    """One workspace."""

    def __init__(self, slack: FakeSlack, made: Json) -> None:
        self.slack = slack
        self.id: str = made["id"]
        self.name: str = made["name"]
        self.bot: str = made["bot"]
        self.token: str = made["token"]

    async def user(
        self, name: str = "ada", *, admin: bool = False, owner: bool = False, locale: str = "en-US"
    ) -> Someone:
        made = await self.slack.do("user", team=self.id, name=name, admin=admin, owner=owner, locale=locale)
        return Someone(self.slack, self, made["id"], name)

    async def channel(
        self, name: str = "papers", *, private: bool = False, member: bool = True, shared_with: Sequence[str] = ()
    ) -> Room:
        """A channel; `member`: the bot is in it; `shared_with`: other workspaces, by Slack Connect."""
        made = await self.slack.do(
            "channel", team=self.id, name=name, private=private, member=member, shared_with=list(shared_with)
        )
        return Room(self.slack, made["id"], name)

    async def uninstall(self) -> None:
        await self.slack.do("uninstall", team=self.id)

    async def revoke(self) -> None:
        await self.slack.do("revoke", team=self.id)


class Room:
    """One channel."""

    def __init__(self, slack: FakeSlack, id: str, name: str) -> None:
        self.slack = slack
        self.id = id
        self.name = name

    async def messages(self, **equal: str) -> list[Message]:
        """What stands in it, oldest first."""
        return await self.slack.messages(channel=self.id, **equal)

    async def archive(self, *, gone: bool = True) -> None:
        await self.slack.do("archive", channel=self.id, gone=gone)

    async def rename(self, name: str) -> None:
        await self.slack.do("rename", channel=self.id, name=name)

    async def change_id(self) -> None:
        """Slack gives the channel another id."""
        self.id = (await self.slack.do("change_id", channel=self.id))["id"]

    async def delete(self) -> None:
        await self.slack.do("delete_channel", channel=self.id)

    async def kick(self) -> None:
        """Take the bot out."""
        await self.slack.do("kick", channel=self.id)

    async def invite(self) -> None:
        await self.slack.do("invite", channel=self.id)

    async def forget(self, message: Message) -> None:
        """Somebody deletes a message."""
        await self.slack.do("forget", channel=self.id, ts=message.ts)


class Someone:
    """One person. What they do gives what they `Seen`; `answers` and `wait` say how long to look."""

    def __init__(self, slack: FakeSlack, workspace: Workspace, id: str, name: str) -> None:
        self.slack = slack
        self.workspace = workspace
        self.id = id
        self.name = name

    async def run(self, text: str, where: Room, *, command: str = "/papers", **look: float) -> Seen:
        """Type `/papers text`."""
        return await self.slack.act("command", user=self.id, channel=where.id, name=command, text=text, **look)

    async def press(self, on: Message | View, button: str, *, value: str = "", **look: float) -> Seen:
        """Press what has this label, action id or value; or pick `value` from a menu."""
        args: Json = {"user": self.id, "button": button, "value": value, **look}
        if isinstance(on, View):
            return await self.slack.act("press_in_view", view=on.id, **args)
        return await self.slack.act("press", channel=on.channel, ts=on.ts, **args)

    async def submit(self, view: View, values: dict[str, Any] | None = None, **look: float) -> Seen:
        """Send a modal; values by block id or action id."""
        return await self.slack.act("submit", user=self.id, view=view.id, values=values or {}, **look)

    async def close(self, view: View) -> None:
        await self.slack.act("close", user=self.id, view=view.id)

    async def shortcut(self, callback: str, on: Message | None = None, **look: float) -> Seen:
        place = {"channel": on.channel, "ts": on.ts} if on else {}
        return await self.slack.act("shortcut", user=self.id, callback=callback, **place, **look)

    async def react(self, to: Message, name: str, *, added: bool = True) -> None:
        """Put an emoji (`thumbsup`, `+1::skin-tone-3`) on a message, or take it back."""
        await self.slack.do("react", user=self.id, channel=to.channel, ts=to.ts, name=name, added=added)

    async def mention(self, text: str, where: Room, *, thread: str = "", answers: int = 1, wait: float = 5.0) -> Seen:
        """Write `@Paperboy text`."""
        said = {"channel": where.id, "text": text, "thread": thread, "answers": answers, "wait": wait}
        return await self.slack.act("say", user=self.id, mention=True, **said)

    async def say(self, text: str, where: Room, *, links: Sequence[str] = (), **look: Any) -> Seen:
        """Write a message; `links` are addresses in it of domains that the app registered."""
        return await self.slack.act("say", user=self.id, channel=where.id, text=text, links=list(links), **look)

    async def compose(self, text: str, where: Room, *, links: Sequence[str]) -> None:
        """Write a message with links and not send it yet."""
        await self.slack.act("compose", user=self.id, channel=where.id, text=text, links=list(links))

    async def write(self, text: str, *, answers: int = 1, wait: float = 5.0) -> Seen:
        """Write to the bot alone."""
        room = await self.conversation()
        return await self.slack.act("say", user=self.id, channel=room.id, text=text, answers=answers, wait=wait)

    async def open_messages(self, beside: Room | None = None) -> Pane:
        """Open the direct conversation beside a channel, as the assistant of an app with `agent_view`."""
        made = await self.slack.do("open_messages", user=self.id, beside=beside.id if beside else "")
        return Pane(self, made["channel"], "")

    async def open_pane(self, beside: Room | None = None) -> Pane:
        """Open the assistant beside a channel."""
        made = await self.slack.do("open_pane", user=self.id, beside=beside.id if beside else "")
        return Pane(self, made["channel"], made["ts"])

    async def open_home(self, *, answers: int = 1, wait: float = 5.0) -> Seen:
        return await self.slack.act("open_home", user=self.id, answers=answers, wait=wait)

    async def conversation(self) -> Room:
        """The direct conversation with the bot."""
        made = await self.slack.do("conversation", user=self.id)
        return Room(self.slack, made["id"], "directmessage")


class Pane:
    """The assistant beside a channel: one thread."""

    def __init__(self, who: Someone, channel: str, ts: str) -> None:
        self.who = who
        self.channel = channel
        self.ts = ts

    async def state(self) -> Json:
        """Its `prompts`, its `status`, and all `statuses` so far."""
        found = await self.who.slack.read("panes", ts=self.ts, channel=self.channel)
        return dict(found[0]) if found else {"prompts": [], "status": "", "statuses": []}

    async def say(self, text: str, *, answers: int = 1, wait: float = 5.0) -> Seen:
        said = {"channel": self.channel, "text": text, "thread": self.ts, "answers": answers, "wait": wait}
        return await self.who.slack.act("say", user=self.who.id, **said)

    async def move(self, beside: Room) -> None:
        """Open another channel beside it."""
        await self.who.slack.do("move_pane", user=self.who.id, ts=self.ts, beside=beside.id)
