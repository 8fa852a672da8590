"""What this adapter promises beyond `tests/contract`: its settings, and what more it can do."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.slack import make as make_slack
from adapters.slack.adapter import SlackAdapter
from bot.chat.adapter import CanMessageUser, HasConnection, HasDoctor, Setup
from bot.chat.event import Place
from bot.clock import FixedClock
from bot.errors import ConfigError
from bot.store.sql import Store


async def test_it_also_reaches_people_checks_itself_and_tells_whether_it_is_connected(adapter: SlackAdapter) -> None:
    assert isinstance(adapter, CanMessageUser)
    assert isinstance(adapter, HasDoctor)
    assert isinstance(adapter, HasConnection)


@pytest.mark.parametrize("options", [{}, {"app_token": "xapp-1"}, {"bot_token": "xoxb-1", "enabled": "false"}])
def test_without_a_token_it_is_left_out(
    options: dict[str, Any], store: Store, clock: FixedClock, tmp_path: Any
) -> None:
    assert make_slack(Setup(options=options, storage=store.key_value("slack"), home=tmp_path, clock=clock)) is None


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"nonsense": 1}, "nonsense"),
        ({"bot_token": "xoxb-1", "mode": "carrier pigeon"}, "mode"),
        ({"bot_token": "xoxb-1", "port": "99999"}, "port"),
        ({"client_id": "1.2"}, "client_secret"),
        ({"client_id": "1.2", "client_secret": "s", "secret_keys": "hunter2hunter2"}, "secret_keys"),
    ],
)
def test_a_wrong_setting_is_answered_with_the_right_ones(
    options: dict[str, Any], says: str, store: Store, clock: FixedClock, tmp_path: Any
) -> None:
    with pytest.raises(ConfigError) as caught:
        make_slack(Setup(options=options, storage=store.key_value("slack"), home=tmp_path, clock=clock))
    assert says in caught.value.message
    assert "hunter2" not in str(caught.value)
    assert caught.value.hint


def test_the_place_is_one_of_slack(place: Place) -> None:
    assert Place.parse(str(place)) == place
