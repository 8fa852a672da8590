"""Rate limits and faults: what the client meets, and what is there afterwards."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack, Room, Workspace


@pytest.fixture
def plain(slack: FakeSlack, acme: Workspace) -> AsyncWebClient:
    """Slack's client without its retry after a broken connection."""
    return AsyncWebClient(token=acme.token, base_url=slack.api_url, retry_handlers=[], timeout=1)


async def outcome(call: Awaitable[Any]) -> str:
    """How a call ended: `ok`, an error's name, a status, or an exception's."""
    try:
        await call
    except SlackApiError as refused:
        body = refused.response.data if hasattr(refused.response, "data") else {}
        return str((isinstance(body, dict) and body.get("error")) or refused.response.status_code)
    except Exception as broken:  # noqa: BLE001 - the kind is what the test asserts
        return type(broken).__name__
    return "ok"


async def test_a_channel_takes_a_few_and_then_one_a_second(
    slack: FakeSlack, plain: AsyncWebClient, papers: Room
) -> None:
    posts = [await outcome(plain.chat_postMessage(channel=papers.id, text="x")) for _ in range(4)]
    assert posts == ["ok", "ok", "ok", "ratelimited"]
    assert (await slack.counts())["limited"] == {"chat.postMessage": 1}
    assert len(await papers.messages()) == 3
    with pytest.raises(SlackApiError) as refused:
        await plain.chat_postMessage(channel=papers.id, text="x")
    assert refused.value.response.status_code == 429
    await asyncio.sleep(int(refused.value.response.headers["Retry-After"]))
    assert await outcome(plain.chat_postMessage(channel=papers.id, text="x")) == "ok"


async def test_one_channel_does_not_slow_another(plain: AsyncWebClient, acme: Workspace, papers: Room) -> None:
    other = await acme.channel("other")
    posts = [plain.chat_postMessage(channel=room.id, text="x") for room in (papers, other) for _ in range(3)]
    assert [await outcome(post) for post in posts] == ["ok"] * 6


async def test_tiers_count_by_method_and_workspace(slack: FakeSlack, plain: AsyncWebClient, papers: Room) -> None:
    lists = [await outcome(plain.conversations_list()) for _ in range(21)]
    assert lists == ["ok"] * 20 + ["ratelimited"]
    assert await outcome(plain.conversations_info(channel=papers.id)) == "ok"
    other = await slack.workspace("Other")
    assert await outcome(AsyncWebClient(token=other.token, base_url=slack.api_url).conversations_list()) == "ok"


async def test_a_faster_clock_for_limits(slack: FakeSlack, plain: AsyncWebClient, papers: Room) -> None:
    await slack.settings(limits={"scale": 20})
    started = time.monotonic()
    for _ in range(10):
        assert await outcome(plain.chat_postMessage(channel=papers.id, text="x")) == "ok"
        await asyncio.sleep(0.05)
    assert time.monotonic() - started < 2


async def test_history_as_it_is_for_apps_outside_the_marketplace(
    slack: FakeSlack, plain: AsyncWebClient, papers: Room
) -> None:
    await slack.settings(limits={"history_restricted": True})
    assert await outcome(plain.conversations_history(channel=papers.id)) == "ok"
    assert await outcome(plain.conversations_history(channel=papers.id)) == "ratelimited"


@pytest.mark.parametrize(
    ("fault", "met", "there"),
    [
        ("rate_limited", "ratelimited", 0),
        ("error_before", "503", 0),
        ("error_after", "503", 1),
        ("drop_before", "ServerDisconnectedError", 0),
        ("drop_after", "ServerDisconnectedError", 1),
        ("hang_after", "TimeoutError", 1),
        ("revoked", "token_revoked", 0),
    ],
)
async def test_each_fault(
    slack: FakeSlack, plain: AsyncWebClient, papers: Room, fault: str, met: str, there: int
) -> None:
    await slack.fail_next("chat.postMessage", fault)
    assert await outcome(plain.chat_postMessage(channel=papers.id, text="x")) in {met, "ClientOSError"}
    assert len(await papers.messages()) == there
    assert (await slack.counts())["faults"] == {fault: 1}


async def test_the_client_s_own_retry_posts_twice(slack: FakeSlack, client: AsyncWebClient, papers: Room) -> None:
    """The trap: with its default settings slack_sdk repeats a post whose answer was lost."""
    await slack.fail_next("chat.postMessage", "drop_after")
    await client.chat_postMessage(channel=papers.id, text="x")
    assert len(await papers.messages()) == 2


async def test_faults_by_chance_are_the_same_for_a_seed(
    slack: FakeSlack, plain: AsyncWebClient, acme: Workspace
) -> None:
    async def run() -> list[str]:
        await slack.settings(limits={"on": False}, faults={"rate_limited": 0.3, "error_after": 0.2, "seed": 7})
        room = await acme.channel("chance")
        return [await outcome(plain.chat_postMessage(channel=room.id, text="x")) for _ in range(40)]

    first = await run()
    assert first == await run()
    assert {"ok", "ratelimited", "503"} == set(first)


async def test_latency(slack: FakeSlack, plain: AsyncWebClient) -> None:
    await slack.settings(latency=(0.1, 0.12))
    started = time.monotonic()
    await plain.auth_test()
    assert 0.1 <= time.monotonic() - started < 1


async def test_what_is_not_a_setting_is_said(slack: FakeSlack) -> None:
    with pytest.raises(LookupError, match="speed"):
        await slack.settings(speed=3)
    with pytest.raises(LookupError, match="ratelimit"):
        await slack.settings(faults={"ratelimit": 3})
