"""Bolt with our records: signed requests, and no store of the SDK's anywhere."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from adapters.slack.inbound.bolt_app import make_authorize
from adapters.slack.install.installs import StoredInstalls
from adapters.slack.install.records import Install
from bot.clock import FixedClock
from tests.builders import NOW
from tests.platforms.slack.installs.oauth_server import LIVES, SECRET, OAuthServer

SIGNING = "signing-secret"
Ask = Callable[[dict[str, Any]], Any]
Heard: TypeAlias = "asyncio.Queue[tuple[str | None, str | None, str | None]]"  # bolt's listeners run after its answer


@pytest.fixture
def heard() -> Heard:
    return asyncio.Queue()


@pytest.fixture
def ask(
    installs: StoredInstalls,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Ask:
    """Sends bolt an event, signed as Slack does, with the ids of the app in the environment as a user has them."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SLACK_CLIENT_ID", "1000.2000")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", SECRET)
    app = AsyncApp(signing_secret=SIGNING, authorize=make_authorize(installs))

    async def listener(context: Any, client: Any) -> None:
        heard.put_nowait((context.bot_token, client.token, context.bot_user_id))

    for name in ("app_mention", "app_uninstalled"):
        app.event(name)(listener)

    async def sent(body: dict[str, Any]) -> BoltResponse:
        raw, now = json.dumps(body), str(int(time.time()))
        signature = SignatureVerifier(SIGNING).generate_signature(timestamp=now, body=raw)
        headers = {
            "x-slack-signature": [str(signature)],
            "x-slack-request-timestamp": [now],
            "content-type": ["application/json"],
        }
        return await app.async_dispatch(AsyncBoltRequest(body=raw, headers=headers))

    return sent


def event(team: str | None, enterprise: str | None = None, kind: str = "app_mention") -> dict[str, Any]:
    wide = enterprise is not None
    home = {"team_id": None if wide else team, "enterprise_id": enterprise, "is_enterprise_install": wide}
    return {
        "type": "event_callback",
        "team_id": team,
        "enterprise_id": enterprise,
        "authorizations": [home | {"user_id": "UBOT", "is_bot": True}],
        "event": {"type": kind, "user": "UADA", "channel": "C1", "text": "hi", "ts": "1.2"},
    }


def install(space: str, **more: Any) -> Install:
    return Install(space=space, token=f"xoxb-{space}", bot_user=f"U{space}BOT", app_id="A1", installed=NOW, **more)


async def test_each_workspace_is_answered_with_its_own_token(
    ask: Ask, installs: StoredInstalls, heard: Heard, tmp_path: Path
) -> None:
    await installs.save_install(install("T1"))
    await installs.save_install(install("T2"))
    for team in ("T1", "T2", "T1"):
        assert (await ask(event(team))).status == 200
        assert await asyncio.wait_for(heard.get(), 30) == (f"xoxb-{team}", f"xoxb-{team}", f"U{team}BOT")
    assert [file.name for file in tmp_path.iterdir() if not file.name.startswith("paperboy.db")] == []


async def test_an_organizations_events_are_answered_with_its_token(
    ask: Ask, installs: StoredInstalls, heard: Heard
) -> None:
    await installs.save_install(install("E1", enterprise="E1", org_wide=True))
    assert (await ask(event("T1", "E1"))).status == 200
    assert await asyncio.wait_for(heard.get(), 30) == ("xoxb-E1", "xoxb-E1", "UE1BOT")


async def test_where_it_is_not_installed_nothing_is_heard(ask: Ask, heard: Heard) -> None:
    await ask(event("T9"))  # what people are told then: test_many.py
    await asyncio.sleep(0.05)
    assert heard.empty()


async def test_an_uninstall_is_heard_without_a_token(ask: Ask, heard: Heard) -> None:
    assert (await ask(event("T9", kind="app_uninstalled"))).status == 200
    assert await asyncio.wait_for(heard.get(), 30) == (None, None, None)


async def test_what_passes_makes_slack_send_the_event_again(
    ask: Ask, installs: StoredInstalls, slack: OAuthServer, clock: FixedClock, heard: Heard
) -> None:
    await installs.save_install(install("T1", refresh_token="xoxe-1", expires=NOW))
    slack.faults = ["500"]
    await clock.sleep(LIVES)
    assert (await ask(event("T1"))).status == 500
    await asyncio.sleep(0.05)
    assert heard.empty()
