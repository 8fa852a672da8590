"""An edition of ten papers to hundreds of channels, against what the platform's own limits allow.

    python -m tests.benchmarks.fanout slack discord

The real process delivers to a fake platform in its own process, with the platform's limits and 20 to 60 ms of delay.
The bound is what the limits allow: in Slack a message a second and channel, in Discord 50 requests a second.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from adapters.slack.install.installs import StoredInstalls
from adapters.slack.install.oauth_client import Credentials, OAuthClient
from adapters.slack.install.records import Install
from bot.chat.event import Place
from bot.clock import SystemClock
from bot.http_server import open_sealer
from bot.store import open_store
from bot.store.records import DeliveryState
from bot.store.sql import Store
from tests.builders import listing, paper, subscription
from tests.fakes.discord import FakeDiscord
from tests.fakes.slack import FakeSlack, Room, Someone, Workspace
from tests.fakes.world import launch
from tests.faults.arenas import SlackArena

PAPERS = 10
LONGEST = 300.0  # seconds
EPOCH = 1_420_070_400_000  # of Discord's ids, in milliseconds


class Sent(Struct, frozen=True):
    """What the platform took."""

    messages: int
    seconds: float  # from the first to the last
    limited: int  # 429s
    invalid: int = 0


class Field(Protocol):
    """A platform with many channels."""

    async def start(self, store: Store, home: Path) -> Sequence[Place]: ...

    def environment(self) -> dict[str, str]: ...

    async def sent(self) -> Sent: ...

    async def stop(self) -> None: ...

    @property
    def bound(self) -> float:
        """Seconds that the platform's limits ask for."""
        ...


class SlackField:
    """20 workspaces of 10 channels, all installed by OAuth."""

    spaces, channels = 20, 10
    bound = float(PAPERS)  # the head at once, then a reply a second in each channel

    def __init__(self) -> None:
        self._arena = SlackArena()
        self._app: dict[str, str] = {}
        self._teams: dict[str, Workspace] = {}
        self._rooms: dict[str, Room] = {}

    async def start(self, store: Store, home: Path) -> Sequence[Place]:
        await self._arena.start()
        slack = self._arena.slack
        await slack.settings(latency=(0.02, 0.06))
        self._app = await slack.app()
        credentials = Credentials(
            client_id=self._app["client_id"],
            client_secret=self._app["client_secret"],
            redirect_uri="",
            api_url=slack.api_url,
        )
        clock = SystemClock()
        installs = StoredInstalls(
            store.key_value("slack"),
            open_sealer(home / "slack.key", "a key", SystemClock()),
            clock,
            OAuthClient(credentials, clock),
        )
        places: list[Place] = []
        for n in range(self.spaces):
            team = await slack.workspace(f"Team {n}")
            await installs.save_install(
                Install(space=team.id, token=team.token, bot_user=team.bot, app_id=self._app.get("id", "A1"))
            )
            self._teams[team.id] = team
            for m in range(self.channels):
                self._rooms[team.id] = await team.channel(f"c{m}")
                places.append(Place("slack", team.id, self._rooms[team.id].id))
        await installs.aclose()
        return places

    @property
    def slack(self) -> FakeSlack:
        return self._arena.slack

    @property
    def signing_secret(self) -> str:
        return self._app["signing_secret"]

    async def person(self, space: str, number: int) -> tuple[Someone, Room]:
        """Somebody in a workspace, and a channel of it."""
        team = self._teams[space]
        return await team.user(f"p{number}"), self._rooms[space]

    def environment(self) -> dict[str, str]:
        return {
            "SLACK_API_URL": self._arena.slack.api_url,
            "SLACK_APP_TOKEN": self._app["app_token"],
            "SLACK_CLIENT_ID": self._app["client_id"],
            "SLACK_CLIENT_SECRET": self._app["client_secret"],
        }

    async def sent(self) -> Sent:
        at = [message.at for message in await self._arena.slack.messages()]
        limited = (await self._arena.slack.counts())["limited"]
        return Sent(len(at), max(at, default=0.0) - min(at, default=0.0), sum(limited.values()))

    async def stop(self) -> None:
        await self._arena.stop()


class DiscordField:
    """100 guilds of 3 channels."""

    spaces, channels = 100, 3
    bound = spaces * channels * (PAPERS + 2) / 50  # a head, a thread and ten replies in each, 50 requests a second

    def __init__(self) -> None:
        self._fake = FakeDiscord.spawn(latency=0.04, validate=0.0)
        self._channels: list[str] = []

    async def start(self, store: Store, home: Path) -> Sequence[Place]:
        await self._fake.__aenter__()
        places: list[Place] = []
        for n in range(self.spaces):
            guild = self._fake.guild(f"Guild {n}")
            places += [Place("discord", guild, self._fake.text_channel(guild, f"c{m}")) for m in range(self.channels)]
        self._channels = [place.channel for place in places]
        return places

    def environment(self) -> dict[str, str]:
        return {"DISCORD_TOKEN": self._fake.token, "DISCORD_API_URL": self._fake.api_url}

    async def sent(self) -> Sent:
        rooms = [id for c in self._channels for id in (c, *(t["id"] for t in self._fake.threads(c)))]
        ids = [int(m["id"]) for room in rooms for m in self._fake.messages(room) if m.get("nonce")]
        at = [((id >> 22) + EPOCH) / 1000 for id in ids]
        state = self._fake.state()
        return Sent(len(at), max(at) - min(at), sum(state["limited"].values()), state["invalid"])

    async def stop(self) -> None:
        await self._fake.__aexit__(None, None, None)


async def fan_out(name: str, field: Field) -> None:
    """Deliver one edition everywhere, and say how long it took."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        store = await open_store(home / "paperboy.db")
        places = await field.start(store, home)
        try:
            await _wishes(store, places)
            process = await _deliver(home, field.environment())
            began = time.monotonic()
            while not await _done(store, len(places)) and time.monotonic() - began < LONGEST:  # noqa: ASYNC110
                await asyncio.sleep(1)
            process.terminate()
            await process.wait()
            sent = await field.sent()
        finally:
            await field.stop()
            await store.aclose()
    print(
        f"{name}: {sent.messages:,} of {len(places) * (PAPERS + 1):,} messages to {len(places)} channels in"
        f" {sent.seconds:.1f} s, {sent.seconds / field.bound:.2f}x the limits' own {field.bound:.0f} s;"
        f" {sent.limited} times limited, {sent.invalid} invalid requests",
        flush=True,
    )


async def _wishes(store: Store, places: Sequence[Place]) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - a benchmark runs in real time
    papers = [paper(n, f"A House for Birds, Part {n}", upvotes=n) for n in range(1, PAPERS + 1)]
    await store.papers.add_listings([listing(p, day=now.date() - timedelta(days=1)) for p in papers], now)
    due = f"daily {now - timedelta(hours=1):%H:%M} UTC"
    for n, place in enumerate(places):
        wish = subscription(f"s{n}", place=place, schedule=due, count=PAPERS, created=now - timedelta(days=1))
        await store.subscriptions.add_subscription(wish)


async def _done(store: Store, channels: int) -> bool:
    return (await store.outbox.count_by_state()).get(DeliveryState.SENT, 0) >= channels * (PAPERS + 1)


async def _deliver(home: Path, environment: dict[str, str]) -> asyncio.subprocess.Process:
    settings = {
        "PAPERBOY_WEB_ENABLED": "false",
        "PAPERBOY_SEARCH_SEMANTIC": "false",
        "PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false",
    }
    return await launch(home, "run", "--role", "deliver", **settings, **environment)


FIELDS = {"slack": SlackField, "discord": DiscordField}


def main() -> None:
    for name in sys.argv[1:] or FIELDS:
        asyncio.run(fan_out(name, FIELDS[name]()))


if __name__ == "__main__":
    main()
