"""A tiny Slack, a vault, and installs on a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from cryptography.fernet import Fernet

from adapters.slack.grants import Credentials, Grants
from adapters.slack.installs import ShelfInstalls
from adapters.slack.vault import Vault
from bot.chat.adapter import KeyValue
from bot.clock import FixedClock
from bot.store.protocol import Store
from tests.platforms.slack.installs.tiny import ID, SECRET, TinySlack, serving

KEY = Fernet.generate_key().decode()


@pytest.fixture
def storage(store: Store) -> KeyValue:
    return store.key_value("slack")


@pytest.fixture
def vault() -> Vault:
    return Vault([KEY])


@pytest.fixture
async def slack() -> AsyncIterator[TinySlack]:
    async with serving(TinySlack()) as found:
        yield found


@pytest.fixture
def credentials(slack: TinySlack) -> Credentials:
    return Credentials(client_id=ID, client_secret=SECRET, api_url=slack.api)


@pytest.fixture
def grants(credentials: Credentials, clock: FixedClock) -> Grants:
    return Grants(credentials, clock)


@pytest.fixture
async def process(
    storage: KeyValue, vault: Vault, clock: FixedClock, grants: Grants
) -> AsyncIterator[Callable[[], ShelfInstalls]]:
    """Makes installs as another process on the same store would have them."""
    made: list[ShelfInstalls] = []

    def another() -> ShelfInstalls:
        made.append(ShelfInstalls(storage, vault, clock, grants, install_url="https://paperboy.example/slack/install"))
        return made[-1]

    yield another
    for one in made:
        await one.aclose()


@pytest.fixture
def installs(process: Callable[[], ShelfInstalls]) -> ShelfInstalls:
    return process()
