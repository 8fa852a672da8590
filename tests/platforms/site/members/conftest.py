"""A community with papers, its site, and the platforms its people sign in with."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from adapters.site.adapter import SiteAdapter
from bot.clock import FixedClock
from tests.core.conftest import Channel, channel, embedder
from tests.fakes.discord import FakeDiscord
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.people import Someone, Workspace
from tests.platforms.site.members.site import Browser, opened

__all__ = ["channel", "embedder"]  # fixtures

Opens = Callable[..., AbstractAsyncContextManager[SiteAdapter]]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as found:
        yield found


@pytest.fixture
async def acme(slack: FakeSlack) -> Workspace:
    return await slack.workspace("Acme")


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as found:
        yield found


@pytest.fixture
async def with_slack(slack: FakeSlack, acme: Workspace, clock: FixedClock) -> dict[str, str]:
    """The settings of a site whose people sign in with Slack; the fake's clock is set to ours."""
    await slack.settings(shift=clock.now().timestamp() - time.time())
    app = await slack.app()
    return {
        "slack_client_id": app["client_id"],
        "slack_client_secret": app["client_secret"],
        "slack_team": acme.id,
        "slack_url": slack.url,
    }


@pytest.fixture
def opens(channel: Channel, clock: FixedClock, tmp_path: Path) -> Opens:
    """Opens the site with these settings."""

    def site(**options: object) -> AbstractAsyncContextManager[SiteAdapter]:
        return opened(channel.core, channel.store, clock, tmp_path, **options)

    return site


@pytest.fixture
async def adapter(opens: Opens, with_slack: dict[str, str]) -> AsyncIterator[SiteAdapter]:
    """The site, with sign-in through Slack."""
    async with opens(**with_slack) as found:
        yield found


@pytest.fixture
async def ada() -> AsyncIterator[Browser]:
    async with Browser() as browser:
        yield browser


@pytest.fixture
async def eve() -> AsyncIterator[Browser]:
    async with Browser() as browser:
        yield browser


@pytest.fixture
async def user(slack: FakeSlack, acme: Workspace) -> Someone:
    """Somebody of Acme, who says yes when Slack asks."""
    found = await acme.user("Ada")
    await slack.settings(sign_in_as=found.id)
    return found
