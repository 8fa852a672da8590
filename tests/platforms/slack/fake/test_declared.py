"""The fake as the app's manifest has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack, declared
from tests.fakes.slack.settings import EVENTS

MANIFEST = {
    "features": {"slash_commands": [{"command": "/nest"}], "shortcuts": [{"callback_id": "similar"}]},
    "oauth_config": {"scopes": {"bot": ["commands"]}},
    "settings": {"event_subscriptions": {"bot_events": ["app_mention"]}},
}


async def test_what_is_not_in_the_manifest_is_not_there(slack: FakeSlack) -> None:
    await slack.settings(**declared(MANIFEST))
    acme = await slack.workspace()
    room, ada = await acme.channel(), await acme.user()
    with pytest.raises(SlackApiError, match="missing_scope"):
        await AsyncWebClient(token=acme.token, base_url=slack.api_url).chat_postMessage(channel=room.id, text="x")
    with pytest.raises(LookupError, match="not a valid command"):
        await ada.run("x", room)
    assert (await ada.run("x", room, command="/nest")).error == "nobody"
    with pytest.raises(LookupError, match="no shortcut"):
        await ada.shortcut("other")
    await ada.open_home(answers=0)
    assert await slack.deliveries(kind="events_api") == []


async def test_an_event_needs_its_scope(slack: FakeSlack) -> None:
    await slack.settings(scopes=["chat:write", "channels:read"])
    acme = await slack.workspace()
    room, ada = await acme.channel(), await acme.user()
    await ada.mention("hello", room, answers=0)
    await room.archive()
    assert {d["name"] for d in await slack.until("deliveries", 1)} == {"channel_archive"}


def test_every_event_of_our_manifest_can_be_sent() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML, which reads the manifest, is not installed")
    ours = declared(yaml.safe_load((Path(__file__).parents[4] / "config" / "slack-manifest.yml").read_text("utf-8")))
    assert set(ours["events"]) - set(EVENTS) == set()
