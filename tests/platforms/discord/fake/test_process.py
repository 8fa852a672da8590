"""The same Discord in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.fakes.discord import FakeDiscord, NotOffered

BOT = """
import asyncio, sys, warnings
warnings.simplefilter("ignore")
from tests.platforms.discord.fake.bot import Bot, point

class Remote:
    url, api_url = sys.argv[1], sys.argv[1] + "/api/v10"

async def main():
    point(Remote)
    bot = Bot()

    @bot.tree.command(description="Say hello")
    async def hello(interaction, name: str):
        await interaction.response.send_message(f"Hello {name}")

    async with bot:
        await bot.login(sys.argv[2])
        await bot.tree.sync()
        await bot.connect()

asyncio.run(main())
"""


async def test_it_outlives_a_bot_that_is_killed() -> None:
    async with FakeDiscord.spawn(nonce_window=1.0) as fake:
        papers = fake.text_channel(guild := fake.guild())
        ada = fake.member(guild, "Ada")
        for n in range(2):
            bot = await asyncio.create_subprocess_exec(
                sys.executable, "-c", BOT, fake.url, fake.token, cwd=Path(__file__).parents[4]
            )
            await fake.connected(seconds=30)
            assert (await fake.slash(ada, papers, "hello", name=f"Ada {n}")).text == f"Hello Ada {n}"
            os.kill(bot.pid, signal.SIGKILL)
            await bot.wait()
            await fake.until(lambda: fake.state()["sessions"] == 0)
        assert [message["content"] for message in fake.messages(papers)] == ["Hello Ada 0", "Hello Ada 1"]
        fake.check()


async def test_its_control_speaks_json() -> None:
    async with FakeDiscord.spawn() as fake, ClientSession() as session:
        body = json.dumps({"name": "Reading group"})
        async with session.post(f"{fake.url}/_control/guild", data=body) as answer:
            guild = (await answer.json())["value"]
        async with session.get(f"{fake.url}/_control/state") as answer:
            assert (await answer.json())["value"]["guilds"] == [guild]
        with pytest.raises(NotOffered, match="no such operation"):
            fake.host.tell("nonsense")
