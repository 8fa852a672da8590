"""Platforms that outlive a bot killed with -9, and tell afterwards what they hold."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Protocol

import msgspec

from bot.chat.event import Place
from bot.store import open_store
from tests.fakes.discord import FakeDiscord
from tests.fakes.mail import FakeMail, Fault, Stage
from tests.fakes.prefork import ROOT
from tests.fakes.slack import FakeSlack, Workspace
from tests.platforms.email.delivering import readers

SPACES = 5  # tenants that the channels are spread over
SLOWEST = 0.2  # seconds until a mail server says that it has a mail
SCALE = 30.0  # minutes are so much shorter where look-ups are limited
HISTORY = "GET /channels/{channel_id}/messages"
HANG = 8.0  # seconds: longer than an attempt lasts here


class Arena(Protocol):
    """A platform on its own, with channels to post in."""

    threads: bool  # an edition is a thread there; else one message

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def environment(self) -> dict[str, str]:
        """What a bot needs to find it."""
        ...

    async def channel(self) -> Place:
        """A new channel."""
        ...

    async def faults(self, rate: float, seed: int) -> None:
        """From now on each of three things goes wrong with this rate: before, after, and no answer."""
        ...

    async def held(self, places: Sequence[Place]) -> Counter[str]:
        """How often it holds each delivery key."""
        ...


class WebArena:
    """The chat in the browser: its messages are on the shelf of the same database."""

    threads = True

    def __init__(self, database: Path | str) -> None:
        self._database = database
        self._count = 0

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def environment(self) -> dict[str, str]:
        return {}

    async def channel(self) -> Place:
        self._count += 1
        return Place("web", "home", f"c{self._count}")

    async def faults(self, rate: float, seed: int) -> None: ...

    async def held(self, places: Sequence[Place]) -> Counter[str]:
        store = await open_store(self._database)
        storage = store.key_value("web")
        messages = {key.removeprefix("message/") for key, _ in await storage.scan("message/")}
        found = Counter(
            {key.removeprefix("key/"): int(id.decode() in messages) for key, id in await storage.scan("key/")}
        )
        found["messages without a key"] = len(messages) - sum(found.values())
        await store.aclose()
        return +found


class SlackArena:
    """A Slack in its own process. `limited`: it may be read once a minute, 15 messages at a time, in minutes of 2 s."""

    threads = True

    def __init__(self, *, limited: bool = False) -> None:
        self._limited = limited
        self._process: asyncio.subprocess.Process | None = None
        self._workspace: Workspace | None = None
        self._env: dict[str, str] = {}
        self._count = 0

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.fakes.slack", "--quiet", cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        assert self._process.stdout
        line = (await asyncio.wait_for(self._process.stdout.readline(), 60)).decode()
        self.slack = FakeSlack(url=line.split()[-1])
        await self.slack.__aenter__()
        if self._limited:
            await self.slack.settings(limits={"history_restricted": True, "scale": SCALE})
        self._workspace = await self.slack.workspace("Acme")
        self._env = await self.slack.env(self._workspace)

    async def stop(self) -> None:
        await self.slack.__aexit__()
        if self._process:
            self._process.kill()
            await self._process.wait()

    def environment(self) -> dict[str, str]:
        return self._env

    async def channel(self) -> Place:
        assert self._workspace
        self._count += 1
        room = await self._workspace.channel(f"c{self._count}")
        return Place("slack", self._workspace.id, room.id)

    async def faults(self, rate: float, seed: int) -> None:
        await self.slack.settings(
            faults={
                "seed": seed,
                "error_before": rate / 2,
                "drop_before": rate / 2,
                "error_after": rate / 2,
                "drop_after": rate / 2,
                "hang_after": rate,
                "hang": HANG,
            }
        )

    async def held(self, places: Sequence[Place]) -> Counter[str]:
        messages = await self.slack.messages()
        keys = (msgspec.to_builtins(message) for message in messages)
        return Counter(m["metadata"]["event_payload"]["key"] for m in keys if m.get("metadata"))


class DiscordArena:
    """A Discord in its own process. `nonce_window=0`: it forgets nonces at once. `limited`: a channel may be read
    once a minute, in minutes of 2 s."""

    threads = True

    def __init__(self, *, nonce_window: float = 300.0, limited: bool = False) -> None:
        limits: dict[str, object] = {"buckets": {HISTORY: (1, 60.0 / SCALE)}} if limited else {}
        self.fake = FakeDiscord.spawn(nonce_window=nonce_window, validate=0.02, **limits)
        self._guilds: list[str] = []
        self._count = 0

    async def start(self) -> None:
        await self.fake.__aenter__()
        self._guilds = [self.fake.guild(f"g{n}") for n in range(SPACES)]

    async def stop(self) -> None:
        await self.fake.__aexit__(None, None, None)

    def environment(self) -> dict[str, str]:
        return {"DISCORD_TOKEN": self.fake.token, "DISCORD_API_URL": self.fake.api_url}

    async def channel(self) -> Place:
        guild = self._guilds[self._count % SPACES]
        self._count += 1
        return Place("discord", guild, self.fake.text_channel(guild, f"c{self._count}"))

    async def faults(self, rate: float, seed: int) -> None:
        self.fake.faults(
            seed=seed,
            error_before=rate / 2,
            drop_before=rate / 2,
            error_after=rate / 2,
            drop_after=rate / 2,
            hang_after=rate,
            hang=HANG,
            only=["POST /channels/{channel_id}/messages"],
        )

    async def held(self, places: Sequence[Place]) -> Counter[str]:
        found = Counter[str]()
        for place in places:
            rooms = [place.channel, *(thread["id"] for thread in self.fake.threads(place.channel))]
            found.update(m["nonce"] for room in rooms for m in self.fake.messages(room) if m.get("nonce"))
        return found


class MailArena:
    """A mail server, which outlives the bot in this process; its channels are subscribers."""

    threads = False

    FAILS: ClassVar[dict[Stage, tuple[Fault, ...]]] = {
        "RCPT": ("451 4.7.1 greylisted", "drop"),
        "DATA": ("451 4.3.0 not now", "drop", "drop after", "hang after"),
    }

    def __init__(self, home: Path) -> None:
        self._home = home
        self._readers: list[Place] = []
        self.server = FakeMail()
        self.server.slow = lambda: random.uniform(0, SLOWEST)

    async def start(self) -> None:
        await self.server.__aenter__()

    async def stop(self) -> None:
        await self.server.__aexit__()

    def environment(self) -> dict[str, str]:
        return {
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.server.port),
            "EMAIL_TLS": "none",
            "EMAIL_SENDER": "papers@example.org",
            "EMAIL_BASE_URL": "https://papers.example.org",
            "EMAIL_LISTEN_PORT": "0",
            "EMAIL_PACE": "0",
            "EMAIL_CONFIRM_SECONDS": "3",
        }

    async def channel(self) -> Place:
        if not self._readers:
            self._readers = await readers(self._home, 1_000)
        return self._readers.pop()

    async def faults(self, rate: float, seed: int) -> None:
        chance = random.Random(seed)

        def fails(stage: Stage) -> Fault:
            kinds = self.FAILS.get(stage, ())
            return next((fault for fault in kinds if chance.random() < rate / 2), "")

        self.server.chance = fails

    async def held(self, places: Sequence[Place]) -> Counter[str]:
        ids = (received.mail["Message-ID"] for received in self.server.received)
        return Counter(str(id).strip("<>").partition("@")[0] for id in ids)


def arena(name: str, home: Path, database: str = "") -> Arena:
    """The arena of this name: web, slack, slack-limited, mail, discord, discord-limited, or discord-forgetful."""
    if name == "web":
        return WebArena(database or home / "paperboy.db")
    if name == "mail":
        return MailArena(home)
    limited = name.endswith("limited")
    if name.startswith("slack"):
        return SlackArena(limited=limited)
    return DiscordArena(nonce_window=0.0 if limited or name.endswith("forgetful") else 300.0, limited=limited)
