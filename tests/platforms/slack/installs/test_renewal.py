"""Tokens that expire: renewed in time, once, and what happens when Slack or we ourselves fail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from adapters.slack.install.installs import StoredInstalls
from adapters.slack.install.oauth_client import OAuthClient
from adapters.slack.install.records import Install
from bot.chat.adapter import KeyValue
from bot.clock import FixedClock
from bot.errors import Busy, PostError, Refused
from bot.http_server import Sealer
from tests.platforms.slack.installs.oauth_server import LIVES, Home, OAuthServer

Process = Callable[[], StoredInstalls]
SOON = LIVES - 3_600  # an hour before the end: due
LATE = LIVES + 60


@pytest.fixture
async def first(slack: OAuthServer, oauth: OAuthClient, installs: StoredInstalls) -> Install:
    """An install whose token lives twelve hours."""
    slack.rotation = True
    made = await oauth.exchange_code(slack.given("codes", Home("T1")))
    await installs.save_install(made)
    slack.asked.clear()
    return made


async def test_a_token_with_time_left_is_left_alone(
    first: Install, installs: StoredInstalls, slack: OAuthServer, clock: FixedClock
) -> None:
    await clock.sleep(LIVES - 2 * 3_600 - 1)
    assert (await installs.find_install("T1")).token == first.token
    assert not slack.asked


@pytest.mark.parametrize("after", [SOON, LATE])
async def test_a_token_that_ends_is_renewed(
    first: Install, installs: StoredInstalls, process: Process, slack: OAuthServer, clock: FixedClock, after: int
) -> None:
    await clock.sleep(after)
    renewed = await installs.find_install("T1")
    assert renewed.token == (await process().find_install("T1")).token != first.token
    assert renewed.expires == clock.now() + timedelta(seconds=LIVES)
    assert (renewed.bot_user, renewed.scopes, renewed.installer) == (first.bot_user, first.scopes, first.installer)
    assert len(slack.asked) == 1
    await clock.sleep(LATE)
    assert (await installs.find_install("T1")).token != renewed.token
    assert max(slack.spent.values()) == 1


async def test_a_hundred_that_ask_at_once_spend_one_refresh_token(
    first: Install, installs: StoredInstalls, slack: OAuthServer, clock: FixedClock
) -> None:
    slack.delay = 0.05
    await clock.sleep(LATE)
    found = await asyncio.gather(*(installs.find_install("T1") for _ in range(100)))
    assert len({install.token for install in found}) == len(slack.asked) == 1


async def test_nobody_waits_for_a_slow_slack_while_the_old_token_is_good(
    first: Install, installs: StoredInstalls, slack: OAuthServer, clock: FixedClock
) -> None:
    slack.delay = 6.0
    await clock.sleep(SOON)
    async with asyncio.timeout(5):
        assert (await installs.find_install("T1")).token == first.token
    await installs.aclose()
    assert (await installs.find_install("T1")).token != first.token


async def test_who_asked_can_go_away_and_the_answer_is_still_kept(
    first: Install, process: Process, slack: OAuthServer, clock: FixedClock
) -> None:
    slack.delay = 0.2
    await clock.sleep(LATE)
    one = process()
    asking = asyncio.create_task(one.find_install("T1"))
    await slack.answered.wait()
    asking.cancel()
    await one.aclose()
    assert (await process().find_install("T1")).token != first.token
    assert len(slack.asked) == 1


@pytest.mark.parametrize("fault", ["500", "429", "text", "drop"])
async def test_slacks_trouble_costs_nothing_while_the_old_token_is_good(
    first: Install, installs: StoredInstalls, slack: OAuthServer, clock: FixedClock, fault: str
) -> None:
    slack.faults = [fault]
    await clock.sleep(SOON)
    assert (await installs.find_install("T1")).token == first.token
    assert (await installs.find_install("T1")).token == first.token
    assert len(slack.asked) == 1  # not again at once
    await clock.sleep(61)
    assert (await installs.find_install("T1")).token != first.token


@pytest.mark.parametrize("fault", ["500", "429", "text", "drop"])
async def test_slacks_trouble_after_the_end_means_later_and_not_never(
    first: Install, installs: StoredInstalls, slack: OAuthServer, clock: FixedClock, fault: str
) -> None:
    slack.faults = [fault]
    await clock.sleep(LATE)
    for _ in range(2):
        with pytest.raises(Busy):
            await installs.find_install("T1")
    await clock.sleep(61)
    assert (await installs.find_install("T1")).token != first.token


async def test_a_wrong_client_secret_pauses_nobody(
    first: Install,
    storage: KeyValue,
    process: Process,
    slack: OAuthServer,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.platforms.slack.installs.oauth_server.SECRET", "another")
    await clock.sleep(LATE)
    with pytest.raises(Busy, match="SLACK_CLIENT_SECRET"):
        await process().find_install("T1")


async def test_an_answer_that_was_lost_leaves_the_old_token_until_its_end(
    first: Install, installs: StoredInstalls, slack: OAuthServer, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    slack.faults = ["lose"]
    await clock.sleep(SOON)
    assert (await installs.find_install("T1")).token == first.token
    await clock.sleep(61)
    assert (await installs.find_install("T1")).token == first.token  # Slack refused; the old one is good still
    assert "T1 has to install Paperboy again" in caplog.text
    await clock.sleep(61)
    assert (await installs.find_install("T1")).token == first.token
    assert len(slack.asked) == 2  # a refresh token that Slack refused is never sent again
    await clock.sleep(3_600)
    with pytest.raises(Refused, match="T1") as caught:
        await installs.find_install("T1")
    assert caught.value.broken
    assert "install" in caught.value.hint


async def test_after_that_a_new_install_makes_all_well(
    first: Install,
    installs: StoredInstalls,
    oauth: OAuthClient,
    slack: OAuthServer,
    clock: FixedClock,
    storage: KeyValue,
) -> None:
    slack.faults = ["lose"]
    await clock.sleep(LATE)
    with pytest.raises(Busy):
        await installs.find_install("T1")
    await clock.sleep(61)
    with pytest.raises(Refused):
        await installs.find_install("T1")
    await installs.save_install(await oauth.exchange_code(slack.given("codes", Home("T1"))))
    assert (await installs.find_install("T1")).token == slack.issued[-2]
    assert [key for key, _ in await storage.scan("")] == ["install/T1"]


async def test_an_uninstall_during_a_renewal_stands(
    first: Install, process: Process, slack: OAuthServer, clock: FixedClock, storage: KeyValue
) -> None:
    slack.delay = 0.2
    await clock.sleep(LATE)
    one, other = process(), process()
    asking = asyncio.create_task(one.find_install("T1"))
    await slack.answered.wait()
    await other.forget_install("T1")
    with pytest.raises(Refused):
        await asking
    assert await storage.get("install/T1") is None


async def test_a_new_install_during_a_renewal_stands(
    first: Install, process: Process, oauth: OAuthClient, slack: OAuthServer, clock: FixedClock
) -> None:
    await clock.sleep(LATE)
    again = await oauth.exchange_code(slack.given("codes", Home("T1")))
    slack.answered.clear()
    slack.delay = 0.2
    one, other = process(), process()
    asking = asyncio.create_task(one.find_install("T1"))
    await slack.answered.wait()
    await other.save_install(again)
    assert (await asking).token == (await process().find_install("T1")).token == again.token


async def test_an_organizations_token_is_renewed_for_all_it_serves(
    slack: OAuthServer, oauth: OAuthClient, installs: StoredInstalls, clock: FixedClock
) -> None:
    slack.rotation = True
    made = await oauth.exchange_code(slack.given("codes", Home("", "Acme Org", "E1", org_wide=True)))
    await installs.save_install(made)
    await installs.find_install("T1", "E1")
    await clock.sleep(LATE)
    found = await asyncio.gather(*(installs.find_install(space, "E1") for space in ("T1", "T2", "T1")))
    assert {install.token for install in found} == {slack.issued[-2]}
    assert [install.space for install in found] == ["T1", "T2", "T1"]
    assert len(slack.asked) == 2


async def test_tokens_are_renewed_before_somebody_needs_them(
    first: Install, installs: StoredInstalls, slack: OAuthServer, oauth: OAuthClient, clock: FixedClock
) -> None:
    await installs.save_install(await oauth.exchange_code(slack.given("codes", Home("T2"))))
    slack.asked.clear()
    await clock.sleep(SOON)
    await installs.renew_expiring_tokens()
    assert len(slack.asked) == 2
    await installs.renew_expiring_tokens()
    assert len(slack.asked) == 2


async def test_one_that_fails_does_not_keep_the_others_from_it(
    first: Install, installs: StoredInstalls, slack: OAuthServer, oauth: OAuthClient, clock: FixedClock
) -> None:
    await installs.save_install(await oauth.exchange_code(slack.given("codes", Home("T2"))))
    slack.refreshes.pop(first.refresh_token)
    await clock.sleep(LATE)
    await installs.renew_expiring_tokens()
    assert (await installs.find_install("T2")).token == slack.issued[-2]


async def test_without_the_apps_secret_a_token_works_until_its_end(
    first: Install, storage: KeyValue, sealer: Sealer, clock: FixedClock, slack: OAuthServer
) -> None:
    alone = StoredInstalls(storage, sealer, clock)
    await clock.sleep(SOON)
    assert (await alone.find_install("T1")).token == first.token
    await clock.sleep(3_601)
    with pytest.raises(Refused, match="SLACK_CLIENT_SECRET"):
        await alone.find_install("T1")
    assert not slack.asked


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_the_order_no_refresh_token_is_spent_twice(
    first: Install, process: Process, slack: OAuthServer, clock: FixedClock, seed: int
) -> None:
    """Three processes, in an order that chance and a real server decide, through ten token lives."""
    import random

    chance = random.Random(seed)
    processes = [process() for _ in range(3)]
    for _ in range(10):
        await clock.sleep(chance.choice((SOON, LATE)))
        slack.delay = chance.choice((0.0, 0.005))
        found = await asyncio.gather(
            *(chance.choice(processes).find_install("T1") for _ in range(9)), return_exceptions=True
        )
        assert all(
            isinstance(one, Install) or (isinstance(one, PostError) and not isinstance(one, Refused)) for one in found
        )
    assert max(slack.spent.values()) == 1
    await clock.sleep(61)
    assert (await process().find_install("T1")).seconds_left(clock.now()) > 0
