"""Payloads that lack a field, or hold something else in it: each costs itself, and is counted."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from io import BytesIO
from typing import Any, TypeAlias

import aiohttp
import pytest

from adapters.slack.adapter import SlackAdapter
from adapters.slack.emoji import emoji_of
from adapters.slack.inbound import events as slack_events
from adapters.slack.outbound.modals import ViewOrigin
from bot.metrics import REGISTRY
from tests.builders import SHARED
from tests.fakes.core import FakeCore
from tests.fakes.slack import FakeSlack, Room, Someone, Workspace, events, payloads
from tests.fakes.slack.state import Message
from tests.platforms.slack.conftest import Make, hearing

RECORDED = SHARED.parent / "specs" / "recorded" / "slack"
DOCUMENTED = SHARED.parent / "specs" / "slack"
MUTATIONS = 200
ODD = (None, 0, -1.5, True, "", "unknown", "\u202e\x00", [], {}, [None], {"id": None}, [[]], 10**30, "9" * 5_000)
REQUIRED = {
    "command": ("trigger_id", "user_id", "channel_id"),
    "block_actions": ("trigger_id", "user", "container", "channel", "actions", "team"),
    "view_submission": ("user", "view", "team"),
    "message_action": ("trigger_id", "user", "channel", "message", "message_ts", "callback_id"),
}
Sent: TypeAlias = tuple[str, dict[str, Any]]  # what kind of request, and its payload


@pytest.fixture(params=["socket", "http"])
async def adapter(
    request: pytest.FixtureRequest, slack: FakeSlack, adapter_of: Make, core: FakeCore
) -> AsyncIterator[SlackAdapter]:
    secret = (await slack.app())["signing_secret"]
    made = adapter_of(mode=request.param, signing_secret=secret, port="0")
    async with hearing(made, core):
        if request.param == "http":
            await slack.settings(request_url=f"{made.url}/slack/events")
        yield made


@pytest.fixture
async def sound(slack: FakeSlack, acme: Workspace, ada: Someone, papers: Room) -> list[Sent]:
    """One payload of every kind, as this Slack and the real one send them."""
    assert slack.server
    world = slack.server.world
    channel, trigger = world.channels[papers.id], world.add_trigger(acme.id, ada.id)
    button = {"type": "button", "action_id": "0", "block_id": "b", "value": "vote|arxiv:2405.15738"}
    held = Message(ts=world.ts(), team=acme.id, channel=papers.id, user=acme.bot, text="a paper", blocks=[])
    channel.messages[held.ts] = held
    return [
        ("slash_commands", payloads.command(world, channel, ada.id, "/papers", "owls", trigger)),
        ("interactive", payloads.pressed(world, held, ada.id, button, trigger, {})),
        ("interactive", payloads.shortcut(world, "menu:similar", ada.id, trigger, held)),
        *[("events_api", events.envelope(world, acme.id, event)) for event in happenings(acme, ada, papers, held.ts)],
        *recorded(acme),
    ]


def happenings(acme: Workspace, ada: Someone, papers: Room, ts: str) -> Iterator[dict[str, Any]]:
    here = {"user": ada.id, "channel": papers.id, "event_ts": "1780000000.000100"}
    yield here | {"type": "app_mention", "text": f"<@{acme.bot}> owls", "ts": ts}
    yield here | {"type": "message", "channel_type": "im", "text": "owls", "ts": ts}
    yield here | {"type": "app_home_opened", "tab": "home"}
    item = {"type": "message", "channel": papers.id, "ts": ts}
    yield here | {"type": "reaction_added", "reaction": "+1", "item": item, "item_user": acme.bot}
    links = [{"url": "https://arxiv.org/abs/2405.15738", "domain": "arxiv.org"}]
    yield here | {"type": "link_shared", "links": links, "message_ts": ts, "source": "conversations_history"}
    yield here | {"type": "link_shared", "links": links, "message_ts": ts, "source": "composer", "unfurl_id": "u1"}
    for kind in ("channel_archive", "channel_unarchive", "group_left", "channel_deleted"):
        yield here | {"type": kind}
    yield here | {"type": "member_joined_channel", "user": acme.bot, "inviter": ada.id, "channel_type": "C"}
    yield {"type": "team_access_revoked", "team_ids": ["T0GONE"], "event_ts": "1780000000.000100"}


def recorded(acme: Workspace) -> Iterator[Sent]:
    """What Slack really sent, and what it documents, as if it came from this workspace."""
    files = [*RECORDED.glob("*.json"), *DOCUMENTED.glob("events/*.json"), *DOCUMENTED.glob("app-backend/*/*.json")]
    for file in sorted(files):
        found = json.loads(file.read_text("utf-8"))
        for body in [found, *found.values()] if isinstance(found, dict) else []:
            if isinstance(body, dict) and "event" in body:
                home = {"team_id": acme.id, "authorizations": [], "event_id": f"Ev{id(body)}"}
                yield "events_api", body | home | {"type": "event_callback"}
            elif isinstance(body, dict) and "command" in body:
                yield "slash_commands", body | {"team_id": acme.id}
            elif isinstance(body, dict) and {"actions", "view", "callback_id"} & body.keys() and "type" in body:
                yield "interactive", body | {"team": {"id": acme.id}}


def mutated(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The payload with one to three fields removed, renamed or replaced, anywhere in it."""
    changed = deepcopy(body)
    for _ in range(chance.randint(1, 3)):
        holders = [one for one in walk(changed) if one]
        if not holders:
            break
        holder = chance.choice(holders)
        key: Any = chance.choice(list(holder) if isinstance(holder, dict) else list(range(len(holder))))
        match chance.randint(0, 3):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[f"{key}_unknown"] = holder.pop(key)
            case _:
                holder[key] = deepcopy(chance.choice(ODD))
    return changed


def walk(part: Any) -> Iterator[Any]:
    if isinstance(part, dict | list):
        yield part
        for inner in part.values() if isinstance(part, dict) else part:
            yield from walk(inner)


def unreadable() -> float:
    """How many payloads were counted as unreadable."""
    [found] = [metric for metric in REGISTRY.collect() if metric.name == "paperboy_unreadable_events"]
    return sum(one.value for one in found.samples if one.name.endswith("_total") and one.labels["platform"] == "slack")


async def deliver(slack: FakeSlack, acme: Workspace, sent: Sent) -> None:
    """Send it signed; it is taken or refused within Slack's three seconds."""
    assert slack.server
    kind, body = sent
    delivery, reply = await slack.server.wire.ask(kind, "malformed", acme.id, body)
    assert reply.ok or reply.status == "400", (reply.status, json.dumps(body)[:3000])
    assert delivery.ack_ms is None or delivery.ack_ms < 3_000


def no_traces(caplog: pytest.LogCaptureFixture) -> None:
    assert [record.getMessage() for record in caplog.records if record.exc_info or "Traceback" in record.message] == []


async def test_two_hundred_mutations_are_acknowledged_and_leave_no_trace(
    adapter: SlackAdapter,
    slack: FakeSlack,
    acme: Workspace,
    sound: list[Sent],
    ada: Someone,
    papers: Room,
    core: FakeCore,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    before, chance = unreadable(), random.Random(13)
    for sent in sound:
        await deliver(slack, acme, sent)
    for n in range(MUTATIONS):
        kind, body = sound[n % len(sound)]
        await deliver(slack, acme, (kind, mutated(body, chance)))
    assert "Answer to owls" in (await ada.run("owls", papers)).text, "it still listens"
    await asyncio.sleep(0.3)  # handlers work on after they have acknowledged
    no_traces(caplog)
    lines = [record for record in caplog.records if record.getMessage().startswith("Slack event failed")]
    assert 0 < unreadable() - before <= len(lines)


@pytest.mark.parametrize("kind", REQUIRED)
async def test_a_payload_without_one_of_its_fields_is_acknowledged(
    adapter: SlackAdapter,
    slack: FakeSlack,
    acme: Workspace,
    sound: list[Sent],
    caplog: pytest.LogCaptureFixture,
    kind: str,
) -> None:
    for how, body in sound:
        if kind == body.get("type") or (kind == "command" and "command" in body):
            for field in REQUIRED[kind]:
                await deliver(slack, acme, (how, {name: value for name, value in body.items() if name != field}))
                await deliver(slack, acme, (how, body | {field: None}))
    await asyncio.sleep(0.1)
    no_traces(caplog)


async def test_a_mention_by_an_app_is_no_question(
    adapter: SlackAdapter, slack: FakeSlack, acme: Workspace, sound: list[Sent], core: FakeCore
) -> None:
    mention = next(body for _, body in sound if body.get("event", {}).get("type") == "app_mention")
    event = {name: value for name, value in mention["event"].items() if name != "user"} | {"bot_id": "B1"}
    await deliver(slack, acme, ("events_api", mention | {"event": event, "event_id": "Ev-app"}))
    await asyncio.sleep(0.1)
    assert core.heard == []


@pytest.fixture
async def http(slack: FakeSlack, adapter_of: Make, core: FakeCore) -> AsyncIterator[str]:
    """Where HTTP mode takes Slack's requests."""
    made = adapter_of(mode="http", signing_secret=(await slack.app())["signing_secret"], port="0")
    async with hearing(made, core):
        yield f"{made.url}/slack/events"


JUNK = (
    b"",
    b"{",
    b"\xff\xfe\x00",
    b"payload=%7B",
    b"payload=" + b"%5B" * 5_000,
    b"[1]",
    b'{"type": 5}',
    b"command=/papers&text=x",
    b"ssl_check=1&token=x",
    b"[" * 50_000,
)
STAMPS: tuple[dict[str, str], ...] = (
    {},
    {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=0"},
    {"X-Slack-Request-Timestamp": "9" * 400, "X-Slack-Signature": "v0=0"},
    {"X-Slack-Request-Timestamp": "1780000000", "X-Slack-Signature": "v0=ü"},
    {"X-Slack-Request-Timestamp": "nan", "X-Slack-Signature": ""},
)
TYPES = ("application/json", "application/x-www-form-urlencoded", "text/plain; charset=klingon", "")


async def test_unsigned_junk_is_refused_and_leaves_no_trace(http: str, caplog: pytest.LogCaptureFixture) -> None:
    async with aiohttp.ClientSession() as session:
        for body in JUNK:
            for stamp in STAMPS:
                for kind in TYPES:
                    async with session.post(http, data=body, headers=stamp | {"Content-Type": kind}) as answer:
                        assert 400 <= answer.status < 500, (body[:20], stamp, kind)
        async with session.get(http) as answer:
            assert answer.status == 405
        async with session.post(http, data=BytesIO(b"x" * 2_000_000)) as answer:
            assert answer.status == 413
    no_traces(caplog)


async def test_a_hundred_bodies_that_break_off_leave_no_trace(
    http: str, slack: FakeSlack, ada: Someone, papers: Room, caplog: pytest.LogCaptureFixture
) -> None:
    host, _, port = http.split("/")[2].partition(":")
    head = (
        f"POST /slack/events HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
    )
    for n in range(100):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(head.encode() + b'{"type": "event_call'[: n % 20])
        await writer.drain()
        writer.close() if n % 2 else writer.transport.abort()
    await asyncio.sleep(0.2)
    await slack.settings(request_url=http)
    assert "Answer to owls" in (await ada.run("owls", papers)).text
    no_traces(caplog)


async def test_a_command_that_speaks_of_payloads_is_heard(
    http: str, slack: FakeSlack, ada: Someone, papers: Room
) -> None:
    await slack.settings(request_url=http)
    assert "Answer to adversarial payload attacks" in (await ada.run("adversarial payload attacks", papers)).text


HOSTILE = ("<", "<a", "<|", "<@UBOT|", "<@UBOT", "|", "&lt;", "&", "<https://a|", "\u202e", "a ", "::skin-tone-2", "-2")


@pytest.mark.parametrize("piece", HOSTILE)
def test_twenty_thousand_characters_are_read_in_no_time(piece: str) -> None:
    for text in (piece * (20_000 // len(piece)), piece + "a" * 20_000, "<" + piece * (20_000 // len(piece))):
        body = {"event": {"user": "U1", "channel": "C1", "text": text, "event_ts": "1.1", "reaction": text}}
        started = time.process_time()
        slack_events.parse_mention(body, "T1", "UBOT")
        slack_events.message_text({"text": text, "blocks": [{"url": text}]})
        emoji_of(text)
        ViewOrigin.parse(text)
        assert time.process_time() - started < 0.05
