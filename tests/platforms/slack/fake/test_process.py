"""The fake as a process of its own, as a bot that is killed sees it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack

ROOT = Path(__file__).parents[4]

# a bot that listens, and posts as fast as it can
BOT = """
import asyncio, os
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

async def main():
    client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(client=client, signing_secret="x")
    @app.event("app_mention")
    async def mention(ack):
        await ack()
    await AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).connect_async()
    for i in range(10_000):
        await client.chat_postMessage(channel=os.environ["ROOM"], text=f"no {i}")

asyncio.run(main())
"""


@pytest.fixture
def printed() -> Iterator[dict[str, str]]:
    """What a fresh process prints: environment, people and channels."""
    command = [sys.executable, "-m", "tests.fakes.slack"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found: dict[str, str] = {}
        for line in process.stdout:
            if line.startswith("export "):
                key, _, value = line.removeprefix("export ").strip().partition("=")
                found[key] = value
            elif line.startswith("# fake Slack at "):
                found["url"] = line.split()[-1]
                break
            else:
                name, _, id = line.removeprefix("# ").strip().partition(": ")
                found[name] = id
        yield found
        process.terminate()


@contextmanager
def bot(env: dict[str, str]) -> Iterator[None]:
    """The bot as a process; in the end it is killed as it stands."""
    with subprocess.Popen([sys.executable, "-c", BOT], env=os.environ | env) as process:
        try:
            yield
        finally:
            process.kill()


async def test_it_prints_what_a_bot_needs_and_can_be_asked_over_http(printed: dict[str, str]) -> None:
    room = printed["channel #papers"]
    client = AsyncWebClient(token=printed["SLACK_BOT_TOKEN"], base_url=printed["SLACK_API_URL"])
    await client.chat_postMessage(channel=room, text="hello")
    async with FakeSlack(url=printed["url"]) as slack:
        assert [m.text for m in await slack.messages(channel=room)] == ["hello"]
        seen = await slack.act("command", user=printed["user ada"], channel=room, name="/papers")
        assert seen.error == "nobody"
        with pytest.raises(LookupError, match="not a valid command"):
            await slack.act("command", user=printed["user ada"], channel=room, name="/lunch")


async def test_it_outlives_a_bot_that_is_killed(printed: dict[str, str]) -> None:
    """What was accepted is there, the connection is gone, and an event waits for the next process."""
    env = (
        os.environ | {k: v for k, v in printed.items() if k.startswith("SLACK_")} | {"ROOM": printed["channel #papers"]}
    )
    async with FakeSlack(url=printed["url"]) as slack:
        await slack.settings(limits={"on": False}, latency=(0.01, 0.03), retry_delays=[0.2] * 100)
        with bot(env):
            await slack.until("messages", 5, wait=20)
        await asyncio.sleep(0.1)
        held = [m.text for m in await slack.messages()]
        assert held == [f"no {i}" for i in range(len(held))]
        assert (await slack.counts())["connections"] == 0
        args = {"user": printed["user ada"], "channel": printed["channel #papers"], "text": "hello"}
        await slack.act("say", mention=True, **args)
        with bot(env):
            await slack.until("deliveries", 1, wait=20, name="app_mention", status="ok")
        assert (await slack.counts())["connected"] == 2
