"""Many workspaces and organizations: each with its own token, and none of what one does touches another."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters.slack import make
from adapters.slack.adapter import SlackAdapter
from adapters.slack.install.installs import StoredInstalls
from adapters.slack.install.records import Install
from bot.chat.adapter import KeyValue, Setup
from bot.chat.event import BotRemoved, Command, Place
from bot.chat.message import Message
from bot.clock import FixedClock, SystemClock
from bot.errors import Refused
from bot.http_server import open_sealer
from bot.store.sql import Store
from bot.tasks import Supervisor
from tests.fakes.core import FakeCore
from tests.fakes.slack import FakeSlack, Workspace
from tests.platforms.slack.conftest import Make, hearing, until

TOKEN = re.compile(r"xox[bep]|xapp-|xoxe")


@pytest.fixture
def installs(store: Store, tmp_path: Path) -> StoredInstalls:
    return StoredInstalls(
        store.key_value("slack"), open_sealer(tmp_path / "slack.key", "a key", SystemClock()), SystemClock()
    )


@pytest.fixture
async def adapter(adapter_of: Make, slack: FakeSlack) -> SlackAdapter:
    app = await slack.app()
    return adapter_of(bot_token=None, client_id=app["client_id"], client_secret=app["client_secret"])


def install(space: Workspace) -> Install:
    return Install(space=space.id, token=space.token, bot_user=space.bot, app_id="A0PAPERBOY", installed=long_ago())


def long_ago() -> datetime:
    return datetime.now(UTC) - timedelta(days=1)  # noqa: TID251 - the fake's clock is the machine's


async def test_each_workspace_is_served_with_its_own_token(
    adapter: SlackAdapter, installs: StoredInstalls, slack: FakeSlack
) -> None:
    spaces = [await slack.workspace(name) for name in ("Acme", "Initech")]
    for space in spaces:
        await installs.save_install(install(space))
        room = await space.channel("papers")
        await adapter.post(Place("slack", space.id, room.id), Message(plain=space.name), key="k")
        assert [held.text for held in await room.messages()] == [space.name]
    with pytest.raises(Refused) as caught:
        await adapter.post(Place("slack", "T0STRANGER", "C1"), Message(plain="x"), key="k")
    assert caught.value.broken


async def test_an_uninstall_forgets_one_and_leaves_the_other(
    adapter: SlackAdapter, installs: StoredInstalls, slack: FakeSlack, core: FakeCore, store: Store
) -> None:
    going, staying = await slack.workspace("Going"), await slack.workspace("Staying")
    for space in (going, staying):
        await installs.save_install(install(space))
    async with hearing(adapter, core):
        await going.uninstall()
        await until(lambda: len(core.heard) == 2)
        ada = await staying.user("ada")
        assert "Answer to owls" in (await ada.run("owls", await staying.channel("papers"))).text
    assert [event.place for event in core.heard if isinstance(event, BotRemoved)] == [Place("slack", going.id, "*")] * 2
    assert await installs.list_workspaces() == [staying.id]
    with pytest.raises(Refused):
        await adapter.post(Place("slack", going.id, "C1"), Message(plain="x"), key="k")


async def test_an_organization_installs_for_all_its_workspaces(
    adapter: SlackAdapter, installs: StoredInstalls, slack: FakeSlack, core: FakeCore
) -> None:
    org = await slack.enterprise("Initech")
    spaces = [await slack.workspace(name, enterprise=org["id"], installed=False) for name in ("East", "West")]
    await installs.save_install(
        Install(
            space=org["id"],
            token=org["token"],
            bot_user=spaces[0].bot,
            app_id="A0PAPERBOY",
            enterprise=org["id"],
            org_wide=True,
            installed=long_ago(),
        )
    )
    async with hearing(adapter, core):
        for space in spaces:
            ada, room = await space.user("ada"), await space.channel("papers")
            assert "Answer to owls" in (await ada.run("owls", room)).text
            await adapter.post(Place("slack", space.id, room.id), Message(plain=space.name), key=space.id)
            assert [held.text for held in await room.messages()] == [space.name]
    assert [event.place.space for event in core.heard if isinstance(event, Command)] == [space.id for space in spaces]


class Faulty:
    """A storage that breaks when all installs are listed, in a way that Paperboy does not know."""

    def __init__(self, storage: KeyValue) -> None:
        self._storage = storage
        self.is_broken = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    async def scan(self, prefix: str, **more: Any) -> Sequence[tuple[str, bytes]]:
        if self.is_broken:
            raise ZeroDivisionError
        return await self._storage.scan(prefix, **more)


class QuickClock(SystemClock):
    """A thousand times as fast where it waits."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 1_000)


async def test_a_fault_in_token_renewal_costs_nothing_else_and_is_told_until_it_works_again(
    slack: FakeSlack, installs: StoredInstalls, store: Store, tmp_path: Path, core: FakeCore
) -> None:
    app, space = await slack.app(), await slack.workspace("Acme")
    await installs.save_install(install(space))
    ids = {name: app[name] for name in ("client_id", "client_secret", "app_token")}
    storage, tasks = Faulty(store.key_value("slack")), Supervisor(QuickClock())
    options = ids | {"api_url": slack.api_url}
    adapter = make(Setup(options=options, storage=storage, home=tmp_path, clock=SystemClock(), tasks=tasks))
    assert adapter is not None
    async with hearing(adapter, core):
        storage.is_broken = True
        await until(lambda: "ZeroDivisionError" in tasks.failing().get("slack token renewal", ""), seconds=15)
        assert "Answer to owls" in (await (await space.user("ada")).run("owls", await space.channel("papers"))).text
        storage.is_broken = False
        await until(lambda: not tasks.failing())
    await adapter.aclose()


async def test_the_install_page_stands_beside(adapter_of: Make, slack: FakeSlack, core: FakeCore) -> None:
    app = await slack.app()
    ids = {name: app[name] for name in ("client_id", "client_secret", "signing_secret")}
    for assistant in (False, True):
        adapter = adapter_of(bot_token=None, mode="http", port="0", assistant=assistant, **ids)
        async with hearing(adapter, core), aiohttp.ClientSession() as session:
            answer = await session.get(f"{adapter.url}/slack/install")
            page = await answer.text()
            assert (answer.status, "reactions" in page, "assistant:write" in page) == (200, True, assistant)


async def test_no_log_and_no_record_holds_a_token(
    adapter: SlackAdapter,
    installs: StoredInstalls,
    slack: FakeSlack,
    core: FakeCore,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    space = await slack.workspace("Acme")
    await installs.save_install(install(space))
    room, ada = await space.channel("papers"), await space.user("ada")
    async with hearing(adapter, core):
        await ada.run("owls", room)
        await slack.fail_next("chat.postMessage", "error_after")
        with pytest.raises(Exception, match="problem") as caught:
            await adapter.post(Place("slack", space.id, room.id), Message(plain="x"), key="k")
        await space.uninstall()
        await until(lambda: len(core.heard) >= 2)
    assert not TOKEN.search(caplog.text)
    assert not TOKEN.search(str(caught.value))
    for file in tmp_path.glob("paperboy.db*"):
        assert space.token.encode() not in file.read_bytes()


async def test_where_it_is_not_installed_people_are_told_what_to_do(
    adapter_of: Make, slack: FakeSlack, core: FakeCore, installs: StoredInstalls
) -> None:
    app, space = await slack.app(), await slack.workspace("Acme")
    await installs.save_install(install(space))
    ids = {name: app[name] for name in ("client_id", "client_secret", "app_token")}
    clock = FixedClock(SystemClock().now())
    adapter = adapter_of(clock, bot_token=None, redirect_url="https://papers.example/slack/oauth_redirect", **ids)
    ada, room = await space.user("ada"), await space.channel("papers")
    async with hearing(adapter, core):
        message = (await ada.run("owls", room)).messages[0]
        await installs.forget_install(space.id)
        clock.moment += timedelta(minutes=1)  # after which a stored install is read again
        for seen in (await ada.run("owls", room), await ada.press(message, "Page")):
            assert "not installed" in seen.text
            assert "https://papers.example/slack/install" in seen.text
