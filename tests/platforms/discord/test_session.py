"""Being there: commands told once, a start that says what is wrong, connections that come back."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat.event import Place
from bot.errors import ConfigError
from tests.fakes.discord import FakeDiscord
from tests.platforms.discord.conftest import Start
from tests.platforms.discord.core import TalkingCore


def greeted(discord: FakeDiscord) -> int:
    """How often a session was begun or taken up again."""
    state = discord.state()
    return int(state["resumes"]) + len(state["identifies"])


class TestSync:
    async def test_commands_are_told_once(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, guild: str
    ) -> None:
        for _ in range(2):
            adapter = await start(core)
            await adapter.aclose()
            await discord.until(lambda: discord.state()["sessions"] == 0)
        assert discord.state()["syncs"] == [""]
        named = {command["name"] for command in discord.state()["commands"][""]}
        assert named == {"papers", "papers-schedule", "Similar papers"}

    async def test_a_change_is_told(self, discord: FakeDiscord, start: Start, core: TalkingCore, guild: str) -> None:
        await start(core)
        core.menu = ()
        await start(core)
        assert discord.state()["syncs"] == ["", ""]

    async def test_for_some_servers_only_they_move_there(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, guild: str
    ) -> None:
        await start(core)
        await start(core, guilds=guild)
        commands = discord.state()["commands"]
        assert len(commands[guild]) == 3
        assert not commands[""]

    async def test_a_server_it_is_not_in_keeps_the_others_from_nothing(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, guild: str
    ) -> None:
        await start(core, guilds=["1", guild])
        assert len(discord.state()["commands"][guild]) == 3


class TestStart:
    async def test_a_wrong_token_is_told_at_the_start(self, start: Start, core: TalkingCore) -> None:
        adapter = await start(token="wrong")
        with pytest.raises(ConfigError, match="token"):
            await asyncio.wait_for(adapter.listen(core), 30)

    async def test_an_intent_that_is_not_granted_is_told_at_the_start(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, guild: str
    ) -> None:
        adapter = await start(message_content=True)
        with pytest.raises(ConfigError, match="Message Content"):
            await asyncio.wait_for(adapter.listen(core), 30)
        assert [finding.ok for finding in await adapter.check_setup()].count(False) == 1

    async def test_it_keeps_the_last_sessions_of_the_day(
        self, discord: FakeDiscord, start: Start, core: TalkingCore
    ) -> None:
        discord.configure(session_starts=10)
        adapter = await start()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(adapter.listen(core), 1.5)
        assert discord.state()["identifies"] == []
        assert not adapter.connected

    async def test_it_says_whether_it_hears(self, discord: FakeDiscord, start: Start, core: TalkingCore) -> None:
        adapter = await start()
        assert not adapter.connected
        assert (await start(core)).connected


class TestGateway:
    async def test_it_comes_back_after_every_kind_of_loss(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        await start(core)
        assert len(core.gaps) == 1
        for n, lose in enumerate((discord.drop, discord.reconnect, discord.invalidate)):
            before = greeted(discord)
            lose()
            await discord.until(lambda: greeted(discord) > before, seconds=20)  # noqa: B023
            await discord.connected(seconds=20)
            seen = await discord.slash(bob, papers.channel, "papers", query=f"again {n}")
            assert f"again {n}" in seen.text
        begun = len(discord.state()["identifies"])
        assert begun < 4
        await discord.until(lambda: len(core.gaps) == begun)  # a session that goes on where it broke missed nothing

    async def test_shards_as_many_as_discord_advises(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        discord.configure(shards=3)
        await start(core)
        await discord.connected(3)
        assert "hello" in (await discord.slash(bob, papers.channel, "papers", query="hello")).text

    async def test_a_late_interaction_is_nobodys_fault(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        await start(core)
        discord.faults(late=1.0, delay=3.2)
        assert (await discord.slash(bob, papers.channel, "papers", query="late")).failed
        discord.faults(late=0.0)
        assert not (await discord.slash(bob, papers.channel, "papers", query="in time")).failed
