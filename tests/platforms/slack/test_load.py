"""A hundred people at once, in twenty workspaces: all acknowledged in Slack's time, all answered."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.slack.install.installs import StoredInstalls
from adapters.slack.install.records import Install
from bot.clock import SystemClock
from bot.http_server import open_sealer
from bot.store.sql import Store
from tests.fakes.core import FakeCore
from tests.fakes.prefork import ROOT
from tests.fakes.slack import FakeSlack, Room, Someone, Workspace
from tests.platforms.slack.conftest import Make, hearing

ACK = 3_000.0  # milliseconds, Slack's own; how fast it is beyond that, `make bench-commands` tells


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """In a process of its own, so that its work does not count as ours."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.slack", "--quiet", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    url = (await process.stdout.readline()).decode().split()[-1]
    try:
        async with FakeSlack(url=url) as running:
            yield running
    finally:
        process.terminate()
        await process.communicate()


@pytest.fixture
async def many(slack: FakeSlack, store: Store, tmp_path: Path) -> list[Workspace]:
    """Twenty workspaces that installed Paperboy."""
    installs = StoredInstalls(
        store.key_value("slack"), open_sealer(tmp_path / "slack.key", "a key", SystemClock()), SystemClock()
    )
    app = await slack.app()
    spaces = [await slack.workspace(f"Team {n}") for n in range(20)]
    for space in spaces:
        await installs.save_install(Install(space=space.id, token=space.token, bot_user=space.bot, app_id=app["id"]))
    return spaces


async def asking(spaces: list[Workspace]) -> list[tuple[Someone, Room]]:
    """Five people in each workspace, each in a channel."""
    asking: list[tuple[Someone, Room]] = []
    for space in spaces:
        room = await space.channel("papers")
        asking += [(await space.user(f"p{n}"), room) for n in range(5)]
    return asking


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_hundred_commands_at_once(
    slack: FakeSlack, many: list[Workspace], adapter_of: Make, core: FakeCore, mode: str
) -> None:
    app = await slack.app()
    ids = {name: app[name] for name in ("client_id", "client_secret", "signing_secret")}
    adapter = adapter_of(bot_token=None, mode=mode, port="0", **ids)
    people = await asking(many)
    async with hearing(adapter, core):
        if mode == "http":
            await slack.settings(request_url=f"{adapter.url}/slack/events")
        await asyncio.gather(*(who.run("warm up", room) for who, room in people[::5]))
        seen = await asyncio.gather(*(who.run("hypernetworks", room) for who, room in people))
    assert max(one.ack_ms for one in seen if one.ack_ms is not None) < ACK
    assert all(one.ack_ms is not None and one.answer_ms is not None for one in seen)
    assert not await slack.wrong()
