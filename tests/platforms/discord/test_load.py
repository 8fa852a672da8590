"""Speed against a Discord in its own process, which checks few bodies here: it is not what is measured."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from bot.chat.event import Place
from tests.fakes.discord import FakeDiscord
from tests.platforms.discord.conftest import Start
from tests.platforms.discord.core import TalkingCore
from tests.platforms.discord.test_posting import says


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord.spawn(validate=0.02) as fake:
        yield fake
        fake.check()


async def test_of_a_hundred_at_once_none_waits_longer_than_discord_does(
    discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, guild: str
) -> None:
    bob = discord.member(guild, "Bob")
    await start(core)
    await discord.slash(bob, papers.channel, "papers", query="warm")
    asked = (discord.slash(bob, papers.channel, "papers", query=f"hypernetworks {n}") for n in range(100))
    took = sorted(seen.answer or 99.0 for seen in await asyncio.gather(*asked))
    print(f"100 interactions at once: p50 {took[50]:.3f} s, p99 {took[98]:.3f} s, last {took[-1]:.3f} s")
    assert took[-1] < 3.0  # how fast it is beyond that, `make bench-commands` tells


@pytest.mark.slow
async def test_an_edition_to_many_servers_makes_no_request_that_discord_refuses(
    discord: FakeDiscord, start: Start
) -> None:
    """60 channels of 20 servers, a head and four papers each: 60 · (1 + 1 thread + 4) requests at 50 a second."""
    adapter = await start()
    guilds = [discord.guild(f"Guild {n}") for n in range(20)]
    places = [Place("discord", guild, discord.text_channel(guild)) for guild in guilds for _ in range(3)]

    async def edition(place: Place) -> None:
        head = await adapter.post(place, says("Papers of today"), key=f"{place.channel}-h"[-25:])
        for n in range(4):
            await adapter.post(place.in_thread(head.id), says(f"paper {n}"), key=f"{place.channel}-{n}"[-25:])

    await adapter.open_direct_message(discord.member(guilds[0]), guilds[0])  # logged in
    began = time.perf_counter()
    await asyncio.gather(*map(edition, places))
    took = time.perf_counter() - began
    least = len(places) * 6 / 50
    state = discord.state()
    print(f"{len(places) * 5} posts in {took:.1f} s, {took / least:.2f} × the least; 429s: {state['limited']}")
    assert state["invalid"] == 0
    assert sum(len(discord.messages(place.channel)) for place in places) == len(places)
