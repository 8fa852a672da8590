"""The promises of every adapter, kept by this one before a Slack that keeps real limits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from adapters.slack import make as make_slack
from bot.chat.adapter import Checks, Posts, Reaches, Setup
from bot.chat.event import Place
from bot.clock import FixedClock
from bot.errors import ConfigError
from bot.store.protocol import Store
from tests.contract.test_adapters import (  # noqa: F401 - collected here, with this module's fixtures
    test_a_message_can_be_changed_and_one_that_is_gone_can_not,
    test_a_place_that_can_not_be_is_refused_for_good,
    test_a_thread_hangs_from_a_message,
    test_every_kind_of_block_can_be_posted,
    test_hostile_words_are_posted_as_words_within_the_limits,
    test_it_declares_what_it_can_do,
    test_nobody_has_reacted_to_a_new_message_and_the_bot_does_not_count,
    test_width_counts_what_is_sent_and_not_what_is_seen,
)
from tests.fakes.slack import FakeSlack
from tests.platforms.slack.conftest import Make


@pytest.fixture
def name() -> str:
    return "slack"


@pytest.fixture
async def make(adapter_of: Make, slack: FakeSlack) -> AsyncIterator[Callable[[], Posts]]:
    await slack.settings(limits={"posts_per_second": 1000, "post_burst": 1000})  # the dispatcher keeps the pace
    yield adapter_of
    assert not await slack.wrong()


async def test_it_also_reaches_people_and_checks_itself(make: Callable[[], Posts]) -> None:
    assert isinstance(make(), Reaches)
    assert isinstance(make(), Checks)


@pytest.mark.parametrize("options", [{}, {"app_token": "xapp-1"}, {"bot_token": "xoxb-1", "enabled": "false"}])
def test_without_a_token_it_is_left_out(
    options: dict[str, Any], store: Store, clock: FixedClock, tmp_path: Any
) -> None:
    assert make_slack(Setup(options=options, shelf=store.shelf("slack"), home=tmp_path, clock=clock)) is None


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"nonsense": 1}, "nonsense"),
        ({"bot_token": "xoxb-1", "mode": "carrier pigeon"}, "mode"),
        ({"bot_token": "xoxb-1", "port": "99999"}, "port"),
        ({"client_id": "1.2"}, "client_secret"),
    ],
)
def test_a_wrong_setting_is_answered_with_the_right_ones(
    options: dict[str, Any], says: str, store: Store, clock: FixedClock, tmp_path: Any
) -> None:
    with pytest.raises(ConfigError) as caught:
        make_slack(Setup(options=options, shelf=store.shelf("slack"), home=tmp_path, clock=clock))
    assert says in caught.value.message
    assert caught.value.hint


def test_the_place_is_one_of_slack(place: Place) -> None:
    assert Place.parse(str(place)) == place
