"""What the fake tells the bot, beside what Discord told one: recorded payloads, where they are at hand."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.schema import SPEC
from tests.platforms.discord.fake.conftest import Ask, Home

RECORDED = SPEC.parents[1] / "recorded" / "discord" / "interactions-and-messages.json"
pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason="the recorded payloads (../shared/specs) are not here")

NOT_SHOWN = {"flags"}  # of people: in the HTTP answers, not in events


async def told(socket: ClientWebSocketResponse, name: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            event = await socket.receive_json()
            if event.get("t") == name:
                return dict(event["d"])


def invented(ours: Any, theirs: Any, path: str = "") -> list[str]:
    """What ours has that theirs has not, or has as something else."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        extra = [f"{path}.{key}" for key in ours.keys() - theirs.keys() - NOT_SHOWN]
        return extra + [line for key in ours.keys() & theirs.keys() for line in invented(ours[key], theirs[key], key)]
    if isinstance(ours, list) and isinstance(theirs, list):
        return [line for one, other in zip(ours, theirs, strict=False) for line in invented(one, other, path)]
    alike = ours is None or theirs is None or type(ours) is type(theirs)
    return [] if alike else [f"{path}: {ours!r} is not like {theirs!r}"]


async def test_a_press_a_reaction_and_a_thread_look_like_recorded_ones(fake: FakeDiscord, home: Home, ask: Ask) -> None:
    real = json.loads(RECORDED.read_text())
    button = {"type": 2, "style": 1, "label": "Hello", "custom_id": "hello"}
    body = {"content": "x", "components": [{"type": 1, "components": [button]}]}
    async with ClientSession() as session, session.ws_connect(f"{fake.url}/gateway") as socket:
        await socket.send_json({"op": 2, "d": {"token": fake.token, "intents": 1 | 1 << 9 | 1 << 10}})
        _, said = await ask("POST", f"/channels/{home.papers}/messages", body)
        await ask("POST", f"/channels/{home.papers}/messages/{said['id']}/threads", {"name": "t"})
        thread = await told(socket, "THREAD_CREATE")
        assert invented(thread, real["gatewayThreadCreate"]["data"] | {"applied_tags": [], "member": None}) == []
        _, said = await ask("POST", f"/channels/{thread['id']}/messages", body)
        fake.react(home.ada, thread["id"], said["id"], "👍")
        assert invented(await told(socket, "MESSAGE_REACTION_ADD"), real["gatewayReactionAdd"]["data"]) == []
        pressing = asyncio.create_task(fake.press(home.ada, thread["id"], said["id"], "Hello", wait=0.1))
        press = await told(socket, "INTERACTION_CREATE")
        pressing.cancel()
    recorded = real["buttonClickHello"]
    assert press.keys() == recorded.keys()
    assert (
        invented(
            press,
            recorded
            | {
                "channel": recorded["channel"] | {"applied_tags": []},
                "message": recorded["message"] | {"reactions": []},
            },
        )
        == []
    )
