"""A Discord with one guild, and a way to speak to it without a library."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.fakes.discord import FakeDiscord

with warnings.catch_warnings():  # discord.py imports `audioop`, which Python 3.11 warns of; warnings are errors here
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord  # noqa: F401


@dataclass(frozen=True)
class Home:
    """A guild with a channel and Ada, who may manage it."""

    guild: str
    papers: str
    ada: str


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as started:
        yield started
        assert started.state()["wrong"] == []


@pytest.fixture
def home(fake: FakeDiscord) -> Home:
    guild = fake.guild()
    return Home(guild, fake.text_channel(guild), fake.member(guild, "Ada", manage_guild=True))


Ask = Callable[..., Coroutine[Any, Any, tuple[int, Any]]]


@pytest.fixture
async def ask(fake: FakeDiscord) -> AsyncIterator[Ask]:
    """A request with the bot's token: status and body."""
    async with ClientSession(headers={"Authorization": f"Bot {fake.token}"}) as session:

        async def call(method: str, path: str, body: Any = None) -> tuple[int, Any]:
            async with session.request(method, fake.api_url + path, json=body) as answer:
                return answer.status, await answer.json() if answer.status != 204 else None

        yield call
