"""Paperboy on a person's account: used in servers and conversations that it isn't in."""

from __future__ import annotations

import pytest

from bot.chat.event import ButtonPress, Command
from bot.chat.message import Message, Paragraph, text
from tests.fakes.discord import FakeDiscord, NotOffered
from tests.platforms.discord.conftest import Start
from tests.platforms.discord.core import TalkingCore


@pytest.fixture
def eve(discord: FakeDiscord) -> str:
    """Someone who has the app on their account, and no server with it."""
    eve = discord.member(discord.foreign_guild("Eve's"), "Eve")
    discord.install(eve)
    return eve


@pytest.fixture
def elsewhere(discord: FakeDiscord, eve: str) -> str:
    """A channel of a server without the app."""
    guild = discord.foreign_guild()
    discord.join(guild, eve)
    return discord.text_channel(guild)


async def test_it_answers_its_owner_anywhere_in_private(
    discord: FakeDiscord, start: Start, core: TalkingCore, eve: str, elsewhere: str
) -> None:
    await start(core)
    for channel in (elsewhere, discord.group(eve, discord.member(discord.guild(), "Bob"))):
        seen = await discord.slash(eve, channel, "papers", query="board")
        assert "The board" in seen.text
        assert seen.private  # elsewhere everyone sees this answer
    heard = core.kind(Command)
    assert {(event.who.tenant, event.who.admin, event.who.guest) for event in heard} == {
        (f"discord:@{eve}", False, True)
    }
    assert [event.place.space for event in heard] == [f"@{eve}"] * 2


async def test_a_person_without_it_is_not_offered_it(
    discord: FakeDiscord, start: Start, core: TalkingCore, elsewhere: str, eve: str, ada: str
) -> None:
    await start(core)
    discord.join(discord.foreign_guild("Third"), ada)
    with pytest.raises(NotOffered):
        await discord.slash(ada, discord.group(ada, eve), "papers", query="x")


async def test_the_person_who_presses_acts_for_themselves(
    discord: FakeDiscord, start: Start, core: TalkingCore, elsewhere: str, eve: str
) -> None:
    await start(core)
    first = await discord.slash(eve, elsewhere, "papers", query="nets")
    await discord.press(eve, elsewhere, first.message["id"], "Share")
    (shared,) = discord.messages(elsewhere)
    assert "Shared: nets" in str(shared)
    (heard,) = core.kind(ButtonPress)
    assert (heard.who.tenant, heard.who.guest) == (f"discord:@{eve}", True)


async def test_where_the_server_has_it_too_nothing_changes(
    discord: FakeDiscord, start: Start, core: TalkingCore, guild: str, ada: str
) -> None:
    await start(core)
    discord.install(ada)
    channel = discord.text_channel(guild)
    assert not (await discord.slash(ada, channel, "papers", query="board")).private
    (heard,) = core.kind(Command)
    assert (heard.who.tenant, heard.who.admin, heard.who.guest) == (f"discord:{guild}", True, False)


async def test_a_long_answer_keeps_to_five_more_messages(
    discord: FakeDiscord, start: Start, core: TalkingCore, elsewhere: str, eve: str
) -> None:
    core.long = Message(plain="long", blocks=tuple(Paragraph(text(f"{n} " + "word " * 600)) for n in range(9)))
    await start(core)
    seen = await discord.slash(eve, elsewhere, "papers", query="long")
    await discord.until(lambda: discord.state()["requests"].get("POST /webhooks/{webhook_id}/{webhook_token}") == 5)
    seen = await discord.look_again(seen)
    assert len(seen.messages) == 6
    assert "direct message" in str(seen.messages[-1])


async def test_commands_say_where_they_can_be_used(
    discord: FakeDiscord, start: Start, core: TalkingCore, guild: str
) -> None:
    await start(core)
    everywhere = discord.state()["commands"][""]
    assert {tuple(command["integration_types"]) for command in everywhere} == {(0, 1)}
    contexts = {command["name"]: command["contexts"] for command in everywhere}
    assert (contexts["papers"], contexts["papers-schedule"]) == ([0, 1, 2], [0, 1])
