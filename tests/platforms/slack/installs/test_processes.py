"""Two processes on one database, and one that is killed at the worst moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.slack.install.installs import StoredInstalls
from adapters.slack.install.oauth_client import Credentials, OAuthClient
from adapters.slack.install.records import Install
from bot.chat.adapter import KeyValue
from bot.clock import FixedClock, SystemClock
from bot.errors import Refused
from bot.http_server import Sealer
from tests.fakes.prefork import PIPE, ForkedProcess, fork
from tests.platforms.slack.installs.conftest import KEY
from tests.platforms.slack.installs.oauth_server import ID, SECRET, Home, OAuthServer

Start = Callable[[int], Awaitable[ForkedProcess]]


@pytest.fixture
async def start(tmp_path: Path, slack: OAuthServer) -> AsyncIterator[Start]:
    """Starts a worker; it asks when a line is written to it."""
    running: list[ForkedProcess] = []

    async def started(times: int) -> ForkedProcess:
        arguments = (str(tmp_path / "paperboy.db"), KEY, slack.api, str(times))
        worker = await fork("tests.platforms.slack.installs.worker", *arguments, stdin=PIPE, out=PIPE)
        running.append(worker)
        assert worker.stdout
        assert await worker.stdout.readline() == b"ready\n"
        return worker

    yield started
    for worker in running:
        with suppress(ProcessLookupError):
            worker.kill()
        await worker.communicate()


async def given(slack: OAuthServer, storage: KeyValue, left: timedelta) -> Install:
    """An install whose token ends so soon."""
    slack.rotation = True
    now = SystemClock().now()
    install = Install(
        space="T1",
        token="xoxe.xoxb-1-first",
        refresh_token=slack.given("refreshes", Home("T1")),
        expires=now + left,
        bot_user="U1",
        app_id="A1",
    )
    await StoredInstalls(storage, Sealer([KEY], SystemClock()), SystemClock()).save_install(install)
    return install


@pytest.mark.slow
async def test_processes_that_race_spend_a_refresh_token_once(
    slack: OAuthServer, storage: KeyValue, start: Start
) -> None:
    install = await given(slack, storage, timedelta(seconds=-1))
    slack.delay = 0.2
    workers = await asyncio.gather(*(start(20) for _ in range(3)))
    said = await asyncio.gather(*(worker.communicate(b"go\n") for worker in workers))
    tokens = {out.decode().strip() for out, _ in said}
    assert len(tokens) == 1  # all of them, every time they asked
    assert tokens == {secret for secret in slack.issued if secret.startswith("xoxe.xoxb")}
    assert slack.spent == {install.refresh_token: 1}


async def test_a_process_killed_before_it_wrote_down_the_answer(
    slack: OAuthServer, storage: KeyValue, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    install = await given(slack, storage, timedelta(hours=1))
    slack.delay = 60.0
    worker = await start(1)
    assert worker.stdin
    worker.stdin.write(b"go\n")
    await asyncio.wait_for(slack.answered.wait(), 30)
    worker.kill()
    await worker.wait()
    slack.delay = 0.0
    clock = FixedClock(SystemClock().now())
    oauth = OAuthClient(Credentials(client_id=ID, client_secret=SECRET, api_url=slack.api), clock)
    survivor = StoredInstalls(storage, Sealer([KEY], SystemClock()), clock, oauth)
    assert (await survivor.find_install("T1")).token == install.token  # its lease is respected, the old token is good
    assert len(slack.asked) == 1
    await clock.sleep(61)
    assert (await survivor.find_install("T1")).token == install.token
    assert len(slack.asked) == 2
    assert "has to install Paperboy again" in caplog.text
    await clock.sleep(3_600)
    with pytest.raises(Refused, match="could not be renewed"):
        await survivor.find_install("T1")
    assert len(slack.asked) == 2


async def test_a_process_killed_before_slack_took_it_costs_nothing(
    slack: OAuthServer, storage: KeyValue, start: Start
) -> None:
    install = await given(slack, storage, timedelta(hours=1))
    slack.hold = True
    worker = await start(1)
    assert worker.stdin
    worker.stdin.write(b"go\n")
    await asyncio.wait_for(slack.answered.wait(), 30)
    worker.kill()
    await worker.wait()
    slack.hold = False
    clock = FixedClock(SystemClock().now() + timedelta(seconds=61))
    oauth = OAuthClient(Credentials(client_id=ID, client_secret=SECRET, api_url=slack.api), clock)
    assert (
        await StoredInstalls(storage, Sealer([KEY], SystemClock()), clock, oauth).find_install("T1")
    ).token != install.token
