"""Payloads that Slack really sent, as published by others: they are read without a loss."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from adapters.slack.inbound import events, workspace_events
from bot.chat.event import BotRemoved, Place
from tests.builders import NOW, SHARED

SPECS = SHARED.parent / "specs"
RECORDED = SPECS / "recorded" / "slack"
pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason="the recorded payloads (../shared/specs) are not here")


def recorded(file: str, name: str) -> Any:
    return json.loads((RECORDED / f"{file}.json").read_text("utf-8"))[name]


def test_a_slash_command() -> None:
    body = recorded("slash-commands", "slashCommandWithArgs")
    event = events.parse_command(body, body["team_id"], NOW)
    assert event.text == "some arguments here"
    assert event.place == Place("slack", body["team_id"], body["channel_id"])
    assert event.who.id == body["user_id"]
    assert body["trigger_id"] in event.id


def test_a_mention_with_its_bots_name_taken_off() -> None:
    data = json.loads((RECORDED / "multi-workspace.json").read_text("utf-8"))
    body = data["mention"]
    event = events.parse_mention(body, data["teamId"], data["botUserId"])
    assert event is not None
    assert (event.text, event.place.channel) == ("testing", body["event"]["channel"])
    assert event.id == f"slack:{body['event_id']}"
    assert event.at.timestamp() == pytest.approx(float(body["event"]["event_ts"]))


def test_a_direct_message_and_not_what_is_said_in_a_channel() -> None:
    body = recorded("dm", "dmMessage")
    event = events.parse_direct_message(body, body["team_id"], "U00FAKEBOT01")
    assert event is not None
    assert event.text == "Hey!"
    assert events.parse_direct_message(recorded("dm", "dmRequest"), body["team_id"], "U00FAKEBOT01") is None


def test_a_button_in_a_thread() -> None:
    body = recorded("channel", "channel_post_action")
    body["actions"][0]["value"] = "vote|arxiv:2405.15738"
    event = events.parse_press(body, body["team"]["id"], NOW)
    assert event is not None
    assert (event.action.name, event.action.args) == ("vote", ("arxiv:2405.15738",))
    assert event.place == Place("slack", "T00FAKE00AA", "C00FAKECHAN1", body["container"]["thread_ts"])
    assert event.message is not None
    assert event.message.id == body["container"]["message_ts"]


def test_a_button_of_somebody_elses_making_is_none_of_ours() -> None:
    assert events.parse_press(recorded("channel", "channel_post_action"), "T00FAKE00AA", NOW) is None
    assert events.parse_press(recorded("actions-reactions", "staticSelectAction"), "T00FAKE00AA", NOW) is None


def test_a_reaction_counts_on_our_messages_only() -> None:
    body = recorded("actions-reactions", "reaction")
    event = events.parse_reaction(body, body["team_id"], "U00FAKEBOT01")
    assert event is not None
    assert (event.emoji, event.added, event.message.id) == ("👍", True, body["event"]["item"]["ts"])
    assert events.parse_reaction(body, body["team_id"], "U0ANOTHER") is None


def test_a_form() -> None:
    body = recorded("slash-commands", "viewSubmission")
    body["view"]["private_metadata"] = '{"channel": "C1", "action": "schedule|s1"}'
    event = events.parse_submit(body, body["team"]["id"], NOW)
    assert dict(event.values) == {"message": "Hello!", "category": "feature", "email": "user@example.com"}
    assert (event.place.channel, event.action.args) == ("C1", ("s1",))


def test_the_bot_joins_and_others_do_too() -> None:
    body = recorded("member-joined-channel", "memberJoinedChannel")
    event = workspace_events.parse_channel_regained(body, body["team_id"], "U00FAKEBOT01")
    assert event is not None
    assert (event.place.channel, event.who.id) == ("C00FAKECHAN1", "U00FAKEUSER1")
    assert workspace_events.parse_channel_regained(body, body["team_id"], "U0ANOTHER") is None


@pytest.mark.parametrize(
    ("name", "read", "kind"),
    [
        ("AppHomeOpened", events.parse_home_opened, type(None)),  # no tab is named
        ("ChannelArchive", workspace_events.parse_channel_lost, BotRemoved),
        ("GroupLeft", workspace_events.parse_channel_lost, BotRemoved),
        ("LinkShared", events.parse_shared_links, events.SharedLinks),
        ("TokensRevoked", workspace_events.parse_uninstalled, BotRemoved),
    ],
)
def test_a_payload_as_slack_documents_it_is_read(name: str, read: Callable[[Any, str], object], kind: type) -> None:
    """Every documented field is there, and blank but for those that make it a payload at all."""
    body = json.loads((SPECS / "slack" / "events" / f"{name}Payload.json").read_text("utf-8"))
    filled = {"event_ts": "0", "type": KINDS.get(name, ""), "channel": "C1", "message_ts": "1.1"}
    assert isinstance(read(body | {"event": body["event"] | filled}, "T1"), kind)


KINDS = {"ChannelArchive": "channel_archive", "GroupLeft": "group_left", "TokensRevoked": "tokens_revoked"}
