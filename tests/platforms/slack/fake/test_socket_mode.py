"""Socket Mode: redelivery, reconnecting, and several connections at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack, Room, Someone


@asynccontextmanager
async def connection(slack: FakeSlack) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A bare connection that has been greeted."""
    app = await slack.app()
    headers = {"Authorization": f"Bearer {app['app_token']}"}
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{slack.api_url}apps.connections.open", headers=headers) as answer:
            opened = await answer.json()
        async with session.ws_connect(opened["url"]) as ws:
            assert (await ws.receive_json())["type"] == "hello"
            yield ws


async def test_an_event_comes_again_until_it_is_acknowledged(slack: FakeSlack, papers: Room, ada: Someone) -> None:
    await slack.settings(ack_seconds=0.2, retry_delays=[0.0, 0.0, 0.0])
    async with connection(slack) as ws:
        await ada.mention("hello", papers, answers=0)
        first = await ws.receive_json()
        second = await ws.receive_json()
        assert (first["retry_attempt"], second["retry_attempt"], second["retry_reason"]) == (0, 1, "timeout")
        assert first["payload"]["event_id"] == second["payload"]["event_id"]
        assert first["envelope_id"] != second["envelope_id"]
        await ws.send_json({"envelope_id": second["envelope_id"]})
        with pytest.raises(TimeoutError):
            await ws.receive_json(timeout=0.5)
    attempts = await slack.deliveries(kind="events_api")
    assert [(d.attempt, d.status) for d in attempts] == [(0, "timeout"), (1, "ok")]


async def test_commands_never_come_again(slack: FakeSlack, papers: Room, ada: Someone) -> None:
    await slack.settings(ack_seconds=0.1, retry_delays=[0.0])
    async with connection(slack) as ws:
        assert (await ada.run("x", papers)).error == "timeout"
        assert (await ws.receive_json())["accepts_response_payload"]
        with pytest.raises(TimeoutError):
            await ws.receive_json(timeout=0.3)


async def test_each_envelope_goes_to_one_of_several_connections(slack: FakeSlack, papers: Room, ada: Someone) -> None:
    async with connection(slack) as one, connection(slack) as two:
        for _ in range(4):
            await ada.mention("hello", papers, answers=0)
        got = [await ws.receive_json(timeout=1) for ws in (one, two, one, two)]
        assert len({envelope["payload"]["event_id"] for envelope in got}) == 4
        for ws, envelope in zip((one, two, one, two), got, strict=True):
            await ws.send_json({"envelope_id": envelope["envelope_id"]})


async def test_words_in_the_acknowledgement_are_shown(slack: FakeSlack, papers: Room, ada: Someone) -> None:
    async with connection(slack) as ws:
        asked = asyncio.create_task(ada.run("x", papers))
        envelope = await ws.receive_json()
        await ws.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "at once"}})
        seen = await asked
    assert seen.text == "at once"
    assert seen.messages[0].via == "ack"


@pytest.mark.parametrize("how", ["refresh_requested", "warning", "drop"])
async def test_bolt_comes_back(
    slack: FakeSlack, client: AsyncWebClient, listen: Any, papers: Room, ada: Someone, how: str
) -> None:
    app = AsyncApp(client=client, signing_secret="x")

    @app.command("/papers")
    async def command(ack: Any) -> None:
        await ack("still here")

    await listen(app)
    assert (await ada.run("x", papers)).text == "still here"
    await (slack.drop() if how == "drop" else slack.disconnect(how))
    for _ in range(100):
        counts = await slack.counts()
        if counts["connected"] == 2 and counts["connections"] == 1:
            break
        await asyncio.sleep(0.05)
    assert (await ada.run("x", papers)).text == "still here"


async def test_duplicate_and_late_events(
    slack: FakeSlack, client: AsyncWebClient, listen: Any, papers: Room, ada: Someone
) -> None:
    ids = []
    app = AsyncApp(client=client, signing_secret="x")

    @app.event("reaction_added")
    async def reacted(body: Any) -> None:
        ids.append(body["event_id"])

    await listen(app)
    await client.chat_postMessage(channel=papers.id, text="vote")
    await slack.settings(faults={"duplicate_event": 1.0, "late_event": 1.0, "lateness": 0.3})
    for name in ("thumbsup", "eyes"):
        await ada.react((await papers.messages())[0], name)
    await slack.until("deliveries", 4, name="reaction_added", status="ok")
    assert sorted(map(ids.count, set(ids))) == [2, 2]


async def test_a_ticket_is_good_for_one_connection(slack: FakeSlack) -> None:
    assert slack.server is not None
    url = slack.server.socket.ticket()
    async with aiohttp.ClientSession() as session, session.ws_connect(url):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_events_the_app_did_not_subscribe_to_stay_away(slack: FakeSlack, papers: Room, ada: Someone) -> None:
    async with connection(slack) as ws:
        await ada.say("just talking", papers)
        await ada.mention("hello", papers, answers=0)
        envelope = await ws.receive_json()
        assert envelope["payload"]["event"]["type"] == "app_mention"
        await ws.send_json({"envelope_id": envelope["envelope_id"]})
