"""What the bot sends and the fake answers is held against Discord's own description."""

from __future__ import annotations

import aiohttp
import pytest

from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.calls import ENDPOINTS
from tests.fakes.discord.routes import everything
from tests.fakes.discord.schema import SPEC, described

needs_spec = pytest.mark.skipif(not SPEC.exists(), reason="Discord's description (../shared/specs) is not here")


@needs_spec
def test_every_route_of_the_fake_is_one_of_discord() -> None:
    everything()
    assert ENDPOINTS
    assert [one.name for one in ENDPOINTS if not described(one.method, one.path)] == []


@needs_spec
async def test_a_right_body_is_counted_and_a_wrong_one_named() -> None:
    async with FakeDiscord() as fake, aiohttp.ClientSession(headers={"Authorization": f"Bot {fake.token}"}) as session:
        papers = fake.text_channel(fake.guild())
        url = f"{fake.api_url}/channels/{papers}/messages"
        await (await session.post(url, json={"content": "right"})).read()
        fake.check()
        state = fake.state()
        assert (state["requests_checked"], state["answers_checked"]) == (1, 1)
        await (await session.post(url, json={"content": "x", "tts": "yes"})).read()
        assert len(wrong := fake.state()["wrong"]) == 1
        assert "$.tts" in wrong[0] and wrong[0].startswith("POST /channels/{channel_id}/messages: sent")
        with pytest.raises(AssertionError, match="tts"):
            fake.check()


async def test_a_route_that_discord_does_not_have_is_noted() -> None:
    async with FakeDiscord() as fake, aiohttp.ClientSession() as session:
        assert (await session.get(f"{fake.api_url}/nowhere")).status == 404
        assert fake.state()["wrong"] == ["no such route: GET /api/v10/nowhere"]


@needs_spec
async def test_a_share_of_all_bodies_is_checked_when_that_is_asked_for() -> None:
    async with FakeDiscord(validate=0.25) as fake:
        async with aiohttp.ClientSession(headers={"Authorization": f"Bot {fake.token}"}) as session:
            for _ in range(20):
                await (await session.get(f"{fake.api_url}/users/@me")).read()
        assert fake.state()["answers_checked"] == 5
