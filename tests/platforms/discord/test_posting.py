"""Posting over real HTTP: once, refused in words, and found again."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import discord as discord_py
import pytest
from discord.utils import snowflake_time

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.errors import post_error
from bot.chat.event import Place, Ref
from bot.chat.message import Action, Button, Controls, Heading, Message, Paragraph, text
from bot.clock import SystemClock
from bot.errors import Busy, PostError, Refused, Unsure
from tests.fakes.discord import FakeDiscord
from tests.platforms.discord.conftest import Start

CREATE = "POST /channels/{channel_id}/messages"
FORUM = "POST /channels/{channel_id}/threads"


def says(words: str) -> Message:
    return Message(plain=words, blocks=(Paragraph(text(words)),))


def lately() -> datetime:
    return SystemClock().now() - timedelta(hours=1)


def keys(discord: FakeDiscord, channel: str) -> list[str]:
    return [message["nonce"] for message in discord.messages(channel) if "nonce" in message]


async def refused(adapter: DiscordAdapter, place: Place) -> Refused:
    with pytest.raises(Refused) as caught:
        await adapter.post(place, says("x"), key="refused")
    return caught.value


async def test_a_post_arrives_with_its_key(discord: FakeDiscord, poster: DiscordAdapter, papers: Place) -> None:
    ref = await poster.post(papers, says("hello"), key="key-1")
    (message,) = discord.messages(papers.channel)
    assert (message["id"], message["nonce"]) == (ref.id, "key-1")


async def test_the_same_key_is_the_same_message(discord: FakeDiscord, poster: DiscordAdapter, papers: Place) -> None:
    first = await poster.post(papers, says("one"), key="key-1")
    assert await poster.post(papers, says("one"), key="key-1") == first
    assert keys(discord, papers.channel) == ["key-1"]


class TestRefusals:
    async def test_automod_is_named_with_what_an_admin_can_do(
        self, discord: FakeDiscord, poster: DiscordAdapter, guild: str, papers: Place
    ) -> None:
        discord.configure(blocked_words=("x",))
        for place in (papers, Place("discord", guild, discord.forum(guild))):
            error = await refused(poster, place)
            assert "AutoMod blocked" in error.message
            assert "exempt" in error.hint
            assert not error.broken

    async def test_a_forum_that_requires_a_tag_and_has_none_says_so(
        self, discord: FakeDiscord, poster: DiscordAdapter, guild: str
    ) -> None:
        error = await refused(poster, Place("discord", guild, discord.forum(guild, needs_tag=True)))
        assert "requires a tag" in error.message
        assert "Add a tag" in error.hint

    def test_other_refusals_are_in_discords_words(self) -> None:
        answer: Any = SimpleNamespace(status=400, reason="Bad Request")
        said = discord_py.HTTPException(answer, {"code": 30099, "message": "Maximum number of nests reached"})
        error = post_error(said)
        assert error.message == "Discord refused it: Maximum number of nests reached (status 400, code 30099)."


class TestFinding:
    async def test_only_the_time_of_an_attempt_is_searched(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place, bob: str
    ) -> None:
        ref = await poster.post(papers, says("x"), key="key-1")
        for n in range(105):
            discord.say(bob, papers.channel, f"talk {n}")
        at = snowflake_time(int(ref.id))
        minute, day = timedelta(minutes=1), timedelta(days=1)
        assert await poster.find_post_between(papers, key="key-1", since=at - minute, until=at + minute) == ref
        for since, until in ((at - day, at - minute), (at + minute, at + day)):
            assert await poster.find_post_between(papers, key="key-1", since=since, until=until) is None

    async def test_a_message_is_found_when_the_nonce_is_long_forgotten(
        self, discord: FakeDiscord, start: Start, papers: Place
    ) -> None:
        discord.configure(nonce_window=0)
        buttons = Controls((Button(label="Vote", action=Action("vote")),))
        plain = await (await start()).post(papers, says("one"), key="key-1")
        rich = await (await start()).post(papers, Message(plain="x", blocks=(Heading("H"), buttons)), key="key-2")
        later = await start()
        assert await later.find_post(papers, key="key-1", since=lately()) == plain
        assert await later.find_post(papers, key="key-2", since=lately()) == rich
        assert await later.find_post(papers, key="key-3", since=lately()) is None

    async def test_it_is_found_below_hundreds_of_others(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place, guild: str
    ) -> None:
        ref = await poster.post(papers, says("one"), key="key-1")
        ada = discord.member(guild, "Ada")
        for n in range(350):
            discord.say(ada, papers.channel, f"chat {n}")
        assert await poster.find_post(papers, key="key-1", since=lately()) == ref
        assert await poster.find_post(papers, key="key-1", since=SystemClock().now() + timedelta(seconds=5)) is None

    async def test_in_a_thread_that_does_not_exist_yet_nothing_was_posted(
        self, poster: DiscordAdapter, papers: Place
    ) -> None:
        head = await poster.post(papers, says("head"), key="head")
        assert await poster.find_post(papers.in_thread(head.id), key="reply", since=lately()) is None

    @pytest.mark.parametrize("right", ["read_message_history", "view_channel"])
    async def test_a_thread_it_may_not_read_is_not_taken_for_an_empty_one(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place, right: str
    ) -> None:
        head = await poster.post(papers, says("head"), key="head")
        await poster.post(papers.in_thread(head.id), says("reply"), key="reply")
        discord.deny(papers.channel, right)
        with pytest.raises(Refused) as caught:
            await poster.find_post(papers.in_thread(head.id), key="reply", since=lately())
        assert caught.value.broken

    async def test_a_channel_it_may_not_read_is_not_taken_for_an_empty_one(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place
    ) -> None:
        await poster.post(papers, says("one"), key="key-1")
        discord.deny(papers.channel, "read_message_history")
        with pytest.raises(Refused, match="Read Message History"):
            await poster.find_post(papers, key="key-1", since=lately())


class TestFailures:
    @pytest.mark.parametrize(("right", "name"), [("send_messages", "Send Messages"), ("view_channel", "View Channel")])
    async def test_a_missing_permission_is_named(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place, right: str, name: str
    ) -> None:
        discord.deny(papers.channel, right)
        error = await refused(poster, papers)
        assert error.broken
        assert name in error.message
        assert error.hint

    async def test_missing_thread_permissions_are_named(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place
    ) -> None:
        head = await poster.post(papers, says("head"), key="head")
        discord.deny(papers.channel, "create_public_threads", "send_messages_in_threads")
        error = await refused(poster, papers.in_thread(head.id))
        assert "Create Public Threads, Send Messages in Threads" in error.message

    async def test_a_channel_that_is_gone_is_broken(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place
    ) -> None:
        discord.delete_channel(papers.channel)
        assert (await refused(poster, papers)).broken

    async def test_a_wrong_token_is_told_without_being_shown(
        self, discord: FakeDiscord, start: Start, papers: Place
    ) -> None:
        adapter = await start(token="wrong.secret.token")
        for _ in range(2):
            error = await refused(adapter, papers)
            assert error.broken
            assert "wrong.secret" not in f"{error!r} {error}"
        assert discord.state()["invalid"] == 1  # it is not asked again: each refusal counts

    async def test_server_errors_leave_it_unsure_and_never_make_two(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place
    ) -> None:
        discord.faults(error_after=1.0, status=503, only=[CREATE])
        with pytest.raises(Unsure):
            await poster.post(papers, says("one"), key="key-1")
        discord.faults(error_after=0.0)
        assert await poster.post(papers, says("one"), key="key-1")
        assert keys(discord, papers.channel) == ["key-1"]

    async def test_a_cut_connection_leaves_it_unsure(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place
    ) -> None:
        await poster.open_direct_message(discord.member(papers.space), papers.space)  # logged in
        discord.faults(drop_after=1.0, only=[CREATE])
        with pytest.raises(Unsure):
            await poster.post(papers, says("one"), key="key-1")
        discord.faults(drop_after=0.0)
        assert await poster.find_post(papers, key="key-1", since=lately())

    async def test_a_long_wait_is_told_to_the_dispatcher(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place
    ) -> None:
        discord.faults(limit_user=1.0, retry_after=90.0, only=[CREATE])
        with pytest.raises(Busy) as caught:
            await poster.post(papers, says("one"), key="key-1")
        assert caught.value.retry_after == pytest.approx(90, abs=1)

    async def test_a_caller_that_gives_up_during_a_global_limit_blocks_nobody(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place
    ) -> None:
        await poster.open_direct_message(discord.member(papers.space), papers.space)
        discord.faults(limit_global=1.0, retry_after=0.5, only=[CREATE])
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await poster.post(papers, says("one"), key="key-1")
        discord.faults(limit_global=0.0)
        await asyncio.wait_for(poster.post(papers, says("one"), key="key-1"), 30)
        assert keys(discord, papers.channel) == ["key-1"]

    @pytest.mark.parametrize("place", [Place("discord", "x", "1"), Place("discord", "1", "no such channel")])
    async def test_what_can_be_no_place_is_refused(self, poster: DiscordAdapter, place: Place) -> None:
        error = await refused(poster, place)
        assert error.broken
        assert error.hint


class TestEdits:
    async def test_a_message_is_changed(self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place) -> None:
        ref = await poster.post(papers, says("one"), key="key-1")
        await poster.edit_post(ref, says("two"))
        assert "two" in str(discord.messages(papers.channel)[0]["components"])

    async def test_one_in_a_thread_too(self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place) -> None:
        head = await poster.post(papers, says("head"), key="head")
        ref = await poster.post(papers.in_thread(head.id), says("one"), key="one")
        await poster.edit_post(ref, says("two"))
        assert "two" in str(discord.messages(head.id)[-1]["components"])

    async def test_one_that_is_gone_is_refused(
        self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place
    ) -> None:
        ref = await poster.post(papers, says("one"), key="key-1")
        discord.delete(papers.channel, ref.id)
        for gone in (ref, Ref(papers, "never-posted")):
            with pytest.raises(Refused) as caught:
                await poster.edit_post(gone, says("two"))
            assert not caught.value.broken


class TestCounting:
    async def test_everybody_counts_but_bots(self, discord: FakeDiscord, poster: DiscordAdapter, papers: Place) -> None:
        ref = await poster.post(papers, says("one"), key="key-1")
        people = [discord.member(papers.space, f"Person {n}") for n in range(230)]
        for person in people:
            discord.react(person, papers.channel, ref.id, "👍")
        discord.react(people[0], papers.channel, ref.id, "👎🏽")
        assert await poster.count_reactions(ref) == {"👍": frozenset(people), "👎🏽": frozenset(people[:1])}

    async def test_nobody_has_reacted_to_a_new_message(self, poster: DiscordAdapter, papers: Place) -> None:
        assert await poster.count_reactions(await poster.post(papers, says("one"), key="key-1")) == {}


class TestDirect:
    async def test_one_person_is_reached(self, discord: FakeDiscord, poster: DiscordAdapter, guild: str) -> None:
        ada = discord.member(guild, "Ada")
        place = await poster.open_direct_message(ada, guild)
        await poster.post(place, says("for you"), key="key-1")
        assert keys(discord, discord.direct(ada)) == ["key-1"]

    async def test_somebody_who_takes_no_messages_is_left_alone(
        self, discord: FakeDiscord, poster: DiscordAdapter, guild: str
    ) -> None:
        ada = discord.member(guild, "Ada")
        place = await poster.open_direct_message(ada, guild)
        discord.takes_direct(ada, False)
        assert (await refused(poster, place)).broken


class TestPublishing:
    async def test_an_announcement_is_crossposted_at_most_ten_times_an_hour(
        self, discord: FakeDiscord, start: Start, guild: str
    ) -> None:
        news = Place("discord", guild, discord.announcement(guild))
        adapter = await start(crosspost="true")
        for n in range(11):
            await adapter.post(news, says(f"post {n}"), key=f"key-{n}")
        published = [message["flags"] & 1 for message in discord.messages(news.channel)]
        assert published == [1] * 10 + [0]

    async def test_it_is_not_unless_asked(self, discord: FakeDiscord, poster: DiscordAdapter, guild: str) -> None:
        news = Place("discord", guild, discord.announcement(guild))
        await poster.post(news, says("post"), key="key")
        assert not discord.messages(news.channel)[0]["flags"] & 1


async def test_the_check_says_how_to_invite_and_whether_the_token_works(discord: FakeDiscord, start: Start) -> None:
    found = await (await start()).check_setup()
    assert all(finding.ok for finding in found)
    assert any("client_id=" in finding.hint and "permissions=" in finding.hint for finding in found)
    assert any("integration_type=1" in finding.hint for finding in found)
    (wrong,) = await (await start(token="wrong")).check_setup()
    assert not wrong.ok
    assert wrong.hint


async def test_refusals_are_stopped_long_before_discord_bans_the_address(
    discord: FakeDiscord, poster: DiscordAdapter, papers: Place
) -> None:
    poster._rate_limit._refusals._max_refused = 20
    discord.deny(papers.channel, "send_messages")
    told: list[PostError] = []
    for n in range(40):
        with pytest.raises(PostError) as caught:
            await poster.post(papers, says("x"), key=f"key-{n}")
        told.append(caught.value)
    assert isinstance(told[-1], Busy)
    assert told[-1].retry_after > 60
    assert discord.state()["invalid"] == 20
    with pytest.raises(Busy):  # answers to interactions count in that limit as well
        await poster._rest.call("POST", "/webhooks/{webhook_id}/{webhook_token}", {}, webhook_id=1, webhook_token="x")
