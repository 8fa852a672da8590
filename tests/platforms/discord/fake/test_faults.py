"""Rate limits, and everything that can go wrong, as discord.py and a plain client meet it."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import discord
import pytest
from aiohttp import ClientError, ClientSession

from tests.fakes.discord import FakeDiscord
from tests.platforms.discord.fake.bot import running
from tests.platforms.discord.fake.conftest import Ask, Home

CREATE = "POST /channels/{channel_id}/messages"
SAID = {"content": "x"}


async def test_a_bucket_is_for_one_channel_and_says_what_is_left(fake: FakeDiscord, home: Home) -> None:
    other = fake.text_channel(home.guild, "other")
    fake.configure(buckets={CREATE: (2, 5.0)})
    async with ClientSession(headers={"Authorization": f"Bot {fake.token}"}) as session:

        async def say(channel: str) -> tuple[int, dict[str, str], Any]:
            async with session.post(f"{fake.api_url}/channels/{channel}/messages", json=SAID) as answer:
                return answer.status, dict(answer.headers), await answer.json()

        assert (await say(home.papers))[1]["X-RateLimit-Remaining"] == "1"
        assert (await say(home.papers))[1]["X-RateLimit-Remaining"] == "0"
        status, headers, body = await say(home.papers)
        assert (status, headers["X-RateLimit-Scope"], body["global"]) == (429, "user", False)
        assert 0 < body["retry_after"] <= 5.01
        assert (await say(other))[0] == 200
    state = fake.state()
    assert (state["limited"], state["invalid"]) == ({"user": 1}, 1)


async def test_discord_py_keeps_to_a_bucket_by_itself(fake: FakeDiscord, home: Home) -> None:
    fake.configure(buckets={CREATE: (3, 0.3)})
    async with running(fake) as bot:
        papers = bot.get_channel(int(home.papers))
        assert isinstance(papers, discord.TextChannel)
        await asyncio.gather(*[papers.send(str(n)) for n in range(8)])
    assert len(fake.messages(home.papers)) == 8
    assert fake.state()["invalid"] == 0


async def test_the_global_limit_holds_for_all_channels_but_not_for_answers(
    fake: FakeDiscord, home: Home, ask: Ask
) -> None:
    fake.configure(global_limit=5, buckets={})
    answers = await asyncio.gather(*[ask("POST", f"/channels/{home.papers}/messages", SAID) for _ in range(7)])
    assert sorted(status for status, _ in answers) == [200] * 5 + [429] * 2
    limited = next(body for status, body in answers if status == 429)
    assert limited["global"] is True
    assert (await ask("POST", "/interactions/1/token/callback", {"type": 4, "data": SAID}))[1]["code"] == 10062
    state = fake.state()
    assert (state["limited"], state["busiest"]) == ({"global": 2}, 7)


async def test_what_waited_for_this_process_is_not_held_against_the_bot(
    fake: FakeDiscord, home: Home, ask: Ask
) -> None:
    fake.configure(global_limit=10, buckets={})
    asked = [asyncio.create_task(ask("GET", "/users/@me")) for _ in range(14)]
    await asyncio.sleep(0)
    time.sleep(0.6)  # noqa: ASYNC251 - this process stands still
    assert {status for status, _ in await asyncio.gather(*asked)} == {200}


async def test_crossposts_have_a_limit_that_only_shows_when_it_is_reached(
    fake: FakeDiscord, home: Home, ask: Ask
) -> None:
    news = fake.announcement(home.guild)
    fake.configure(buckets={})
    answers = []
    for _ in range(11):
        _, said = await ask("POST", f"/channels/{news}/messages", SAID)
        answers.append(await ask("POST", f"/channels/{news}/messages/{said['id']}/crosspost"))
    assert [status for status, _ in answers] == [200] * 10 + [429]
    assert answers[-1][1]["retry_after"] > 3000


@pytest.mark.parametrize(("scope", "invalid"), [("user", 1), ("global", 1), ("shared", 0)])
async def test_a_429_out_of_nowhere_counts_unless_it_is_shared(
    fake: FakeDiscord, home: Home, ask: Ask, scope: str, invalid: int
) -> None:
    fake.faults(**{f"limit_{scope}": 1.0})
    status, body = await ask("POST", f"/channels/{home.papers}/messages", SAID)
    assert (status, body["global"]) == (429, scope == "global")
    state = fake.state()
    assert (state["invalid"], state["limited"]) == (invalid, {scope: 1})
    assert fake.messages(home.papers) == []


@pytest.mark.parametrize(("fault", "held"), [("error_before", 0), ("error_after", 1)])
async def test_a_server_error_says_nothing_of_whether_it_was_done(
    fake: FakeDiscord, home: Home, ask: Ask, fault: str, held: int
) -> None:
    fake.faults(**{fault: 1.0}, status=503)
    status, _ = await ask("POST", f"/channels/{home.papers}/messages", SAID)
    assert (status, len(fake.messages(home.papers))) == (503, held)


@pytest.mark.parametrize(("fault", "held"), [("drop_before", 0), ("drop_after", 1), ("hang_after", 1)])
async def test_no_answer_at_all(fake: FakeDiscord, home: Home, ask: Ask, fault: str, held: int) -> None:
    fake.faults(**{fault: 1.0})
    with pytest.raises((ClientError, TimeoutError)):
        async with asyncio.timeout(0.3):
            await ask("POST", f"/channels/{home.papers}/messages", SAID)
    assert len(fake.messages(home.papers)) == held
    assert fake.state()["struck"] == {fault: 1}


async def test_a_repeat_after_a_lost_answer_is_one_message_with_a_nonce(fake: FakeDiscord, home: Home) -> None:
    async with running(fake) as bot:
        papers = bot.get_channel(int(home.papers))
        assert isinstance(papers, discord.TextChannel)
        fake.faults(seed=1, error_after=0.5)  # discord.py repeats by itself after a 502
        await papers.send("once", nonce="key-1")
    state = fake.state()
    assert len(fake.messages(home.papers)) == 1
    assert state["nonce_hits"] == state["requests"][CREATE] - 1


async def test_the_same_seed_strikes_the_same(fake: FakeDiscord, home: Home, ask: Ask) -> None:
    fake.configure(buckets={})

    async def statuses() -> list[int]:
        fake.faults(seed=7, error_before=0.3, limit_user=0.2)
        return [(await ask("POST", f"/channels/{home.papers}/messages", SAID))[0] for _ in range(20)]

    first = await statuses()
    assert set(first) == {200, 429, 502}
    assert await statuses() == first


async def test_faults_can_be_for_one_route_only(fake: FakeDiscord, home: Home, ask: Ask) -> None:
    fake.faults(error_before=1.0, only=[CREATE])
    assert (await ask("GET", "/users/@me"))[0] == 200
    assert (await ask("POST", f"/channels/{home.papers}/messages", SAID))[0] == 502


async def test_every_answer_takes_its_time(fake: FakeDiscord, home: Home, ask: Ask) -> None:
    fake.configure(latency=0.1)
    start = asyncio.get_running_loop().time()
    await ask("GET", "/users/@me")
    assert asyncio.get_running_loop().time() - start >= 0.1


def test_an_unknown_fault_or_setting_is_refused() -> None:
    fake = FakeDiscord()
    with pytest.raises(ValueError, match="no such fault"):
        fake.faults(nonsense=1.0)
    with pytest.raises(ValueError, match="no such setting"):
        fake.configure(nonsense=1)
