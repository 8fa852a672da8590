"""What the environment sets, and what in it is somebody else's."""

from __future__ import annotations

import pytest

from bot.config import load
from bot.errors import ConfigError

ADAPTERS = {"slack": {"bot_token", "api_url"}, "web": {"port"}}


def test_a_platforms_usual_names_are_its_options() -> None:
    given = {"SLACK_BOT_TOKEN": "xoxb-1", "PAPERBOY_WEB_PORT": "0"}
    assert load(None, given, ADAPTERS).adapters == {"slack": {"bot_token": "xoxb-1"}, "web": {"port": "0"}}


def test_another_programs_variables_are_left_alone() -> None:
    assert load(None, {"SLACK_WEBHOOK_URL": "https://hooks.example", "EMAIL_MAILER": "smtp"}, ADAPTERS).adapters == {}


def test_a_name_that_is_plainly_meant_for_us_is_passed_on_to_be_complained_of() -> None:
    assert load(None, {"PAPERBOY_SLACK_WEBHOK": "x"}, ADAPTERS).adapters == {"slack": {"webhok": "x"}}


def test_an_unknown_setting_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'threads'"):
        load(None, {"PAPERBOY_SEARCH_THREDS": "2"}, ADAPTERS)
