"""The small parts: names of emoji, and what comes again."""

from __future__ import annotations

from importlib.resources import files
from types import SimpleNamespace

import pytest
from emoji import EMOJI_DATA
from slack_sdk.errors import SlackApiError

from adapters.slack.emoji import emoji_of
from adapters.slack.errors import post_error
from adapters.slack.inbound.bolt_app import first_delivery
from adapters.slack.payload import delivery_id, interaction_id
from adapters.slack.settings import Settings
from bot.adapter_settings import read_section
from bot.commands.buttons import MENU
from bot.errors import Refused
from bot.recent import RecentDict
from bot.votes.emoji import VoteEmojis, base_emoji


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"error": "msg_too_long"}, "The message is too long for Slack (msg_too_long). Choose fewer papers"),
        (
            {
                "error": "invalid_blocks",
                "response_metadata": {"messages": ["[ERROR] must be less than 3001"]},
            },
            "Slack can't read the message's blocks (invalid_blocks: [ERROR] must be less than 3001). That is",
        ),
        ({"error": "some_new_code", "errors": ["no " * 90]}, "Slack refused it (some_new_code: no no"),
    ],
)
def test_a_refused_message_has_a_reason_in_words(answer: dict[str, object], says: str) -> None:
    error = post_error(SlackApiError("no", SimpleNamespace(data=answer, status_code=200)))
    assert isinstance(error, Refused)
    assert str(error).startswith(says)
    assert len(error.message) < 200


@pytest.mark.parametrize(
    ("name", "emoji"),
    [
        ("+1", "👍"),
        ("thumbsup", "👍"),
        ("+1::skin-tone-6", "👍🏿"),
        ("+1::skin-tone-2", "👍🏻"),
        ("+1::skin-tone-9", "👍"),
        ("our_own::skin-tone-2", ""),
        ("-1", "👎"),
        ("heart", "❤"),
        ("arrow_up", "⬆"),
        ("100", "💯"),
        ("tada", "🎉"),
        ("fire", "🔥"),
        ("rocket", "🚀"),
        ("star", "⭐"),
        ("arrow_down", "⬇"),
        ("heart_on_fire", "❤\u200d🔥"),
        ("dog", "🐶"),
        ("cat", "🐱"),
        ("turkey", "🦃"),
        ("flag-tr", "🇹🇷"),
        ("hash", "#\u20e3"),
        ("male-scientist", "👨\u200d🔬"),
        ("our_own_emoji", ""),
        ("", ""),
    ],
)
def test_short_names_are_emoji(name: str, emoji: str) -> None:
    assert emoji_of(name) == emoji


def test_every_short_name_of_slack_is_an_emoji_that_unicode_knows() -> None:
    known = {base_emoji(emoji) for emoji in EMOJI_DATA}
    table = files("adapters.slack").joinpath("emoji_names.txt").read_text("utf-8").splitlines()[2:]
    names = [name for line in table for name in line.split()[1:]]
    assert len(names) == len(set(names)) == 1_967
    assert {name: emoji_of(name) for name in names if emoji_of(name) not in known} == {}


def test_every_vote_can_be_cast_in_slack() -> None:
    names = ("+1", "arrow_up", "fire", "heart", "rocket", "100", "star", "tada", "-1", "arrow_down")
    assert {emoji_of(name) for name in names} == VoteEmojis().up | VoteEmojis().down


def test_what_comes_again_is_dropped_and_what_failed_is_not() -> None:
    seen = RecentDict[str, None](2)
    event = {"event_id": "Ev1"}

    def news(body: dict[str, object]) -> bool:
        with first_delivery(seen, body) as new:
            return new

    assert [news(event), news(event)] == [True, False]
    with pytest.raises(RuntimeError), first_delivery(seen, {"event_id": "Ev2"}):
        raise RuntimeError
    assert news({"event_id": "Ev2"})
    assert news({"event_id": "Ev3"})
    assert news(event), "what is long ago is the core's to know"
    assert [news({}), news({})] == [True, True]


def test_a_form_that_was_changed_is_another() -> None:
    sent = {"type": "view_submission", "trigger_id": "1", "view": {"id": "V1", "hash": "a"}}
    again = {"type": "view_submission", "trigger_id": "2", "view": {"id": "V1", "hash": "a"}}
    other = {"type": "view_submission", "trigger_id": "2", "view": {"id": "V1", "hash": "b"}}
    assert delivery_id(sent) == delivery_id(again) != delivery_id(other)


def test_settings_come_as_text_from_the_environment_and_are_not_shown() -> None:
    options = read_section(
        "slack", {"bot_token": "xoxb-1", "port": "8080", "admins": "U1, U2,", "enabled": "false"}, Settings
    )
    assert (options.port, options.admins, options.enabled) == (8080, ("U1", "U2"), False)
    assert "xoxb" not in repr(options)


def test_the_three_entries_of_the_menu_are_three_events_even_in_one_moment() -> None:
    """A payload may have no `trigger_id`; then only the time of the press is left."""
    body = {"type": "message_action", "action_ts": "1780000000.000100"}
    ids = [interaction_id(body | {"callback_id": f"menu:{entry.action.name}"}) for entry in MENU]
    assert len(ids) == len(set(ids)) == 3
