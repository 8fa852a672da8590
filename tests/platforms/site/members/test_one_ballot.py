"""The whole of Paperboy: who votes on the page and reacts in chat has voted once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from adapters.site.adapter import SiteAdapter
from bot.chat.event import Place
from bot.papers.model import PaperId, Tally
from tests.fakes.discord import FakeDiscord
from tests.fakes.slack import FakeSlack
from tests.platforms.scenarios.paperboy import Bot
from tests.platforms.scenarios.stage import LONG, eventually
from tests.platforms.site.members.site import Browser, Page

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
FRONT = {"SITE_PORT": "0", "PAPERBOY_WEB_PORT": "0"}


async def voted(bot: Bot, paper: PaperId, *, up: int) -> None:
    """The vote counts come to be so, and stay so."""

    async def look() -> bool:
        found = await bot.app.core.catalog.vote_counts([paper])
        return found.get(paper, Tally()) == Tally(up, 0)

    await eventually(look)


async def opened(bot: Bot) -> SiteAdapter:
    await bot.start()
    adapter = cast(SiteAdapter, bot.app.adapters["site"])
    await adapter.start(bot.app.core)
    return adapter


async def vote(ada: Browser, adapter: SiteAdapter, page: Page, paper: PaperId, wanted: str) -> None:
    form = {"csrf": page.hidden("csrf"), "paper": paper, "vote": wanted}
    assert (await ada.post(f"{adapter.url}/vote", **form)).status == 200


@pytest.fixture
async def ada() -> AsyncIterator[Browser]:
    async with Browser() as browser:
        yield browser


async def test_on_the_page_and_in_slack(tmp_path: Path, ada: Browser) -> None:
    async with FakeSlack() as slack:
        acme = await slack.workspace("Acme")
        room, user = await acme.channel("papers"), await acme.user("Ada", admin=True)
        other = await acme.user("Bob")
        await slack.settings(sign_in_as=user.id, ack_seconds=LONG)
        env = await slack.env(acme)
        signing = {f"SITE_SLACK_{name}": env[f"SLACK_{name}"] for name in ("CLIENT_ID", "CLIENT_SECRET")}
        del env["SLACK_CLIENT_ID"]  # the bot itself is of one workspace
        signing |= {"SITE_SLACK_TEAM": acme.id, "SITE_SLACK_URL": slack.url}
        bot = Bot(tmp_path, Place("slack", acme.id, room.id), env | signing | FRONT)
        adapter = await opened(bot)
        try:
            await user.run("schedule daily 09:00 UTC top 1", room, wait=LONG)
            await bot.deliver()
            message = (await room.messages())[-1]
            page = await ada.get(f"{adapter.url}/sign-in/slack")
            ((paper, _),) = await bot.app.store.outbox.papers_posted_in(bot.place, 5)
            await vote(ada, adapter, page, paper, "on")
            await voted(bot, paper, up=1)
            await other.react(message, "heart")
            await voted(bot, paper, up=2)  # Ada's, and Bob's
            await user.react(message, "+1")
            await other.react(message, "heart", added=False)
            await voted(bot, paper, up=1)  # were Ada's two, this would never be
            await vote(ada, adapter, page, paper, "off")  # hers is gone, wherever it was cast
            await voted(bot, paper, up=0)
        finally:
            await bot.stop()


async def test_on_the_page_and_in_discord(tmp_path: Path, ada: Browser) -> None:
    async with FakeDiscord(default_bucket=(1000, 1.0), buckets={}, first_response=LONG) as discord:
        guild = discord.guild()
        channel, user = discord.text_channel(guild), discord.member(guild, "Ada", manage_guild=True)
        other = discord.member(guild, "Bob")
        discord.configure(sign_in_as=user)
        signing = {f"SITE_DISCORD_{name.upper()}": value for name, value in discord.app.items()}
        signing |= {"SITE_DISCORD_GUILD": guild, "SITE_DISCORD_URL": discord.url}
        token = {"DISCORD_TOKEN": discord.token, "DISCORD_API_URL": discord.api_url}
        bot = Bot(tmp_path, Place("discord", guild, channel), token | signing | FRONT)
        adapter = await opened(bot)
        try:
            await discord.slash(user, channel, "papers", query="schedule daily 09:00 UTC top 1", wait=LONG)
            await bot.deliver()
            ((paper, _),) = await bot.app.store.outbox.papers_posted_in(bot.place, 5)
            message = next(d.ref for d in await bot.app.store.outbox.sent_showing(bot.place.tenant, paper, LONG_AGO))
            assert message
            where = message.place.thread or message.place.channel
            page = await ada.get(f"{adapter.url}/sign-in/discord")
            discord.react(user, where, message.id, "👍")
            await voted(bot, paper, up=1)
            assert 'aria-pressed="true"' in (await ada.get(f"{adapter.url}/paper/{paper.removeprefix('arxiv:')}")).text
            discord.react(other, where, message.id, "🔥")
            await voted(bot, paper, up=2)
            await vote(ada, adapter, page, paper, "on")  # stands already
            discord.unreact(other, where, message.id, "🔥")
            await voted(bot, paper, up=1)
        finally:
            await bot.stop()
