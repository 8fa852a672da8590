"""A tiny Slack, a sealer, and installs on a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from cryptography.fernet import Fernet

from adapters.slack.install.installs import StoredInstalls
from adapters.slack.install.oauth_client import Credentials, OAuthClient
from bot.chat.adapter import KeyValue
from bot.clock import FixedClock
from bot.http_server import Sealer
from bot.store.sql import Store
from tests.platforms.slack.installs.oauth_server import ID, SECRET, OAuthServer, serve_oauth

KEY = Fernet.generate_key().decode()


@pytest.fixture
def storage(store: Store) -> KeyValue:
    return store.key_value("slack")


@pytest.fixture
def sealer(clock: FixedClock) -> Sealer:
    return Sealer([KEY], clock)


@pytest.fixture
async def slack() -> AsyncIterator[OAuthServer]:
    async with serve_oauth(OAuthServer()) as found:
        yield found


@pytest.fixture
def credentials(slack: OAuthServer) -> Credentials:
    return Credentials(client_id=ID, client_secret=SECRET, api_url=slack.api)


@pytest.fixture
def oauth(credentials: Credentials, clock: FixedClock) -> OAuthClient:
    return OAuthClient(credentials, clock)


@pytest.fixture
async def process(
    storage: KeyValue, sealer: Sealer, clock: FixedClock, oauth: OAuthClient
) -> AsyncIterator[Callable[[], StoredInstalls]]:
    """Makes installs as another process on the same store would have them."""
    made: list[StoredInstalls] = []

    def another() -> StoredInstalls:
        made.append(StoredInstalls(storage, sealer, clock, oauth, install_url="https://paperboy.example/slack/install"))
        return made[-1]

    yield another
    for one in made:
        await one.aclose()


@pytest.fixture
def installs(process: Callable[[], StoredInstalls]) -> StoredInstalls:
    return process()
