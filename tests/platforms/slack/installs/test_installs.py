"""Who is served by whose install: own, organization-wide, moved, removed, sealed anew."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from msgspec.structs import replace
from rich.pretty import pretty_repr

from adapters.slack.install.installs import StoredInstalls
from adapters.slack.install.oauth_client import Credentials
from adapters.slack.install.records import Install, Tokens
from bot.chat.adapter import KeyValue
from bot.clock import FixedClock
from bot.errors import ConfigError, Refused
from bot.http_server import Sealer
from tests.builders import NOW
from tests.platforms.slack.installs.conftest import KEY

ORG = "E1"


def install(space: str = "T1", **more: Any) -> Install:
    more.setdefault("token", f"xoxb-{space}-token")
    more.setdefault("installed", NOW)
    return Install(space=space, bot_user=f"U{space}", app_id="A1", **more)


def org(**more: Any) -> Install:
    return install(ORG, enterprise=ORG, org_wide=True, **more)


async def test_each_workspace_has_its_own(installs: StoredInstalls) -> None:
    await installs.save_install(install("T1"))
    await installs.save_install(install("T2"))
    assert (await installs.find_install("T1")).token == "xoxb-T1-token"
    assert (await installs.find_install("T2")).token == "xoxb-T2-token"
    assert await installs.list_workspaces() == ["T1", "T2"]


async def test_where_it_is_not_installed_an_admin_is_told_how(installs: StoredInstalls) -> None:
    with pytest.raises(Refused, match="T9") as caught:
        await installs.find_install("T9")
    assert caught.value.broken
    assert "https://paperboy.example/slack/install" in caught.value.hint


async def test_an_organizations_install_serves_all_its_workspaces(installs: StoredInstalls) -> None:
    await installs.save_install(org())
    served = await installs.find_install("T1", ORG)
    assert (served.space, served.token, served.org_wide) == ("T1", "xoxb-E1-token", True)
    assert (await installs.find_install(ORG, ORG)).token == "xoxb-E1-token"
    with pytest.raises(Refused):
        await installs.find_install("T2", "E2")


async def test_a_delivery_finds_the_organization_that_an_event_has_told(
    process: Callable[[], StoredInstalls],
) -> None:
    listening, delivering = process(), process()
    await listening.save_install(org())
    with pytest.raises(Refused):
        await delivering.find_install("T1")
    await listening.find_install("T1", ORG)
    assert (await delivering.find_install("T1")).token == "xoxb-E1-token"
    assert await delivering.list_workspaces() == [ORG, "T1"]


async def test_an_own_install_comes_before_the_organizations(installs: StoredInstalls) -> None:
    await installs.save_install(org())
    await installs.find_install("T1", ORG)
    await installs.save_install(install("T1", enterprise=ORG))
    assert (await installs.find_install("T1", ORG)).token == "xoxb-T1-token"
    await installs.forget_install("T1")
    assert (await installs.find_install("T1", ORG)).token == "xoxb-E1-token"


async def test_one_workspaces_install_serves_no_other_of_its_organization(installs: StoredInstalls) -> None:
    await installs.save_install(replace(install(ORG), enterprise=ORG))  # filed under the same id, but not org-wide
    with pytest.raises(Refused):
        await installs.find_install("T2", ORG)


async def test_forgetting_leaves_nothing_of_a_workspace(installs: StoredInstalls, storage: KeyValue) -> None:
    await installs.save_install(install("T1", name="Acme", refresh_token="xoxe-1", expires=NOW + timedelta(hours=9)))
    await installs.save_install(install("T2"))
    await installs.forget_install("T1")
    assert [key for key, _ in await storage.scan("")] == ["install/T2"]
    with pytest.raises(Refused):
        await installs.find_install("T1")
    await installs.forget_install("T1")  # an event can come twice


async def test_forgetting_an_organization_ends_all_it_served(installs: StoredInstalls, storage: KeyValue) -> None:
    await installs.save_install(org())
    for space in ("T1", "T2"):
        await installs.find_install(space, ORG)
    await installs.save_install(install("T3"))
    await installs.forget_install(ORG)
    assert [key for key, _ in await storage.scan("")] == ["install/T3"]


async def test_a_late_removal_does_not_undo_a_new_install(installs: StoredInstalls, clock: FixedClock) -> None:
    await installs.save_install(install("T1"))
    removed = clock.now() + timedelta(minutes=1)
    await installs.save_install(install("T1", installed=removed + timedelta(minutes=1)))
    await installs.forget_install("T1", at=removed)
    assert (await installs.find_install("T1")).token
    await installs.forget_install("T1", at=removed + timedelta(minutes=2))
    with pytest.raises(Refused):
        await installs.find_install("T1")


async def test_a_removal_in_the_very_second_of_the_install_counts(installs: StoredInstalls) -> None:
    await installs.save_install(install("T1", installed=NOW + timedelta(milliseconds=900)))
    await installs.forget_install("T1", at=NOW)  # Slack tells whole seconds
    with pytest.raises(Refused):
        await installs.find_install("T1")


async def test_what_another_process_changes_is_seen_soon(
    process: Callable[[], StoredInstalls], clock: FixedClock
) -> None:
    here, there = process(), process()
    await here.save_install(install("T1"))
    await here.find_install("T1")
    await there.save_install(install("T1", token="xoxb-new"))
    await clock.sleep(15)
    assert (await here.find_install("T1")).token == "xoxb-new"
    await there.forget_install("T1")
    await clock.sleep(15)
    with pytest.raises(Refused):
        await here.find_install("T1")


async def test_a_record_that_was_copied_to_another_tenant_gives_nobody_access(
    installs: StoredInstalls, storage: KeyValue
) -> None:
    await installs.save_install(install("T1"))
    sealed = await storage.get("install/T1")
    assert sealed
    await storage.put("install/T2", sealed)
    with pytest.raises(Refused) as caught:
        await installs.find_install("T2")
    assert caught.value.broken
    assert (await installs.find_install("T1")).token == "xoxb-T1-token"


async def test_a_new_key_seals_everything_anew(storage: KeyValue, clock: FixedClock, installs: StoredInstalls) -> None:
    await installs.save_install(install("T1", refresh_token="xoxe-1", expires=NOW + timedelta(hours=9)))
    await installs.save_install(org())
    await installs.find_install("T2", ORG)
    new = Fernet.generate_key().decode()
    assert await StoredInstalls(storage, Sealer([new, KEY], clock), clock).reseal_records() == 3
    alone = StoredInstalls(storage, Sealer([new], clock), clock)
    assert await alone.reseal_records() == 0
    assert [(await alone.find_install(space)).token for space in ("T1", "T2")] == ["xoxb-T1-token", "xoxb-E1-token"]


async def test_a_lost_key_is_said_at_the_start_and_there_is_a_way_on(
    storage: KeyValue, clock: FixedClock, installs: StoredInstalls
) -> None:
    await installs.save_install(install("T1"))
    other = StoredInstalls(storage, Sealer([Fernet.generate_key().decode()], clock), clock)
    await other.save_install(install("T2"))
    with pytest.raises(ConfigError, match="T1") as caught:
        await other.reseal_records()
    assert "SLACK_SECRET_KEYS" in caught.value.hint
    assert "SLACK_FORGET_UNREADABLE" in caught.value.hint
    with pytest.raises(Refused):
        await other.find_install("T1")
    assert await other.reseal_records(forget_unreadable=True) == 0
    assert await other.list_workspaces() == ["T2"]
    assert await other.reseal_records() == 0


async def test_an_unreadable_record_can_be_installed_over_and_forgotten(
    storage: KeyValue, clock: FixedClock, installs: StoredInstalls
) -> None:
    await installs.save_install(install("T1"))
    other = StoredInstalls(storage, Sealer([Fernet.generate_key().decode()], clock), clock)
    await other.save_install(install("T1", token="xoxb-again"))
    assert (await other.find_install("T1")).token == "xoxb-again"
    await installs.forget_install("T1")
    assert await storage.get("install/T1") is None


def test_nothing_shows_a_token(caplog: pytest.LogCaptureFixture) -> None:
    secret = "xoxb-do-not-show"
    for held in (
        install("T1", token=secret, refresh_token=secret),
        Tokens(token=secret, refresh_token=secret, expires=NOW),
        Credentials(client_id="1", client_secret=secret),
    ):
        logging.getLogger("test").warning("%s %r %s", held, held, [held])
        assert secret not in caplog.text + repr(held) + str(held) + f"{held}" + pretty_repr(held)
        assert type(held).__name__ in repr(held)
