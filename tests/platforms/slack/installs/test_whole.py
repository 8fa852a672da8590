"""The whole adapter before the whole fake Slack: two workspaces install it by the page, use it, and one leaves."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.slack import make
from adapters.slack.adapter import SlackAdapter
from bot.chat.adapter import Setup
from bot.chat.event import BotRemoved, BotReturned, Command, Place
from bot.chat.message import Message
from bot.clock import FixedClock, SystemClock
from bot.errors import Refused
from bot.store.sql import Store
from tests.fakes.core import FakeCore
from tests.fakes.slack import FakeSlack, Workspace
from tests.platforms.slack.conftest import hearing, until
from tests.platforms.slack.installs.install_server import Browser, button
from tests.platforms.slack.installs.test_secrets import stored_bytes


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as running:
        yield running


@pytest.fixture
def moving() -> FixedClock:
    """The real time, until it is moved on."""
    return FixedClock(SystemClock().now())


@pytest.fixture
async def adapter(fake: FakeSlack, store: Store, tmp_path: Path, moving: FixedClock) -> AsyncIterator[SlackAdapter]:
    env = await fake.env()
    options = {name.removeprefix("SLACK_").casefold(): value for name, value in env.items() if "APP_TOKEN" not in name}
    port = _free_port()
    more = {"mode": "http", "port": port, "redirect_url": f"http://127.0.0.1:{port}/slack/oauth_redirect"}
    made = make(Setup(options=options | more, storage=store.key_value("slack"), home=tmp_path / "home", clock=moving))
    assert made is not None
    yield made
    await made.aclose()


async def installed(fake: FakeSlack, adapter: SlackAdapter, workspace: str) -> str:
    """Goes through the page, chooses a workspace at Slack, comes back; what the last page says."""
    async with Browser() as browser:
        to_slack = button(await browser.get(f"{adapter.url}/slack/install"))
        page = await browser.get(f"{to_slack}&team={workspace}")
    assert page.status == 200, page.text
    return " ".join(re.sub(r"<style.*?</style>|<[^>]+>", " ", page.text, flags=re.DOTALL).split())


async def test_two_workspaces_install_use_and_leave(fake: FakeSlack, adapter: SlackAdapter, tmp_path: Path) -> None:
    core = FakeCore()
    acme, initech = [await fake.workspace(name, installed=False) for name in ("Acme", "Initech")]
    async with hearing(adapter, core):
        await fake.settings(request_url=f"{adapter.url}/slack/events")
        assert "Paperboy is in Acme" in await installed(fake, adapter, acme.id)
        assert "Paperboy is in Initech" in await installed(fake, adapter, initech.id)
        for workspace in (acme, initech):
            await _used(fake, adapter, core, workspace)
        await acme.uninstall()
        await _until_refused(adapter, acme)
        assert any(isinstance(event, BotRemoved) and event.place.space == acme.id for event in core.heard)
        await _used(fake, adapter, core, initech)
    tokens = [token["value"] for token in await fake.read("tokens")]
    assert tokens
    assert not [token for token in tokens if token.encode() in stored_bytes(tmp_path)]
    assert not await fake.wrong()


async def test_rotating_tokens_are_renewed_while_it_runs(
    fake: FakeSlack, adapter: SlackAdapter, moving: FixedClock
) -> None:
    core = FakeCore()
    await fake.settings(rotation=True)
    acme = await fake.workspace("Acme", installed=False)
    async with hearing(adapter, core):
        await fake.settings(request_url=f"{adapter.url}/slack/events")
        await installed(fake, adapter, acme.id)
        room = await acme.channel("papers")
        for day in range(1, 4):
            await fake.settings(shift=day * 13 * 3_600)
            moving.moment += timedelta(hours=13)
            await adapter.post(Place("slack", acme.id, room.id), Message(plain=f"day {day}"), key=f"day-{day}")
        assert [said.text for said in await room.messages()] == ["day 1", "day 2", "day 3"]
    assert not await fake.wrong()


@pytest.fixture
async def org(fake: FakeSlack, adapter: SlackAdapter) -> str:
    """An organization of two workspaces, which the app was not added to yet."""
    return str((await fake.enterprise("Globex", installed=False))["id"])


async def test_an_organization_installs_once_for_all_its_workspaces(
    fake: FakeSlack, adapter: SlackAdapter, org: str
) -> None:
    core = FakeCore()
    east, west = [await fake.workspace(name, enterprise=org, installed=False) for name in ("East", "West")]
    async with hearing(adapter, core):
        await fake.settings(request_url=f"{adapter.url}/slack/events")
        await fake.do("change_access", enterprise=org, teams=[east.id, west.id], granted=False)
        assert "whole organization" in await installed(fake, adapter, org)
        await fake.do("change_access", enterprise=org, teams=[east.id, west.id])
        await until(lambda: {e.place.space for e in core.heard if isinstance(e, BotReturned)} >= {east.id, west.id})
        await adapter.post(Place("slack", west.id, (await west.channel("all")).id), Message(plain="first"), key="f")
        for workspace in (east, west):
            await _used(fake, adapter, core, workspace)
        await _modals_and_home_belong_to_their_workspace(core, east)
        core.heard.clear()
        await fake.do("uninstall", team=org)
        lost = {org, east.id, west.id}
        await until(lambda: {e.place.space for e in core.heard if isinstance(e, BotRemoved)} == lost)
        await _until_refused(adapter, west)
    assert not await fake.wrong()


async def _modals_and_home_belong_to_their_workspace(core: FakeCore, workspace: Workspace) -> None:
    """In an organization's install these payloads name no `team`, and the organization as `app_installed_team_id`."""
    core.heard.clear()
    ada, room = await workspace.user("ada"), await workspace.channel("modals")
    [form] = (await ada.run("schedule", room)).views
    await ada.submit(form, {"when": "daily 09:00"}, answers=1)
    [home] = (await ada.open_home()).views
    await ada.press(home, "Page")
    message = (await ada.mention("owls", room)).messages[0]
    await ada.press(message, "Page")
    await ada.shortcut("menu:vote", (await room.messages())[-1], answers=0)
    await until(lambda: len(core.heard) >= 7)
    kinds = {type(event).__name__ for event in core.heard}
    assert kinds == {"Command", "FormSubmission", "ButtonPress"}
    assert {(event.who.space, event.place.space) for event in core.heard} == {(workspace.id, workspace.id)}


async def test_what_another_organizations_people_press_in_a_shared_channel_says_nothing_about_theirs(
    fake: FakeSlack, adapter: SlackAdapter, org: str
) -> None:
    """Such a press may name no workspace but the person's own. Ours must not start to serve it."""
    core = FakeCore()
    east = await fake.workspace("East", enterprise=org, installed=False)
    async with hearing(adapter, core):
        await fake.settings(request_url=f"{adapter.url}/slack/events")
        await installed(fake, adapter, org)
        assert fake.server
        who = {"id": "U0STRANGER", "team_id": "T0STRANGER"}
        body = {"type": "block_actions", "team": None, "enterprise": {"id": org}, "user": who, "trigger_id": "1.2"}
        press = {"value": "vote|arxiv:2405.15738", "action_ts": "1.1"}
        container = {"type": "message", "message_ts": "1.1", "channel_id": "C1", "is_ephemeral": True}
        await fake.server.wire.ask(
            "interactive", "block_actions", east.id, body | {"actions": [press], "container": container}
        )
        with pytest.raises(Refused):
            await adapter.open_direct_message("U0STRANGER", "T0STRANGER")
    assert core.heard == [event for event in core.heard if isinstance(event, BotReturned)]


async def _used(fake: FakeSlack, adapter: SlackAdapter, core: FakeCore, workspace: Workspace) -> None:
    """A command is heard and answered, and a delivery arrives, in this workspace."""
    room, ada = await workspace.channel("papers"), await workspace.user("ada")
    seen = await ada.run("hypernetworks", room)
    assert not seen.error
    heard = core.heard[-1]
    assert isinstance(heard, Command)
    assert heard.place.space == workspace.id
    await adapter.post(Place("slack", workspace.id, room.id), Message(plain="A delivery"), key="k")
    assert [said.text for said in await room.messages()] == ["A delivery"]


async def _until_refused(adapter: SlackAdapter, workspace: Workspace) -> None:
    for _ in range(400):
        try:
            await adapter.open_direct_message("U1", workspace.id)
        except Refused as error:
            if "not installed" in error.message:
                return
        await asyncio.sleep(0.05)
    raise AssertionError("the install is still there")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
