"""HTTP mode: bolt's own server takes what is signed well, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack, Room, Someone


@pytest.fixture
async def serve(slack: FakeSlack) -> AsyncIterator[Callable[[web.Application], Any]]:
    """Serves an application and makes it the request URL."""
    runners = []

    async def start(app: web.Application) -> None:
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        runners.append(runner)
        await slack.settings(request_url=f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def bolt(slack: FakeSlack, client: AsyncWebClient, serve: Any) -> AsyncApp:
    app = AsyncApp(client=client, signing_secret=(await slack.app())["signing_secret"])

    @app.command("/papers")
    async def command(ack: Any, command: Any, respond: Any) -> None:
        await ack(f"heard {command['text']}")
        button = {"type": "button", "action_id": "b", "text": {"type": "plain_text", "text": "Press"}}
        await respond(text="press it", blocks=[{"type": "actions", "elements": [button]}])

    @app.action("b")
    async def pressed(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="pressed", replace_original=False)

    @app.event("app_mention")
    async def mention(say: Any) -> None:
        await say(text="here")

    await serve(app.web_app("/slack/events"))
    return app


async def test_commands_buttons_and_events(bolt: AsyncApp, papers: Room, ada: Someone) -> None:
    seen = await ada.run("a & b=c", papers, answers=2)
    assert seen.ack_ms is not None
    assert {m.text: m.via for m in seen.messages} == {"heard a & b=c": "ack", "press it": "response_url"}
    button = next(m for m in seen.messages if m.blocks)
    assert (await ada.press(button, "b")).text == "pressed"
    assert (await ada.mention("hi", papers)).text == "here"


async def test_the_url_is_verified(slack: FakeSlack, bolt: AsyncApp) -> None:
    assert (await slack.do("verify_url"))["answer"] == "ok"


@pytest.mark.parametrize("how", [{"signature": "bad"}, {"signature": "missing"}, {"stale": 301.0}])
async def test_bad_signatures_and_old_stamps_are_turned_away(
    slack: FakeSlack, bolt: AsyncApp, papers: Room, ada: Someone, how: dict[str, Any]
) -> None:
    await slack.settings(**how)
    seen = await ada.run("x", papers)
    assert (seen.error, seen.shown) == ("401", [])


async def test_an_event_is_tried_again_and_says_so(slack: FakeSlack, serve: Any, papers: Room, ada: Someone) -> None:
    heads: list[tuple[str | None, str | None]] = []

    async def answer(request: web.Request) -> web.Response:
        heads.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        if len(heads) == 1:
            return web.Response(status=500)
        if len(heads) == 2:
            await asyncio.sleep(0.4)
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/slack/events", answer)])
    await serve(app)
    await slack.settings(ack_seconds=0.2, retry_delays=[0.0, 0.0, 0.0])
    await ada.mention("hi", papers, answers=0)
    await slack.until("deliveries", 1, status="ok")
    assert heads == [(None, None), ("1", "http_error"), ("2", "http_timeout")]


async def test_an_app_can_ask_for_no_retries(slack: FakeSlack, serve: Any, papers: Room, ada: Someone) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"})

    app = web.Application()
    app.add_routes([web.post("/slack/events", answer)])
    await serve(app)
    await slack.settings(retry_delays=[0.0, 0.0])
    await ada.mention("hi", papers, answers=0)
    await slack.until("deliveries", 1, status="500")
    await asyncio.sleep(0.1)
    assert len(await slack.deliveries()) == 1
