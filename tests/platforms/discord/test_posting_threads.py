"""Posting into threads and forums over real HTTP: each paper where it belongs."""

from __future__ import annotations

import pytest

from adapters.discord.adapter import DiscordAdapter
from bot.chat.event import Place
from bot.chat.message import Card, Heading, Message
from bot.errors import Unsure
from tests.fakes.discord import FakeDiscord
from tests.platforms.discord.conftest import Start
from tests.platforms.discord.test_posting import FORUM, keys, lately, refused, says


class TestThreads:
    async def test_the_first_reply_opens_the_thread_of_its_message(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place
    ) -> None:
        overview = Message(plain="An overview", blocks=(Heading("Papers of today"),))
        head = await poster.post(papers, overview, key="head")
        for n in range(3):
            await poster.post(papers.in_thread(head.id), says(f"reply {n}"), key=f"reply-{n}")
        (thread,) = discord.threads(papers.channel)
        assert (thread["id"], thread["name"]) == (head.id, "Papers of today")
        assert thread["thread_metadata"]["auto_archive_duration"] == 10_080
        assert keys(discord, head.id) == ["reply-0", "reply-1", "reply-2"]

    async def test_another_process_opens_it_too_and_names_it_alike(
        self, discord: FakeDiscord, start: Start, papers: Place
    ) -> None:
        head = await (await start()).post(papers, Message(plain="x", blocks=(Heading("Day 1: a_b"),)), key="head")
        await (await start()).post(papers.in_thread(head.id), says("reply"), key="reply")
        assert [thread["name"] for thread in discord.threads(papers.channel)] == ["Day 1: a_b"]

    async def test_a_thread_of_a_card_is_named_by_its_title(
        self, discord: FakeDiscord, start: Start, papers: Place
    ) -> None:
        card = Card(paper="p", title="A *Nest* [v2]", url="https://arxiv.org/abs/1")
        head = await (await start()).post(papers, Message(plain="x", blocks=(card,)), key="head")
        await (await start()).post(papers.in_thread(head.id), says("reply"), key="reply")
        assert [thread["name"] for thread in discord.threads(papers.channel)] == ["A *Nest* [v2]"]

    async def test_an_archived_thread_is_opened_again(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place
    ) -> None:
        head = await poster.post(papers, says("head"), key="head")
        await poster.post(papers.in_thread(head.id), says("one"), key="one")
        discord.archive(head.id)
        await poster.post(papers.in_thread(head.id), says("two"), key="two")
        assert keys(discord, head.id) == ["one", "two"]
        assert not discord.threads(papers.channel)[0]["thread_metadata"]["archived"]

    async def test_a_card_in_an_archived_thread_is_changed_and_the_thread_stays_put_away(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place
    ) -> None:
        head = await poster.post(papers, says("head"), key="head")
        card = await poster.post(papers.in_thread(head.id), says("card"), key="card")
        discord.archive(head.id)
        await poster.edit_post(card, says("withdrawn"))
        assert "withdrawn" in str(discord.messages(head.id)[-1]["components"])
        assert discord.threads(papers.channel)[0]["thread_metadata"]["archived"]

    async def test_a_locked_thread_ends_the_reply_and_not_the_channel(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place
    ) -> None:
        head = await poster.post(papers, says("head"), key="head")
        await poster.post(papers.in_thread(head.id), says("one"), key="one")
        discord.archive(head.id)
        discord.lock(head.id)
        assert not (await refused(poster, papers.in_thread(head.id))).broken

    async def test_no_reply_hangs_from_a_message_that_was_deleted(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place
    ) -> None:
        head = await poster.post(papers, says("head"), key="head")
        discord.delete(papers.channel, head.id)
        assert not (await refused(poster, papers.in_thread(head.id))).broken


class TestForums:
    async def test_a_post_in_a_forum_is_a_thread_with_a_tag(
        self, discord: FakeDiscord, poster: DiscordAdapter, guild: str
    ) -> None:
        forum = Place("discord", guild, discord.forum(guild, tags=("news", "Papers"), needs_tag=True))
        head = await poster.post(forum, Message(plain="x", blocks=(Heading("Papers of today"),)), key="head")
        await poster.post(forum.in_thread(head.id), says("reply"), key="reply")
        (thread,) = discord.threads(forum.channel)
        assert (thread["id"], thread["name"], len(thread["applied_tags"])) == (head.id, "Papers of today", 1)
        assert len(discord.messages(head.id)) == 2

    async def test_its_tags_are_its_topic_and_categories(
        self, discord: FakeDiscord, poster: DiscordAdapter, guild: str
    ) -> None:
        names = ("Off topic", "Diffusion", "Computer vision", "cs.LG", "Daily papers", "NLP")
        forum = Place("discord", guild, discord.forum(guild, tags=names))
        about = Message(plain="x", topics=("diffusion models", "cs.CV", "cs.LG"))
        await poster.post(forum, about, key="head")
        (thread,) = discord.threads(forum.channel)
        assert discord.tag_names(forum.channel, thread) == ["Daily papers", "Diffusion", "Computer vision", "cs.LG"]
        await poster.post(forum, Message(plain="x", topics=tuple(names)), key="next")
        assert len(discord.threads(forum.channel)[-1]["applied_tags"]) == 5  # Discord's limit

    async def test_it_is_found_after_a_crash_and_can_be_changed(
        self, discord: FakeDiscord, start: Start, guild: str
    ) -> None:
        forum = Place("discord", guild, discord.forum(guild))
        ref = await (await start()).post(forum, says("head"), key="head")
        later = await start()
        assert await later.find_post(forum, key="head", since=lately()) == ref
        assert await later.find_post(forum, key="other", since=lately()) is None
        discord.archive(ref.id)
        assert await later.find_post(forum, key="head", since=lately()) == ref
        await later.edit_post(ref, says("changed"))
        assert "changed" in str(discord.messages(ref.id)[0]["components"])

    async def test_a_reply_to_a_post_that_was_deleted_ends_the_reply_only(
        self, discord: FakeDiscord, poster: DiscordAdapter, guild: str
    ) -> None:
        forum = Place("discord", guild, discord.forum(guild))
        head = await poster.post(forum, says("head"), key="head")
        discord.delete_channel(head.id)
        assert not (await refused(poster, forum.in_thread(head.id))).broken

    async def test_a_server_error_never_makes_two(
        self, discord: FakeDiscord, poster: DiscordAdapter, guild: str
    ) -> None:
        forum = Place("discord", guild, discord.forum(guild))
        discord.faults(error_after=1.0, only=[FORUM])
        with pytest.raises(Unsure):
            await poster.post(forum, says("head"), key="head")
        assert len(discord.threads(forum.channel)) == 1
        discord.faults(error_after=0.0)
        assert await poster.find_post(forum, key="head", since=lately())
