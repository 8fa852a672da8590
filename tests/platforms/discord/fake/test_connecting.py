"""discord.py logs in, keeps its session through everything, and hears what happens."""

from __future__ import annotations

import asyncio

import discord
import pytest
from aiohttp import ClientSession

from tests.fakes.discord import FakeDiscord
from tests.platforms.discord.fake.bot import Bot, point, running
from tests.platforms.discord.fake.conftest import Home


async def test_it_sees_its_guild_with_its_channels_and_its_own_rights(fake: FakeDiscord, home: Home) -> None:
    talk = fake.forum(home.guild, tags=("daily",))
    async with running(fake) as bot:
        guild = bot.guilds[0]
        assert {channel.name for channel in guild.channels} == {"papers", "talk"}
        assert guild.me.guild_permissions.send_messages
        assert not guild.me.guild_permissions.manage_messages
        forum = guild.get_channel(int(talk))
        assert isinstance(forum, discord.ForumChannel)
        assert [tag.name for tag in forum.available_tags] == ["daily"]


async def test_a_cut_socket_is_resumed_and_nothing_is_missed(fake: FakeDiscord, home: Home) -> None:
    async with running(fake) as bot:
        message = fake.say(home.ada, home.papers, "hello")
        fake.drop()
        fake.react(home.ada, home.papers, message, "👍")
        await bot.until("resumed")
        reaction = (await bot.until("raw_reaction_add"))[0]
        assert (str(reaction.message_id), str(reaction.emoji)) == (message, "👍")
    state = fake.state()
    assert (state["resumes"], len(state["identifies"])) == (1, 1)


@pytest.mark.parametrize("how", ["reconnect", "close", "invalid but resumable"])
async def test_every_gentle_end_of_a_socket_is_resumed(fake: FakeDiscord, home: Home, how: str) -> None:
    async with running(fake) as bot:
        match how:
            case "reconnect":
                fake.reconnect()
            case "close":
                fake.drop(code=4000)
            case _:
                fake.invalidate(resumable=True)
        await bot.until("resumed")
    assert len(fake.state()["identifies"]) == 1


async def test_what_happens_after_an_ended_session_is_not_replayed(
    fake: FakeDiscord, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = Bot()
    monkeypatch.setattr(bot, "before_identify_hook", _at_once)  # discord.py waits 5 s there
    async with running(fake, bot):
        fake.invalidate()
        message = fake.say(home.ada, home.papers, "hello")
        fake.react(home.ada, home.papers, message, "👍")
        await bot.until("connect", 2)
        await bot.until("ready", 2)
        assert bot.heard("raw_reaction_add") == []
    assert fake.state()["resumes"] == 0


async def _at_once(shard_id: int | None, *, initial: bool = False) -> None:
    pass


async def test_it_is_paced_when_it_identifies_too_often(fake: FakeDiscord, home: Home) -> None:
    fake.configure(identify_every=60)
    async with running(fake), ClientSession() as session, session.ws_connect(f"{fake.url}/gateway") as socket:
        assert (await socket.receive_json())["op"] == 10
        await socket.send_json({"op": 2, "d": {"token": fake.token, "intents": 1}})
        assert await socket.receive_json() == {"op": 9, "d": False}
    assert fake.state()["rejected"] == 1


async def test_heartbeats_are_acknowledged(fake: FakeDiscord, home: Home) -> None:
    fake.configure(heartbeat=0.05)
    async with running(fake) as bot:
        await fake.until(lambda: fake.state()["beats"] > 3)
        assert bot.latency < 1


async def test_a_wrong_token_is_refused_and_counted(fake: FakeDiscord) -> None:
    point(fake)
    async with Bot() as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.login("wrong")
    assert fake.state()["invalid"] == 1


async def test_a_privileged_intent_needs_a_grant(fake: FakeDiscord, home: Home) -> None:
    point(fake)
    async with Bot(intents=discord.Intents(guilds=True, message_content=True)) as bot:
        await bot.login(fake.token)
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await bot.connect()


@pytest.mark.parametrize("granted", [False, True])
async def test_words_of_others_are_blank_without_the_content_intent(
    fake: FakeDiscord, home: Home, granted: bool
) -> None:
    fake.configure(privileged=granted)
    intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=granted)
    async with running(fake, Bot(intents=intents)) as bot:
        assert bot.user
        fake.say(home.ada, home.papers, "secret")
        fake.say(home.ada, home.papers, f"<@{bot.user.id}> hello")
        fake.say(home.ada, fake.direct(home.ada), "just us")
        said = [message.content for message in await bot.until("message", 3)]
    assert said == ["secret" if granted else "", f"<@{bot.user.id}> hello", "just us"]


async def test_a_guild_that_is_out_is_not_a_guild_that_is_gone(fake: FakeDiscord, home: Home) -> None:
    async with running(fake) as bot:
        fake.outage(home.guild)
        assert len(await bot.until("guild_unavailable")) == 1
        fake.outage(home.guild, over=True)
        await bot.until("guild_available")
        assert bot.heard("guild_remove") == []
        fake.remove_bot(home.guild)
        await bot.until("guild_remove")
        fake.invite_bot(home.guild)
        await bot.until("guild_join")


async def test_a_missed_event_never_comes(fake: FakeDiscord, home: Home) -> None:
    async with running(fake) as bot:
        message = fake.say(home.ada, home.papers, "hello")
        fake.faults(miss=1.0)
        fake.react(home.ada, home.papers, message, "👍")
        fake.faults(miss=0.0)
        fake.react(home.ada, home.papers, message, "🎉")
        fake.drop()
        await bot.until("resumed")
        assert [str(event.emoji) for event in await bot.until("raw_reaction_add")] == ["🎉"]


async def test_changes_of_places_are_told(fake: FakeDiscord, home: Home) -> None:
    async with running(fake) as bot:
        guild = bot.guilds[0]
        papers = guild.get_channel(int(home.papers))
        assert papers
        fake.deny(home.papers, "send_messages")
        await bot.until("guild_channel_update")
        assert not papers.permissions_for(guild.me).send_messages
        fake.delete_channel(home.papers)
        await bot.until("guild_channel_delete")
        assert not guild.channels


@pytest.mark.slow
async def test_shards_hear_of_their_own_guilds_only(fake: FakeDiscord) -> None:
    guilds = {fake.guild(f"guild {n}") for n in range(6)}
    fake.configure(shards=2)
    point(fake)
    async with discord.AutoShardedClient(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05) as bot:
        await bot.login(fake.token)
        task = asyncio.create_task(bot.connect())
        await asyncio.wait_for(bot.wait_until_ready(), 30)  # discord.py waits 5 s between two shards
        assert {str(guild.id) for guild in bot.guilds} == guilds
        assert {guild.shard_id for guild in bot.guilds} <= {0, 1}
        assert sorted(one["shard"] for one in fake.state()["identifies"]) == [[0, 2], [1, 2]]
    await asyncio.wait({task}, timeout=5)
