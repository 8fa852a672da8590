"""Reactions: put, read in pages, taken back, cleared; each told to the bot."""

from __future__ import annotations

import discord

from tests.fakes.discord import FakeDiscord
from tests.platforms.discord.fake.bot import running
from tests.platforms.discord.fake.conftest import Ask, Home


async def test_every_change_of_a_reaction_is_told_with_its_kind(fake: FakeDiscord, home: Home) -> None:
    async with running(fake) as bot:
        message = fake.say(home.ada, home.papers, "hello")
        bob = fake.member(home.guild, "Bob")
        fake.react(home.ada, home.papers, message, "👍")
        fake.react(home.ada, home.papers, message, "👍")  # again is the same as once
        fake.react(bob, home.papers, message, "👎")
        fake.unreact(home.ada, home.papers, message, "👍")
        fake.clear(home.papers, message, "👎")
        fake.clear(home.papers, message)
        await bot.until("raw_reaction_clear")
        assert [event.user_id for event in bot.heard("raw_reaction_add")] == [int(home.ada), int(bob)]
        assert [str(event.emoji) for event in bot.heard("raw_reaction_remove")] == ["👍"]
        assert [str(event.emoji) for event in bot.heard("raw_reaction_clear_emoji")] == ["👎"]
        assert len(bot.heard("raw_reaction_clear")) == 1


async def test_the_people_of_a_reaction_are_read_in_pages(fake: FakeDiscord, home: Home) -> None:
    people = [fake.member(home.guild, f"person {n}") for n in range(130)]
    async with running(fake) as bot:
        papers = bot.get_channel(int(home.papers))
        assert isinstance(papers, discord.TextChannel)
        message = await papers.send("vote")
        for person in people:
            fake.react(person, home.papers, str(message.id), "👍")
        await message.add_reaction("👍")
        read = await papers.fetch_message(message.id)
        assert (read.reactions[0].count, read.reactions[0].me) == (131, True)
        users = {str(user.id) async for user in read.reactions[0].users()}
        assert bot.user
        assert users == {*people, str(bot.user.id)}
        await message.remove_reaction("👍", bot.user)
    assert set(fake.messages(home.papers)[0]["people"]["👍"]) == set(people)


async def test_a_new_emoji_needs_the_right_an_old_one_does_not(fake: FakeDiscord, home: Home, ask: Ask) -> None:
    message = fake.say(home.ada, home.papers, "hello")
    fake.react(home.ada, home.papers, message, "👍")
    fake.deny(home.papers, "add_reactions")
    fake.configure(buckets={})
    path = f"/channels/{home.papers}/messages/{message}/reactions"
    assert (await ask("PUT", f"{path}/🎉/@me"))[1]["code"] == 50013
    assert (await ask("PUT", f"{path}/👍/@me"))[0] == 204


async def test_only_managers_take_off_what_others_put(fake: FakeDiscord, home: Home, ask: Ask) -> None:
    message = fake.say(home.ada, home.papers, "hello")
    fake.react(home.ada, home.papers, message, "👍")
    path = f"/channels/{home.papers}/messages/{message}/reactions"
    for below in ("", "/👍", f"/👍/{home.ada}"):
        assert (await ask("DELETE", path + below))[1]["code"] == 50013
    fake.allow(home.papers, "manage_messages")
    assert (await ask("DELETE", f"{path}/👍/{home.ada}"))[0] == 204
    assert fake.messages(home.papers)[0]["people"] == {}
