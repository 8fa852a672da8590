"""Killed at any moment, with a Discord that fails and forgets, everything is there once."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat.event import Place
from tests.fakes.discord import FakeDiscord
from tests.fakes.prefork import ForkedProcess, fork
from tests.platforms.discord.delivering import plan

CREATE, FORUM = "POST /channels/{channel_id}/messages", "POST /channels/{channel_id}/threads"


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    """In its own process; it forgets a nonce at once, so only what is in the messages tells them apart."""
    quick = {"default_bucket": (1000, 1.0), "buckets": {}, "global_limit": 1000}
    async with FakeDiscord.spawn(nonce_window=0, validate=0.2, **quick) as fake:
        yield fake
        assert not fake.state()["wrong"], fake.state()["wrong"]


async def started(folder: Path, discord: FakeDiscord) -> ForkedProcess:
    return await fork("tests.platforms.discord.delivering", str(folder), discord.api_url, discord.token)


def said(discord: FakeDiscord, channels: list[str]) -> Counter[str]:
    """All posts by what they say, wherever they stand."""
    everywhere = [*channels, *(thread["id"] for channel in channels for thread in discord.threads(channel))]
    found = {message["id"]: message for channel in everywhere for message in discord.messages(channel)}
    texts = (part["content"] for message in found.values() for part in message["components"])
    return Counter(text.removeprefix("message ") for text in texts)


@pytest.mark.slow
async def test_kill_9_at_random_moments_loses_nothing_and_repeats_nothing(tmp_path: Path, discord: FakeDiscord) -> None:
    guild = discord.guild()
    channels = [discord.text_channel(guild, f"c{n}") for n in range(8)] + [
        discord.forum(guild, f"f{n}") for n in (1, 2)
    ]
    keys = await plan(tmp_path / "paperboy.db", [Place("discord", guild, channel) for channel in channels])
    discord.faults(seed=3, error_after=0.1, drop_after=0.05, error_before=0.05, limit_shared=0.05, only=[CREATE, FORUM])
    chance, kills, began = random.Random(5), 0, time.monotonic()
    while kills < 8 and time.monotonic() - began < 40:
        process = await started(tmp_path, discord)
        try:
            await asyncio.wait_for(process.wait(), 0.3 + chance.random() * 1.7)
            break
        except TimeoutError:
            process.kill()
            await process.wait()
            kills += 1
    discord.faults(error_after=0.0, drop_after=0.0, error_before=0.0, limit_shared=0.0)
    final = await started(tmp_path, discord)
    assert await asyncio.wait_for(final.wait(), 60) == 0
    assert kills > 0
    assert said(discord, channels) == Counter(keys)
