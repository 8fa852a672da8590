"""All of Paperboy in Discord: what a reader sees, with the real core."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.discord.adapter import DiscordAdapter
from bot.app.adapters import installed
from bot.app.build import App, open_app
from bot.app.first_run import welcome
from bot.chat.event import Place
from bot.clock import SystemClock
from bot.config import load
from bot.store.records import DeliveryState
from tests.builders import post
from tests.fakes.discord import FakeDiscord


@pytest.fixture
async def app(discord: FakeDiscord, guild: str, tmp_path: Path) -> AsyncIterator[App]:
    environment = {
        "PAPERBOY_HOME": str(tmp_path),
        "PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false",
        "ARXIV_API_URL": "http://127.0.0.1:9/api/query",
        "PAPERBOY_SEARCH_SEMANTIC": "false",
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.api_url,
    }
    async with open_app(load(None, environment, installed()), SystemClock()) as opened:
        await welcome(opened)
        adapter = opened.adapters["discord"]
        assert isinstance(adapter, DiscordAdapter)
        listening = asyncio.create_task(adapter.listen(opened.core))
        await asyncio.wait_for(adapter.started.wait(), 30)
        yield opened
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def test_papers_are_found_voted_on_and_shared(discord: FakeDiscord, app: App, papers: Place, guild: str) -> None:
    ada = discord.member(guild, "Ada")
    seen = await discord.slash(ada, papers.channel, "papers", query="hypernetworks")
    assert "ypernetwork" in seen.text
    assert seen.private
    assert seen.answer is not None
    await discord.press(ada, papers.channel, seen.message["id"], "Share to channel")
    await discord.until(lambda: discord.messages(papers.channel))
    shared = discord.messages(papers.channel)[-1]
    voted = await discord.press(ada, papers.channel, shared["id"], "Vote")
    assert not voted.failed


async def test_on_someones_account_it_answers_elsewhere_and_schedules_nothing_there(
    discord: FakeDiscord, app: App, guild: str
) -> None:
    owner = discord.member(elsewhere := discord.foreign_guild(), "Eve", manage_guild=True)
    discord.install(owner)
    channel = discord.text_channel(elsewhere)
    seen = await discord.slash(owner, channel, "papers", query="hypernetworks")
    assert "ypernetwork" in seen.text
    voted = await discord.press(owner, channel, seen.message["id"], "Vote")
    assert not voted.failed
    for refused in (
        await discord.slash(owner, channel, "papers", query="schedule weekdays 09:00"),
        await discord.slash(owner, channel, "papers-schedule", when="weekdays 09:00"),
    ):
        assert "isn't installed here" in refused.text
        assert refused.private
    assert not discord.messages(channel)
    assert not await app.store.subscriptions.in_tenant(f"discord:@{owner}")


async def test_a_schedule_is_made_in_a_dialog_by_those_who_may(
    discord: FakeDiscord, app: App, papers: Place, guild: str
) -> None:
    ada, bob = discord.member(guild, "Ada", manage_guild=True), discord.member(guild, "Bob")
    seen = await discord.slash(ada, papers.channel, "papers", query="schedule")
    assert seen.modal
    preview = await discord.submit(seen, {"when": "daily 09:00"})
    made = await discord.press(ada, papers.channel, preview.message["id"], "Schedule it")
    assert "Scheduled" in made.text

    (subscription,) = await app.store.subscriptions.in_place(papers)
    assert subscription.created_by == f"discord:{guild}/{ada}"

    refused = await discord.slash(bob, papers.channel, "papers", query="schedule daily 09:00")
    assert "Only an admin" in refused.text


async def test_the_days_post_notifies_a_role_and_no_one_else(
    discord: FakeDiscord, app: App, papers: Place, guild: str
) -> None:
    ada = discord.member(guild, "Ada", manage_guild=True)
    readers, staff = discord.role(guild, "readers", mentionable=True), discord.role(guild, "staff")
    seen = await discord.slash(ada, papers.channel, "papers", query="schedule")
    assert len(seen.modal["components"]) == 5
    for role, problem in ((staff, "You may not mention this role"), (guild, "and never")):
        refused = await discord.submit(seen, {"when": "daily 09:00", "ping": [role]})
        assert problem in refused.text
    preview = await discord.submit(seen, {"when": "daily 09:00", "ping": [readers]})
    assert f"notifies <@&{readers}>" in preview.text
    await discord.press(ada, papers.channel, preview.message["id"], "Schedule it")
    (made,) = await app.store.subscriptions.in_place(papers)
    assert made.ping == readers
    discord.configure(may_ping=[f"&{readers}"])
    await app.planner.plan_now(made)
    await app.dispatcher.deliver_due()
    await discord.until(lambda: len(discord.messages(papers.channel)) == 1)
    (head,) = discord.messages(papers.channel)
    assert head["pings"] == [f"&{readers}"]
    assert [message["pings"] for message in discord.messages(head["id"]) if message["pings"]] == []

    listed = await discord.slash(ada, papers.channel, "papers", query="schedules")
    change = await discord.press(ada, papers.channel, listed.message["id"], f"Change {made.id}")
    preview = await discord.submit(change, {"when": "daily 10:00", "ping": []})
    await discord.press(ada, papers.channel, preview.message["id"], "Change it")
    (changed,) = await app.store.subscriptions.in_place(papers)
    assert (changed.ping, changed.min_votes) == ("", made.min_votes)


async def test_paperboy_needs_the_right_to_mention_a_role_that_not_everyone_may(
    discord: FakeDiscord, app: App, papers: Place, guild: str
) -> None:
    ada = discord.member(guild, "Ada", manage_guild=True, mention_everyone=True)
    staff = discord.role(guild, "staff")
    refused = await discord.slash(ada, papers.channel, "papers-schedule", when="daily 09:00", ping=staff)
    assert "Paperboy may not mention this role" in refused.text
    discord.allow(papers.channel, "mention_everyone")
    preview = await discord.slash(ada, papers.channel, "papers-schedule", when="daily 09:00", ping=staff, votes="5")
    assert f"notifies <@&{staff}>" in preview.text
    await discord.press(ada, papers.channel, preview.message["id"], "Schedule it")
    (made,) = await app.store.subscriptions.in_place(papers)
    assert (made.ping, made.min_votes) == (staff, 5)
    listed = await discord.slash(ada, papers.channel, "papers", query="schedules")
    assert f"<@&{staff}>" in listed.text
    change = await discord.press(ada, papers.channel, listed.message["id"], f"Change {made.id}")
    preview = await discord.submit(change, {})
    await discord.press(ada, papers.channel, preview.message["id"], "Change it")
    (changed,) = await app.store.subscriptions.in_place(papers)
    assert (changed.ping, changed.min_votes) == (staff, 5)  # the dialog had no room for the votes


async def test_a_role_is_only_where_roles_are(discord: FakeDiscord, app: App, guild: str) -> None:
    ada = discord.member(guild, "Ada")
    channel = discord.direct(ada)
    seen = await discord.slash(ada, channel, "papers", query="schedule")
    assert "ping" not in str(seen.modal)
    refused = await discord.slash(ada, channel, "papers", query="schedule daily 09:00 ping:123456")
    assert "no roles" in refused.text


async def test_reactions_made_while_it_was_down_are_counted(
    discord: FakeDiscord, app: App, papers: Place, guild: str
) -> None:
    ada, paper = discord.member(guild, "Ada"), "arxiv:1609.09106"
    await app.store.outbox.add_posts([post("k1", place=papers, due=SystemClock().now(), papers=(paper,))])
    await app.dispatcher.deliver_due()
    assert await app.store.outbox.count_by_state(papers) == {DeliveryState.SENT: 1}
    (message,) = discord.messages(papers.channel)
    discord.faults(miss=1.0)
    discord.react(ada, papers.channel, message["id"], "👍")
    assert await app.recounter.recount("discord")
    (tally,) = (await app.store.votes.tallies_for(papers.tenant, [paper])).values()
    assert tally.up == 1


async def test_a_person_with_tones_and_a_super_reaction_counts_once(
    discord: FakeDiscord, app: App, papers: Place, guild: str
) -> None:
    ada, paper = discord.member(guild, "Ada"), "arxiv:1609.09106"
    await app.store.outbox.add_posts([post("k1", place=papers, due=SystemClock().now(), papers=(paper,))])
    await app.dispatcher.deliver_due()
    (message,) = discord.messages(papers.channel)

    async def votes(expected: int) -> None:
        async with asyncio.timeout(30):
            while True:
                tallies = await app.store.votes.tallies_for(papers.tenant, [paper])
                if sum(tally.up for tally in tallies.values()) == expected:
                    return
                await asyncio.sleep(0.05)

    put = [("👍", False), ("👍🏽", False), ("👍", True), ("❤️‍🔥", False)]
    for emoji, is_super in put:
        discord.react(ada, papers.channel, message["id"], emoji, is_super=is_super)
    await votes(1)
    for emoji, is_super in put[:2]:
        discord.unreact(ada, papers.channel, message["id"], emoji, is_super=is_super)
    await asyncio.sleep(0.5)
    await votes(1)
    discord.clear_deleted_emoji(papers.channel, message["id"], "77")
    await asyncio.sleep(0.5)
    await votes(1)
    discord.unreact(ada, papers.channel, message["id"], "👍", is_super=True)
    await votes(0)
