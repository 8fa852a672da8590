"""Commands and what people see of the answer: in time, too late, for them alone."""

from __future__ import annotations

import asyncio

import discord
import pytest
from discord import app_commands

from tests.fakes.discord import FakeDiscord, NotOffered
from tests.platforms.discord.fake.bot import Bot, answering, running
from tests.platforms.discord.fake.conftest import Home


async def test_an_answer_at_once(fake: FakeDiscord, home: Home) -> None:
    async def does(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Hello", ephemeral=True)

    async with running(fake, answering(does)):
        seen = await fake.slash(home.ada, home.papers, "hello")
    assert (seen.response, seen.text, len(seen.private)) == (4, "Hello", 1)
    assert seen.first is not None and seen.first == seen.answer
    assert fake.messages(home.papers) == []


async def test_an_answer_after_thinking_and_more_after_it(fake: FakeDiscord, home: Home) -> None:
    async def does(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        await asyncio.sleep(0.1)
        await interaction.edit_original_response(content="Here", embed=discord.Embed(title="It", description="is"))
        await interaction.followup.send("and more", ephemeral=True)

    async with running(fake, answering(does)):
        seen = await fake.slash(home.ada, home.papers, "hello")
        assert seen.first is not None and seen.answer is not None
        assert seen.first < 0.1 <= seen.answer
        await fake.until(lambda: fake.state()["requests"].get("POST /webhooks/{webhook_id}/{webhook_token}"))
        seen = await fake.look_again(seen)
    assert (seen.response, seen.text) == (5, "Here\nIt\nis\nand more")
    assert len(seen.private) == 1
    assert [message["content"] for message in fake.messages(home.papers)] == ["Here"]


async def test_the_first_word_after_thinking_is_as_private_as_the_thinking(fake: FakeDiscord, home: Home) -> None:
    async def does(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send("meant for all", ephemeral=False)

    async with running(fake, answering(does)):
        seen = await fake.slash(home.ada, home.papers, "hello")
    assert (seen.text, len(seen.private)) == ("meant for all", 1)
    assert fake.messages(home.papers) == []


async def test_too_late_is_an_unknown_interaction(fake: FakeDiscord, home: Home) -> None:
    fake.configure(first_response=0.1)
    failed: asyncio.Future[discord.NotFound] = asyncio.get_running_loop().create_future()

    async def does(interaction: discord.Interaction) -> None:
        await asyncio.sleep(0.2)
        try:
            await interaction.response.send_message("Hello")
        except discord.NotFound as error:
            failed.set_result(error)

    async with running(fake, answering(does)):
        seen = await fake.slash(home.ada, home.papers, "hello")
        assert (await failed).code == 10062
    assert seen.failed and seen.messages == []


@pytest.mark.parametrize("fault", ["late", "double"])
async def test_interactions_that_come_late_or_twice(fake: FakeDiscord, home: Home, fault: str) -> None:
    codes: list[int] = []

    async def does(interaction: discord.Interaction) -> None:
        try:
            await interaction.response.send_message("Hello")
        except discord.HTTPException as error:
            codes.append(error.code)

    fake.configure(first_response=0.3)
    async with running(fake, answering(does)):
        fake.faults(**{fault: 1.0}, delay=0.4)
        seen = await fake.slash(home.ada, home.papers, "hello")
        await fake.until(lambda: codes)
    assert seen.failed == (fault == "late")
    assert codes == [10062 if fault == "late" else 40060]


async def test_an_old_token_answers_nothing(fake: FakeDiscord, home: Home) -> None:
    kept: list[discord.Interaction] = []

    async def does(interaction: discord.Interaction) -> None:
        kept.append(interaction)
        await interaction.response.send_message("Hello")

    async with running(fake, answering(does)):
        await fake.slash(home.ada, home.papers, "hello")
        fake.configure(token_life=0)
        with pytest.raises(discord.HTTPException) as old:
            await kept[0].followup.send("more")
    assert (old.value.status, old.value.code) == (401, 50027)


async def test_what_is_completed_while_typing(fake: FakeDiscord, home: Home) -> None:
    bot = Bot()

    @bot.tree.command(name="papers", description="Find papers")
    async def papers(interaction: discord.Interaction, query: str, top: int = 5) -> None:
        await interaction.response.send_message(f"{query}: {top}")

    @papers.autocomplete("query")
    async def titles(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{current}networks", value=f"{current}-1")]

    async with running(fake, bot):
        found = await fake.complete(home.ada, home.papers, "papers", "query", "hyper")
        assert [(choice["name"], choice["value"]) for choice in found] == [("hypernetworks", "hyper-1")]
        assert (await fake.slash(home.ada, home.papers, "papers", query="birds", top=3)).text == "birds: 3"
        with pytest.raises(NotOffered, match="needs more"):
            await fake.slash(home.ada, home.papers, "papers")
        with pytest.raises(NotOffered, match="does not take"):
            await fake.slash(home.ada, home.papers, "papers", query="birds", top="three")
        with pytest.raises(NotOffered, match="no command"):
            await fake.slash(home.ada, home.papers, "paper")


async def test_a_command_is_only_for_those_who_may(fake: FakeDiscord, home: Home) -> None:
    async def does(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Done")

    bot = answering(does)
    bot.tree.get_command("hello").default_permissions = discord.Permissions(manage_guild=True)  # type: ignore[union-attr]
    bob = fake.member(home.guild, "Bob")
    async with running(fake, bot):
        assert (await fake.slash(home.ada, home.papers, "hello")).text == "Done"
        with pytest.raises(NotOffered, match="not for this person"):
            await fake.slash(bob, home.papers, "hello")
        fake.permit(home.guild, "hello", bob)
        assert (await fake.slash(bob, home.papers, "hello")).text == "Done"


async def test_a_command_for_guilds_is_not_offered_in_direct_messages(fake: FakeDiscord, home: Home) -> None:
    async def does(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Done")

    bot = answering(does)
    bot.tree.get_command("hello").guild_only = True  # type: ignore[union-attr]
    async with running(fake, bot):
        assert (await fake.slash(home.ada, home.papers, "hello")).text == "Done"
        with pytest.raises(NotOffered, match="this kind of place"):
            await fake.slash(home.ada, fake.direct(home.ada), "hello")


async def test_the_bot_learns_who_asks_and_what_it_may_do(fake: FakeDiscord, home: Home) -> None:
    asked: list[discord.Interaction] = []

    async def does(interaction: discord.Interaction) -> None:
        asked.append(interaction)
        await interaction.response.send_message("Done")

    fake.deny(home.papers, "embed_links")
    fake.speaks(home.ada, "de")
    async with running(fake, answering(does)):
        await fake.slash(home.ada, home.papers, "hello")
        await fake.slash(home.ada, fake.direct(home.ada), "hello")
    here, directly = asked
    assert here.permissions.manage_guild and not here.app_permissions.embed_links
    assert (str(here.user.id), str(here.guild_id), str(here.locale)) == (home.ada, home.guild, "de")
    assert (directly.guild_id, str(directly.user.id)) == (None, home.ada)
