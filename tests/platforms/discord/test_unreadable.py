"""Gateway events that the library can't parse: each costs itself, and nothing else. A real process."""

from __future__ import annotations

import asyncio
import copy
import json
import random
import re
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientSession

from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.schema import SPEC
from tests.fakes.world import free_port, launch

RECORDED = SPEC.parents[1] / "recorded" / "discord" / "interactions-and-messages.json"
COUNTED = re.compile(r'^paperboy_unreadable_events_total\{kind="(\w+)",platform="discord"\} ([0-9.]+)', re.MULTILINE)
MUTATIONS = 200
NOT_MUTATED = {
    "GUILD_DELETE",  # without `unavailable` it says that the bot was removed
    "READY",  # begins a session, and is tested above
}


class Running:
    """A Paperboy process that listens to the fake Discord."""

    def __init__(self, process: asyncio.subprocess.Process, session: ClientSession, port: int) -> None:
        self.process = process
        self._session = session
        self._url = f"http://127.0.0.1:{port}"

    async def get(self, path: str) -> tuple[int, str]:
        async with self._session.get(self._url + path) as answer:
            return answer.status, await answer.text()

    async def unreadable(self) -> dict[str, int]:
        """How many events could not be read, by kind."""
        _, text = await self.get("/metrics")
        return {kind: int(float(count)) for kind, count in COUNTED.findall(text)}

    async def until_counted(self, kind: str) -> None:
        async with asyncio.timeout(30):
            while kind not in await self.unreadable():  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)


@pytest.fixture
async def running(discord: FakeDiscord, guild: str, tmp_path: Path) -> AsyncIterator[Running]:
    port = free_port()
    with (tmp_path / "log").open("wb") as log:
        process = await launch(
            tmp_path,
            "run",
            err=log.fileno(),
            out=log.fileno(),
            PAPERBOY_OPERATIONS_PORT=str(port),
            PAPERBOY_SEARCH_SEMANTIC="false",
            PAPERBOY_SOURCES_HUGGINGFACE_ENABLED="false",
            DISCORD_TOKEN=discord.token,
            DISCORD_API_URL=discord.api_url,
            DISCORD_MESSAGE_CONTENT="true",
        )
        try:
            async with ClientSession() as session:
                started = Running(process, session, port)
                await _until_ready(started)
                yield started
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
                await asyncio.wait_for(process.wait(), 30)
    assert "Traceback" not in (tmp_path / "log").read_text(), (tmp_path / "log").read_text()


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    """Not held against Discord's description: what is sent here is not what Discord sends."""
    async with FakeDiscord(default_bucket=(1000, 1.0), buckets={}, privileged=True) as fake:
        yield fake


async def _until_ready(running: Running) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                if (await running.get("/readyz"))[0] == 200:
                    return
            except ClientConnectionError:
                assert running.process.returncode is None
            await asyncio.sleep(0.2)


def seven(guild: str, channel: str, thread: str, user: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What an independent server sent, each of which ended the process."""
    author = {"id": user, "username": "bob", "discriminator": "0", "avatar": None}
    message = {
        "id": "1", "channel_id": channel, "guild_id": guild, "author": author, "content": "x", "type": 0, "tts": False,
        "timestamp": "2026-11-30T12:00:00+00:00", "edited_timestamp": None, "mention_everyone": False, "mentions": [],
        "mention_roles": [], "attachments": [], "embeds": [], "pinned": False,
    }  # fmt: skip
    emoji = {"id": None, "name": "👍"}
    yield "MESSAGE_REACTION_ADD", {"user_id": user, "channel_id": channel, "message_id": "1", "emoji": emoji}
    yield "READY", {"v": 10, "user": author, "guilds": [], "session_id": "x", "resume_gateway_url": "ws://127.0.0.1:9"}
    voice = {"id": "2", "type": 2, "name": "voice", "position": 0, "permission_overwrites": [], "user_limit": 0}
    yield "GUILD_CREATE", {"id": "3", "name": "G", "channels": [voice], "roles": [], "members": [], "member_count": 1}
    yield "MESSAGE_CREATE", message | {"member": {"roles": [{"id": "1"}], "joined_at": None, "deaf": False, "flags": 0}}
    yield "MESSAGE_CREATE", message | {"guild_id": None, "channel_id": "4"}
    yield "MESSAGE_CREATE", message | {"message_reference": {"message_id": "1"}, "referenced_message": message}
    held = message | {"reactions": [{"emoji": emoji, "count": 1}]}
    yield "THREAD_UPDATE", {"id": thread, "parent_id": channel, "guild_id": guild, "type": 11, "message": held}


@pytest.mark.slow
async def test_seven_events_that_ended_the_process(discord: FakeDiscord, guild: str, running: Running) -> None:
    channel, bob = discord.text_channel(guild), discord.member(guild, "Bob")
    for name, payload in seven(guild, channel, "5", bob):
        discord.send_event(name, payload)
    for name in ("READY", "GUILD_CREATE"):
        await running.until_counted(name)
    assert not (await discord.slash(bob, channel, "papers", query="help")).failed
    assert discord.state()["resumes"] == 0
    assert len(discord.state()["identifies"]) == 1
    assert running.process.returncode is None


@pytest.mark.slow
async def test_a_server_whose_ready_has_no_shard(discord: FakeDiscord, guild: str, running: Running) -> None:
    channel, bob = discord.text_channel(guild), discord.member(guild, "Bob")
    discord.spoil_ready("shard")
    discord.invalidate()
    await running.until_counted("READY")
    assert not (await discord.slash(bob, channel, "papers", query="help")).failed
    await _until_ready(running)


@pytest.mark.slow
async def test_a_session_that_can_not_begin_is_begun_again(discord: FakeDiscord, guild: str, running: Running) -> None:
    channel, bob = discord.text_channel(guild), discord.member(guild, "Bob")
    discord.spoil_ready("session_id")
    discord.invalidate()
    await running.until_counted("connection")
    discord.spoil_ready()
    before = len(discord.state()["identifies"])
    await discord.until(lambda: len(discord.state()["identifies"]) > before, seconds=30)
    await _until_ready(running)
    assert not (await discord.slash(bob, channel, "papers", query="help")).failed


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded payloads (../shared/specs) are not here")
async def test_what_was_recorded_from_discord_is_answered(discord: FakeDiscord, guild: str, running: Running) -> None:
    channel, bob = discord.text_channel(guild), discord.member(guild, "Bob")
    raw = json.loads(RECORDED.read_text())
    ids = raw.pop("metadata")
    known = {ids["guildId"]: guild, ids["userId"]: bob, ids["botId"]: discord.app["client_id"]}
    known |= {ids["channelId"]: channel}
    for payload in raw.values():
        wire = re.sub(r"\d{17,}", lambda found: known.get(found[0], found[0]), json.dumps(payload))
        here = json.loads(re.sub(r'"channel_id": "\d+"', f'"channel_id": "{channel}"', wire))
        kind = str(here["type"])
        if kind.startswith("GATEWAY_"):
            discord.send_event(kind.removeprefix("GATEWAY_"), here["data"])
        elif here["id"].isdecimal():
            del here["attachment_size_limit"], here["member"]["flags"]  # not in the examples of Discord's documentation
            seen = await discord.replay(here)
            assert "no longer works" in seen.text  # the button of another bot
            assert seen.first is not None
            assert seen.first < 3
        else:  # an id made up by hand
            discord.send_event("INTERACTION_CREATE", here)
    asked = [one for one in raw.values() if "data" in one and f"<@{ids['botId']}>" in str(one["data"].get("content"))]
    await discord.until(lambda: len(discord.messages(channel)) == len(asked))
    assert len(asked) == 2
    assert (await running.unreadable()).keys() <= {"INTERACTION_CREATE"}


@pytest.mark.slow
async def test_two_hundred_mutated_events_cost_only_themselves(
    discord: FakeDiscord, guild: str, running: Running
) -> None:
    channel, ada = discord.text_channel(guild), discord.member(guild, "Ada", manage_guild=True)
    await _everything_happens(discord, guild, channel, ada)
    recorded = [(name, data) for name, data in discord.sent_events() if name not in NOT_MUTATED]
    draw = random.Random(20261130)
    for _ in range(MUTATIONS):
        name, data = draw.choice(recorded)
        discord.send_event(name, mutated(data, draw))
        await asyncio.sleep(0.01)
    seen = await discord.slash(ada, channel, "papers", query="help", wait=30)
    assert not seen.failed
    assert running.process.returncode is None
    assert (await running.get("/healthz"))[0] == 200
    assert sum((await running.unreadable()).values()) > 20
    assert "connection" not in await running.unreadable()


async def _everything_happens(discord: FakeDiscord, guild: str, channel: str, ada: str) -> None:
    """So that one of each kind of event is recorded."""
    seen = await discord.slash(ada, channel, "papers", query="today")
    assert not seen.failed
    await discord.slash(ada, channel, "papers-schedule", when="daily 09:00 UTC")
    await discord.complete(ada, channel, "papers", "query", "tod")
    message = discord.say(ada, channel, "see https://arxiv.org/abs/1609.09106")
    discord.react(ada, channel, message, "👍")
    discord.react(ada, channel, message, "🔥", is_super=True)
    discord.unreact(ada, channel, message, "👍")
    discord.clear(channel, message)
    other = discord.text_channel(guild, "other")
    discord.deny(other, "send_messages")
    discord.delete_channel(other)


def mutated(data: Any, draw: random.Random) -> Any:
    """A payload with one field removed, null, of another type, or unknown; at any depth."""
    copied = copy.deepcopy(data)
    objects = [one for one in _objects(copied) if one]
    if not objects:
        return draw.choice([None, 7, "x", []])
    target = draw.choice(objects)
    field = draw.choice(sorted(target))
    match draw.randrange(4):
        case 0:
            del target[field]
        case 1:
            target[field] = None
        case 2:
            target[field] = draw.choice([7, "x", [], {}, [7], {"x": 1}, True, "9" * 40, -1, 1.5])
        case _:
            target["unknown"] = {"x": [None]}
    return copied


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, dict):
        yield data
        for value in data.values():
            yield from _objects(value)
    elif isinstance(data, list):
        for value in data:
            yield from _objects(value)
