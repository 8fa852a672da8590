"""The handle that tests hold: everything typed, whether the server is in this process or in its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import msgspec

from bot.clock import Clock
from tests.fakes.discord.hosts import Host, InProcess, Remote
from tests.fakes.discord.seen import Seen


class FakeDiscord:
    """See the top of the package for how to use it. Ids are texts; what waits for the bot is awaited."""

    def __init__(self, host: Host | None = None, *, clock: Clock | None = None, **settings: Any) -> None:
        self.host = host or InProcess(clock, settings)

    @classmethod
    def spawn(cls, **settings: Any) -> FakeDiscord:
        """The same in a process of its own, that outlives a bot killed with -9."""
        return cls(Remote(settings))

    async def __aenter__(self) -> FakeDiscord:
        await self.host.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.host.stop()

    @property
    def url(self) -> str:
        return self.host.url

    @property
    def api_url(self) -> str:
        """What the adapter's `api_url` is set to."""
        return f"{self.url}/api/v10"

    @property
    def token(self) -> str:
        return str(self.host.tell("token"))

    @property
    def app(self) -> dict[str, str]:
        """`client_id` and `client_secret`, for OAuth2."""
        return dict(self.host.tell("app"))

    def change_member(self, guild: str, user: str, **values: Any) -> None:
        """`pending=True`: has not agreed to the guild's rules; `nick`: their name there."""
        self.host.tell("change_member", guild=guild, user=user, **values)

    def configure(self, **settings: Any) -> None:
        """Change settings (`settings.py`) while it runs."""
        self.host.tell("configure", **settings)

    def faults(self, **rates: Any) -> None:
        """Make things go wrong (`faults.py`)."""
        self.host.tell("faults", **rates)

    # places and people

    def guild(self, name: str = "Reading group", *, bot: list[str] | None = None) -> str:
        """A guild with the bot in it; `bot`: its rights by name, instead of what the invite asks for."""
        return str(self.host.tell("guild", name=name, bot=bot))

    def foreign_guild(self, name: str = "Elsewhere") -> str:
        """A guild that the bot is not in."""
        return str(self.host.tell("foreign_guild", name=name))

    def group(self, *users: str) -> str:
        """A conversation of people, without the bot; its channel."""
        return str(self.host.tell("group", users=list(users)))

    def install(self, user: str) -> None:
        """Add the app to someone's account: they can use it anywhere."""
        self.host.tell("install", user=user)

    def text_channel(self, guild: str, name: str = "papers") -> str:
        return str(self.host.tell("channel", guild=guild, name=name, kind="text"))

    def announcement(self, guild: str, name: str = "news") -> str:
        return str(self.host.tell("channel", guild=guild, name=name, kind="announcement"))

    def other_channel(self, guild: str, kind: str) -> str:
        """A `voice` or `stage` channel, or one of a type (a number) that isn't known yet."""
        return str(self.host.tell("channel", guild=guild, name=kind, kind=kind))

    def forum(self, guild: str, name: str = "talk", *, tags: tuple[str, ...] = (), needs_tag: bool = False) -> str:
        told = {"guild": guild, "name": name, "tags": list(tags), "needs_tag": needs_tag}
        return str(self.host.tell("channel", kind="forum", **told))

    def member(self, guild: str, name: str = "Ada", /, **rights: bool) -> str:
        """Someone in a guild: `member(guild, "Ada", manage_guild=True)`."""
        granted = [right for right, has in rights.items() if has]
        return str(self.host.tell("member", guild=guild, name=name, rights=granted))

    def role(self, guild: str, name: str, *members: str, mentionable: bool = False) -> str:
        """A role without rights; `mentionable`: anyone may mention it."""
        told = {"guild": guild, "name": name, "mentionable": mentionable, "members": list(members)}
        return str(self.host.tell("role", **told))

    def join(self, guild: str, user: str) -> None:
        """Put someone who exists into another guild."""
        self.host.tell("join", guild=guild, user=user)

    # what people do that the bot answers

    async def slash(self, user: str, channel: str, name: str, /, *, wait: float = 10, **options: Any) -> Seen:
        """Run a command and wait for its answer: `slash(ada, papers, "papers", query="hypernetworks")`."""
        return await self._see("slash", user=user, channel=channel, name=name, options=options, wait=wait)

    async def complete(
        self, user: str, channel: str, name: str, option: str, text: str, **options: Any
    ) -> list[dict[str, Any]]:
        """The choices (`name`, `value`) offered while someone types; `options`: what is filled in already."""
        told = {"user": user, "channel": channel, "name": name, "option": option, "text": text, "options": options}
        return list(await self.host.ask("complete", **told))

    async def menu(self, user: str, channel: str, message: str, label: str, *, wait: float = 10) -> Seen:
        """Pick an entry of a message's Apps menu."""
        return await self._see("menu", user=user, channel=channel, message=message, label=label, wait=wait)

    async def press(self, user: str, channel: str, message: str, button: str, *values: str, wait: float = 10) -> Seen:
        """Press a button by label or `custom_id`, or pick `values` of a menu; also on an answer only `user` sees."""
        told = {"user": user, "channel": channel, "message": message, "button": button, "values": list(values)}
        return await self._see("press", **told, wait=wait)

    async def submit(self, seen: Seen, values: dict[str, Any], *, wait: float = 10) -> Seen:
        """Fill in the modal that was seen, by `custom_id`, and send it; what is left out stays as it was."""
        return await self._see("submit", interaction=seen.interaction, values=values, wait=wait)

    async def replay(self, payload: dict[str, Any], *, wait: float = 10) -> Seen:
        """Send a recorded interaction whose ids are known here, and wait for the answer."""
        return await self._see("replay", payload=payload, wait=wait)

    async def look_again(self, seen: Seen) -> Seen:
        """The same interaction, as it looks by now."""
        return msgspec.convert(self.host.tell("seen", interaction=seen.interaction), Seen)

    async def _see(self, op: str, **arguments: Any) -> Seen:
        return msgspec.convert(await self.host.ask(op, **arguments), Seen)

    # what people and admins do by themselves

    def react(self, user: str, channel: str, message: str, emoji: str, *, is_super: bool = False) -> None:
        self.host.tell("react", user=user, channel=channel, message=message, emoji=emoji, is_super=is_super)

    def unreact(self, user: str, channel: str, message: str, emoji: str, *, is_super: bool = False) -> None:
        self.host.tell("unreact", user=user, channel=channel, message=message, emoji=emoji, is_super=is_super)

    def clear_deleted_emoji(self, channel: str, message: str, id: str) -> None:
        """Clear a custom emoji that no longer exists; its name comes as null."""
        self.host.tell("clear_deleted_emoji", channel=channel, message=message, id=id)

    def sent_events(self) -> list[tuple[str, Any]]:
        """The latest events as they were sent."""
        return [(name, data) for name, data in self.host.tell("sent_events")]

    def send_event(self, name: str, data: Any) -> None:
        """Send any event, also one that Discord would not."""
        self.host.tell("send_event", name=name, data=data)

    def spoil_ready(self, *without: str) -> None:
        """Leave fields out of READY from now on."""
        self.host.tell("spoil_ready", without=list(without))

    def clear(self, channel: str, message: str, emoji: str = "") -> None:
        """Take all reactions off, or all of one emoji."""
        self.host.tell("clear", channel=channel, message=message, emoji=emoji)

    def say(self, user: str, channel: str, text: str) -> str:
        return str(self.host.tell("say", user=user, channel=channel, text=text))

    def direct(self, user: str) -> str:
        """The channel of the direct messages between someone and the bot."""
        return str(self.host.tell("direct", user=user))

    def takes_direct(self, user: str, takes: bool) -> None:
        """Whether someone lets the bot write to them."""
        self.host.tell("takes_direct", user=user, takes=takes)

    def speaks(self, user: str, locale: str) -> None:
        """The language someone has set: `de`, `pt-BR`."""
        self.host.tell("speaks", user=user, locale=locale)

    def permit(self, guild: str, command: str, user: str) -> None:
        """Let someone use a command despite its default permissions, as an admin can in the guild's settings."""
        self.host.tell("permit", guild=guild, command=command, user=user)

    def delete(self, channel: str, message: str) -> None:
        self.host.tell("delete", channel=channel, message=message)

    def archive(self, thread: str, archived: bool = True) -> None:
        self.host.tell("thread", channel=thread, archived=archived)

    def lock(self, thread: str, locked: bool = True) -> None:
        self.host.tell("thread", channel=thread, locked=locked)

    def delete_channel(self, channel: str) -> None:
        """Delete a channel with its threads, or a thread."""
        self.host.tell("delete_channel", channel=channel)

    def allow(self, channel: str, *rights: str, whom: str = "") -> None:
        """Grant the bot (or `whom`) rights by name in a channel."""
        self.host.tell("allow", channel=channel, rights=rights, granted=True, whom=whom)

    def deny(self, channel: str, *rights: str, whom: str = "") -> None:
        self.host.tell("allow", channel=channel, rights=rights, granted=False, whom=whom)

    def outage(self, guild: str, *, over: bool = False) -> None:
        """A guild that Discord can't serve for now."""
        self.host.tell("outage", guild=guild, over=over)

    def remove_bot(self, guild: str) -> None:
        self.host.tell("remove_bot", guild=guild)

    def invite_bot(self, guild: str) -> None:
        self.host.tell("invite_bot", guild=guild)

    # the bot's sockets

    def drop(self, code: int = 1006) -> None:
        """Cut them: as a network does, or with a close code."""
        self.host.tell("drop", code=code)

    def reconnect(self) -> None:
        """Ask the bot to reconnect."""
        self.host.tell("reconnect")

    def invalidate(self, *, resumable: bool = False) -> None:
        """End its sessions."""
        self.host.tell("invalidate", resumable=resumable)

    # what it holds

    def messages(self, channel: str) -> list[dict[str, Any]]:
        """A channel's or thread's messages, oldest first, with `nonce`, `pings` and `people` (emoji → user ids)."""
        return list(self.host.tell("messages", channel=channel))

    def threads(self, channel: str) -> list[dict[str, Any]]:
        """The threads of a channel, or the posts of a forum."""
        return list(self.host.tell("threads", channel=channel))

    def tag_names(self, forum: str, thread: dict[str, Any]) -> list[str]:
        """The names of a forum post's tags."""
        return list(self.host.tell("tag_names", channel=forum, thread=thread["id"]))

    def calls(self) -> list[dict[str, Any]]:
        """The last 5,000 HTTP calls: `at` (seconds on this machine's clock), `method`, `path`, `status`."""
        return list(self.host.tell("calls"))

    def state(self) -> dict[str, Any]:
        """Everything counted: requests, syncs, commands, 429s, invalid requests, resumes, what did not validate."""
        return dict(self.host.tell("state"))

    async def until(self, what: Callable[[], object], *, seconds: float = 10) -> None:
        """Wait until something is so: `until(lambda: fake.messages(papers))`."""
        end = time.monotonic() + seconds
        while not what():
            if time.monotonic() > end:
                raise TimeoutError(f"not so within {seconds} s; the state is {self.state()}")
            await asyncio.sleep(0.02)

    async def connected(self, shards: int = 1, *, seconds: float = 10) -> None:
        """Wait until the bot's sessions have been greeted."""
        await self.until(lambda: self.host.tell("sessions") >= shards, seconds=seconds)

    def check(self) -> None:
        """No one was notified but a role in the setting `may_ping`, and every body was as Discord describes it."""
        state = self.state()
        assert not state["pinging"], state["pinging"]
        assert not state["wrong"], "\n".join(state["wrong"])
        assert state["requests_checked"] or not state["described"], "no request was checked"
