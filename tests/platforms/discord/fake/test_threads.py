"""Threads and forum posts: started, put to sleep, woken, locked."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.fakes.discord import FakeDiscord
from tests.platforms.discord.fake.bot import running
from tests.platforms.discord.fake.conftest import Ask, Home


async def thread_on_a_message(ask: Ask, home: Home, **more: Any) -> str:
    _, said = await ask("POST", f"/channels/{home.papers}/messages", {"content": "today"})
    path = f"/channels/{home.papers}/messages/{said['id']}/threads"
    status, made = await ask("POST", path, {"name": "Papers", "auto_archive_duration": 1440} | more)
    assert (status, made["id"]) == (201, said["id"])
    return str(made["id"])


async def test_a_thread_hangs_from_a_message_and_has_its_id(fake: FakeDiscord, home: Home) -> None:
    async with running(fake) as bot:
        papers = bot.get_channel(int(home.papers))
        assert isinstance(papers, discord.TextChannel)
        head = await papers.send("today")
        thread = await head.create_thread(name="Papers of the day", auto_archive_duration=1440)
        await thread.send("one")
        await bot.until("thread_create")
        read = [message async for message in thread.history(oldest_first=True)]
    assert thread.id == head.id
    assert [message.type for message in read] == [
        discord.MessageType.thread_starter_message,
        discord.MessageType.default,
    ]
    assert fake.messages(home.papers)[0]["thread"]["id"] == str(head.id)
    assert [found["name"] for found in fake.threads(home.papers)] == ["Papers of the day"]


async def test_a_message_has_one_thread_only(home: Home, ask: Ask) -> None:
    thread = await thread_on_a_message(ask, home)
    _, answer = await ask("POST", f"/channels/{home.papers}/messages/{thread}/threads", {"name": "again"})
    assert answer["code"] == 160004


async def test_a_forum_post_carries_tags_and_its_first_message(fake: FakeDiscord, home: Home) -> None:
    talk = fake.forum(home.guild, tags=("daily", "weekly"), needs_tag=True)
    async with running(fake) as bot:
        forum = bot.get_channel(int(talk))
        assert isinstance(forum, discord.ForumChannel)
        with pytest.raises(discord.HTTPException) as untagged:
            await forum.create_thread(name="Papers", content="today")
        assert untagged.value.code == 40067
        made = await forum.create_thread(name="Papers", content="today", applied_tags=[forum.available_tags[0]])
        await made.thread.send("more")
        with pytest.raises(discord.HTTPException) as direct:
            await bot.http.send_message(talk, params=discord.http.handle_message_parameters("x"))
        assert direct.value.code == 50008
    assert made.message.id == made.thread.id
    assert [m["content"] for m in fake.messages(str(made.thread.id))] == ["today", "more"]
    assert fake.threads(talk)[0]["applied_tags"] == [str(made.thread.applied_tags[0].id)]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("name", {"name": "n" * 101}),
        ("name", {"name": ""}),
        ("auto_archive_duration", {"name": "n", "auto_archive_duration": 7}),
    ],
)
async def test_a_thread_that_can_not_be(
    fake: FakeDiscord, home: Home, ask: Ask, path: str, body: dict[str, Any]
) -> None:
    fake.configure(validate=0)  # the bodies are wrong on purpose
    status, answer = await ask("POST", f"/channels/{home.papers}/threads", body | {"type": 11})
    assert (status, list(answer["errors"])) == (400, [path])


async def test_a_sleeping_thread_takes_no_change_but_a_message_wakes_it(
    fake: FakeDiscord, home: Home, ask: Ask
) -> None:
    thread = await thread_on_a_message(ask, home)
    _, said = await ask("POST", f"/channels/{thread}/messages", {"content": "one"})
    fake.archive(thread)
    message = f"/channels/{thread}/messages/{said['id']}"
    assert (await ask("PATCH", message, {"content": "two"}))[1]["code"] == 50083
    assert (await ask("PUT", f"{message}/reactions/👍/@me"))[1]["code"] == 50083
    assert (await ask("PATCH", f"/channels/{thread}", {"name": "other"}))[1]["code"] == 50083
    assert (await ask("POST", f"/channels/{thread}/messages", {"content": "three"}))[0] == 200
    assert fake.threads(home.papers)[0]["thread_metadata"]["archived"] is False
    assert (await ask("PATCH", message, {"content": "two"}))[0] == 200


async def test_a_locked_thread_is_for_those_who_manage_threads(fake: FakeDiscord, home: Home, ask: Ask) -> None:
    thread = await thread_on_a_message(ask, home)
    fake.lock(thread)
    fake.archive(thread)
    assert (await ask("POST", f"/channels/{thread}/messages", {"content": "x"}))[0] == 403
    assert (await ask("PATCH", f"/channels/{thread}", {"archived": False}))[1]["code"] == 50013
    fake.allow(home.papers, "manage_threads")
    assert (await ask("PATCH", f"/channels/{thread}", {"archived": False}))[0] == 200
    assert (await ask("POST", f"/channels/{thread}/messages", {"content": "x"}))[0] == 200


@pytest.mark.parametrize(
    ("right", "path", "code"),
    [
        ("create_public_threads", "/channels/{papers}/messages/{thread}/threads", 50013),
        ("send_messages_in_threads", "/channels/{thread}/messages", 50013),
        ("view_channel", "/channels/{thread}/messages", 50001),
    ],
)
async def test_a_right_that_threads_need(
    fake: FakeDiscord, home: Home, ask: Ask, right: str, path: str, code: int
) -> None:
    thread = await thread_on_a_message(ask, home)
    fake.deny(home.papers, right)
    body = {"name": "x"} if path.endswith("threads") else {"content": "x"}
    status, answer = await ask("POST", path.format(papers=home.papers, thread=thread), body)
    assert (status, answer["code"]) == (403, code)


async def test_sleeping_threads_are_listed_latest_first_and_running_ones_apart(
    fake: FakeDiscord, home: Home, ask: Ask
) -> None:
    threads = [await thread_on_a_message(ask, home) for _ in range(3)]
    for thread in threads[:2]:
        fake.archive(thread)
    _, active = await ask("GET", f"/guilds/{home.guild}/threads/active")
    assert [found["id"] for found in active["threads"]] == [threads[2]]
    _, page = await ask("GET", f"/channels/{home.papers}/threads/archived/public?limit=2")
    assert [found["id"] for found in page["threads"]] == [threads[1], threads[0]]
    assert page["has_more"] is False


async def test_a_thread_goes_with_its_channel(fake: FakeDiscord, home: Home, ask: Ask) -> None:
    thread = await thread_on_a_message(ask, home)
    fake.delete_channel(home.papers)
    assert (await ask("POST", f"/channels/{thread}/messages", {"content": "x"}))[1]["code"] == 10003


async def test_members_come_and_go(fake: FakeDiscord, home: Home, ask: Ask) -> None:
    thread = await thread_on_a_message(ask, home)
    assert (await ask("PUT", f"/channels/{thread}/thread-members/{home.ada}"))[0] == 204
    _, members = await ask("GET", f"/channels/{thread}/thread-members")
    assert home.ada in {member["user_id"] for member in members}
    assert (await ask("DELETE", f"/channels/{thread}/thread-members/@me"))[0] == 204
