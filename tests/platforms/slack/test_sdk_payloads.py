"""Payloads from Slack's own SDKs and from other people's apps, each signed and sent to the real process.

They are read from ../shared/specs, and more from the file that PAPERBOY_PAYLOADS names: a JSON list of
`{"kind": "event" | "interactive" | "command", "body": {…}}`. None of them is in this repository.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from msgspec import Struct

from tests.builders import SHARED
from tests.fakes.slack import FakeSlack, Room, Someone, Workspace
from tests.fakes.world import free_port, launch

SPECS = SHARED.parent / "specs"
MORE = os.environ.get("PAPERBOY_PAYLOADS", "")
ACK_S = 3.0  # Slack's own limit
AT_ONCE = 8
INTERACTIVE = {"actions", "view", "callback_id"}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (SPECS.exists() or MORE), reason="the recorded payloads (../shared/specs) are not here"),
]


class Sent(Struct, frozen=True):
    kind: str
    body: dict[str, Any]


def collected() -> list[Sent]:
    """Each payload once."""
    found: dict[str, Sent] = {}
    for sent in (*_specs(), *_more()):
        found.setdefault(json.dumps(sent.body, sort_keys=True), sent)
    return list(found.values())


def _specs() -> Iterator[Sent]:
    files = [*SPECS.glob("recorded/slack/*.json"), *SPECS.glob("slack/events/*.json")]
    for file in sorted([*files, *SPECS.glob("slack/app-backend/*/*.json")]):
        found = json.loads(file.read_text("utf-8"))
        for body in [found, *found.values()] if isinstance(found, dict) else []:
            if isinstance(body, dict) and "event" in body:
                yield Sent("event", body | {"type": "event_callback"})
            elif isinstance(body, dict) and body.get("type") == "app_rate_limited":
                yield Sent("event", body)
            elif isinstance(body, dict) and "command" in body:
                yield Sent("command", body)
            elif isinstance(body, dict) and INTERACTIVE & body.keys() and "type" in body:
                yield Sent("interactive", body)


def _more() -> Iterator[Sent]:
    if MORE:
        yield from (Sent(one["kind"], one["body"]) for one in json.loads(Path(MORE).read_text("utf-8")))


@pytest.fixture
async def process(slack: FakeSlack, acme: Workspace, tmp_path: Path) -> AsyncIterator[str]:
    """Paperboy in HTTP mode, as it is run; its address. Its log is `log` in the temporary folder."""
    port = free_port()
    environment = await slack.env(acme) | {"SLACK_MODE": "http", "SLACK_PORT": str(port)}
    with (tmp_path / "log").open("wb") as log:
        running = await launch(tmp_path / "home", "run", out=log.fileno(), err=log.fileno(), **environment)
    url = f"http://127.0.0.1:{port}"
    try:
        await _until_healthy(url, running)
        yield url
    finally:
        if running.returncode is None:
            running.terminate()
        await running.wait()


async def _until_healthy(url: str, running: asyncio.subprocess.Process) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(60):
        while running.returncode is None:
            try:
                await session.get(f"{url}/healthz")
                return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
    raise AssertionError("it did not start")


async def test_every_payload_is_acknowledged_in_time_and_has_its_effect(
    process: str, slack: FakeSlack, acme: Workspace, ada: Someone, papers: Room, tmp_path: Path
) -> None:
    """First as it came, from workspaces that Paperboy is not in; then as if it came from ours."""
    await slack.settings(limits={"on": False})
    direct, payloads = await ada.conversation(), collected()
    assert slack.server
    world, expected = slack.server.world, Counter[str]()
    nowhere = {"response_url": f"{slack.url}/actions/nowhere"}
    strangers = [
        Sent(sent.kind, _unique(sent.body, f"stranger{n}") | (nowhere if sent.kind != "event" else {}))
        for n, sent in enumerate(payloads)
    ]
    ours = []
    for n, sent in enumerate(payloads):
        hook = world.add_hook(world.channels[papers.id], ada.id, f"t{n}")
        body = _unique(_at_home(sent.body, acme, ada, papers, direct, hook), f"ours{n}")
        ours.append(Sent(sent.kind, body))
        expected[effect(sent.kind, body)] += 1
    slowest = await _send_all(process, slack, [*strangers, *ours])

    async def missing() -> Counter[str]:
        calls = Counter((await slack.counts())["requests"])
        calls["response_url"] = sum(hook.uses > 0 for hook in world.hooks.values())
        return expected - calls

    del expected[""]
    for _ in range(300):
        if not await missing():
            break
        await asyncio.sleep(0.1)
    assert not await missing(), (expected, (tmp_path / "log").read_text("utf-8")[-6_000:])
    log = (tmp_path / "log").read_text("utf-8")
    print(f"{len(payloads)} payloads, each twice; the slowest acknowledged in {slowest:.2f} s; {dict(expected)}")
    assert "Traceback" not in log, log[-3_000:]
    assert "Slack drops events of workspace" in log, "`app_rate_limited` is logged"
    assert slowest < ACK_S
    assert not await slack.wrong()


def effect(kind: str, body: dict[str, Any]) -> str:
    """What a person would see of a payload: the call of the Web API; empty when they see nothing of it."""
    event = body.get("event") or {}
    own = bool(event.get("user")) and not event.get("bot_id") and not event.get("subtype")
    match kind, event.get("type") or body.get("type"):
        case "command", _:
            return "response_url"
        case "interactive", "message_action":
            return "response_url"
        case "event", "app_mention" if own and str(event.get("channel")).startswith("C"):
            return "chat.postEphemeral"
        case "event", "message" if own and event.get("channel_type") == "im":
            return "chat.postMessage"
        case "event", "app_home_opened" if event.get("tab") == "home":
            return "views.publish"
        case "event", "link_shared" if any("arxiv.org" in str(link.get("url")) for link in event.get("links") or ()):
            return "chat.unfurl"
    return ""


def _unique(body: dict[str, Any], id: str) -> dict[str, Any]:
    """With ids of its own, so that none is taken for another one delivered again."""
    ids = {name: f"{id}.{name}" for name in ("event_id", "trigger_id", "action_ts") if name in body}
    if "event" in body:
        ids["event_id"] = f"{id}.event"
    if isinstance(body.get("view"), dict):
        ids["view"] = body["view"] | {"id": f"V{id}", "hash": id}
    return body | ids


def _at_home(
    body: dict[str, Any], acme: Workspace, ada: Someone, papers: Room, direct: Room, hook: str
) -> dict[str, Any]:
    """The payload with our workspace, a person and a channel of it."""
    event = body.get("event")
    kind = event.get("channel_type") if isinstance(event, dict) else ""
    channel = direct.id if kind == "im" else papers.id
    known = {"team_id": acme.id, "user_id": ada.id, "channel_id": channel, "response_url": hook}
    changed = body | {name: value for name, value in known.items() if name in body}
    if "authorizations" in body:
        changed["authorizations"] = [{"team_id": acme.id, "enterprise_id": None, "is_enterprise_install": False}]
    if isinstance(event, dict):
        here = {"user": ada.id, "channel": channel}
        changed["event"] = event | {name: value for name, value in here.items() if isinstance(event.get(name), str)}
        changed |= {"team_id": acme.id, "type": "event_callback"}
        changed.pop("context_team_id", None)
    for name, id in (("team", acme.id), ("user", ada.id), ("channel", papers.id)):
        if isinstance(body.get(name), dict):
            changed[name] = body[name] | {"id": id}
    if isinstance(body.get("view"), dict):
        changed["view"] = body["view"] | {"app_installed_team_id": acme.id, "team_id": acme.id}
    if "command" not in body and "event" not in body:
        changed["response_url"] = hook
    return changed


async def _send_all(url: str, slack: FakeSlack, all: list[Sent]) -> float:
    """Send all of them; the time of the slowest, in seconds."""
    secret, places = (await slack.app())["signing_secret"], asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession() as session:

        async def send(sent: Sent) -> float:
            async with places:
                return await _send(session, f"{url}/slack/events", secret, sent)

        return max(await asyncio.gather(*map(send, all)))


async def _send(session: aiohttp.ClientSession, url: str, secret: str, sent: Sent) -> float:
    forms = {"command": sent.body, "interactive": {"payload": json.dumps(sent.body)}}
    raw = urlencode(forms[sent.kind]) if sent.kind in forms else json.dumps(sent.body)
    stamp = str(int(time.time()))
    signature = hmac.new(secret.encode(), f"v0:{stamp}:{raw}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded" if sent.kind in forms else "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signature}",
    }
    started = time.perf_counter()
    async with session.post(url, data=raw.encode(), headers=headers) as answer:
        assert answer.status == 200, (answer.status, sent.kind, raw[:300])
    return time.perf_counter() - started
