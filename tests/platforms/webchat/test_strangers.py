"""What strangers send to the chat: answered or closed, never a traceback; and streams that no client can pile up."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import ClientSession

from adapters.webchat import links, make
from adapters.webchat.events import channel_name, command_text
from adapters.webchat.post import WebchatAdapter
from adapters.webchat.routes import MAX_STREAMS_PER_CLIENT
from bot.chat.adapter import Setup
from bot.clock import SystemClock
from bot.store.sql import Store
from tests.fakes.core import FakeCore
from tests.platforms.mutations import Sent, break_off, good, longest_ms, mutated, status, statuses, tracebacks
from tests.platforms.webchat.conftest import Browser

GETS = (
    "/",
    "/c/papers",
    "/c/papers?thread=newest&before=x&toast=y",
    "/complete?text=tre",
    "/healthz",
    "/static/chat.js",
)
POSTS = ("/c/papers/say", "/c/papers/press", "/c/papers/submit", "/c/papers/react", "/person", "/channels")


def requests(browser: Browser) -> list[Sent]:
    host = browser.url.removeprefix("http://")
    form = f"csrf={browser.csrf}&text=%2Fpapers+owls&message=x&thread=y&action=vote%7Cx&emoji=x&name=owls&person=robin"
    cookie = f"paperboy-csrf={browser.csrf}; paperboy-person=you"
    found = [good("GET", path, host, Cookie=cookie) for path in GETS]
    found += [good("POST", path, host, body=form, Cookie=cookie, Accept="application/json") for path in POSTS]
    return [*found, good("GET", "/events?channel=papers&since=x", host, Cookie=cookie)]


async def test_200_mutated_requests_are_answered_and_none_leaves_a_traceback(
    you: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    base = requests(you)
    assert {await status(you.url, request.raw) for request in base} <= {200, 302, 303}
    seen = await statuses(you.url, mutated(base, 200))
    assert [code for code in seen if code >= 500] == []
    assert len({*seen}) > 4  # they were not all refused at the door
    assert tracebacks(caplog.records) == []
    assert (await you.say("/papers owls"))["pieces"]


async def test_100_bodies_that_break_off_leave_no_traceback(you: Browser, caplog: pytest.LogCaptureFixture) -> None:
    for request in requests(you):
        if request.method == b"POST":
            await break_off(you.url, request, 100 // len(POSTS) + 1)
    assert tracebacks(caplog.records) == []
    assert (await you.say("/papers owls"))["pieces"]


async def test_one_client_holds_so_many_streams_and_others_are_served(bare_url: str, you: Browser) -> None:
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(ClientSession())
        for _ in range(MAX_STREAMS_PER_CLIENT):
            answer = await stack.enter_async_context(session.get(f"{bare_url}/events?channel=papers"))
            assert answer.status == 200
        async with session.get(f"{bare_url}/events?channel=papers") as refused:
            assert (refused.status, "Retry-After" in refused.headers) == (429, True)
        assert "Paperboy" in await you.open()
    await asyncio.sleep(0.1)
    await you.say("said aloud")
    async with ClientSession() as session, session.get(f"{bare_url}/events?channel=papers&since=x") as answer:
        assert answer.status == 200  # those who left have given their place back


async def test_it_can_listen_again_after_it_ended(store: Store, tmp_path: Path) -> None:
    adapter = make(Setup(options={"port": 0}, storage=store.key_value("web"), home=tmp_path, clock=SystemClock()))
    assert isinstance(adapter, WebchatAdapter)
    for _ in range(2):
        listening = asyncio.create_task(adapter.listen(FakeCore()))
        await asyncio.wait_for(adapter.started.wait(), 30)
        async with ClientSession() as session, session.get(f"{adapter.url}/healthz") as answer:
            assert answer.status == 200
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    await adapter.aclose()


HOSTILE = (
    "http://a" + ")" * 20_000,
    "http://a" + "(" * 10_000 + ")" * 10_000,
    "https://a.b/" + ".,;" * 6_000,
    "http://" * 3_000,
    "/papers" * 3_000,
    " " * 20_000,
    "é" * 20_000,
)


@pytest.mark.parametrize("parse", [links.find_urls, command_text, channel_name])
def test_20000_hostile_characters_take_no_time(parse: object) -> None:
    assert longest_ms(parse, HOSTILE) < 50  # type: ignore[arg-type]
