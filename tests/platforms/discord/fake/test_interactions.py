"""What people do and then see: commands, completion, menus, buttons, modals; in time and too late."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import discord
import pytest
from discord import app_commands

from tests.fakes.discord import FakeDiscord, NotOffered
from tests.platforms.discord.fake.bot import Bot, running
from tests.platforms.discord.fake.conftest import Home

Does = Callable[[discord.Interaction], Awaitable[None]]


def answering(does: Does, **command: Any) -> Bot:
    """A bot whose `/hello` does this."""
    bot = Bot()

    @bot.tree.command(name="hello", description="Say hello", **command)
    async def hello(interaction: discord.Interaction) -> None:
        await does(interaction)

    return bot


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


async def test_the_bot_learns_who_asks_and_what_it_may_do(fake: FakeDiscord, home: Home) -> None:
    asked: list[discord.Interaction] = []

    async def does(interaction: discord.Interaction) -> None:
        asked.append(interaction)
        await interaction.response.send_message("Done")

    fake.deny(home.papers, "embed_links")
    async with running(fake, answering(does)):
        await fake.slash(home.ada, home.papers, "hello")
        await fake.slash(home.ada, fake.direct(home.ada), "hello")
    here, directly = asked
    assert here.permissions.manage_guild and not here.app_permissions.embed_links
    assert (str(here.user.id), str(here.guild_id), str(here.locale)) == (home.ada, home.guild, "en-US")
    assert (directly.guild_id, str(directly.user.id)) == (None, home.ada)


async def test_the_menu_of_a_message_brings_the_message(fake: FakeDiscord, home: Home) -> None:
    bot = Bot()

    @bot.tree.context_menu(name="Similar papers")
    async def similar(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"Like {message.content}", ephemeral=True)

    said = fake.say(home.ada, home.papers, "arxiv.org/abs/2503.00001")
    async with running(fake, bot):
        seen = await fake.menu(home.ada, home.papers, said, "Similar papers")
    assert seen.text == "Like arxiv.org/abs/2503.00001"


class Vote(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"vote\|(?P<paper>\w+)"):
    """A button that needs no memory."""

    def __init__(self, paper: str) -> None:
        self.paper = paper
        super().__init__(discord.ui.Button(label="Vote", custom_id=f"vote|{paper}"))

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Any, match: Any) -> Vote:
        return cls(match["paper"])

    async def callback(self, interaction: discord.Interaction) -> Any:
        await interaction.response.edit_message(content=f"Voted for {self.paper}", view=None)


async def test_a_button_works_after_a_restart_and_changes_its_message(fake: FakeDiscord, home: Home) -> None:
    async with running(fake) as bot:
        papers = bot.get_channel(int(home.papers))
        assert isinstance(papers, discord.TextChannel)
        view = discord.ui.View(timeout=None)
        view.add_item(Vote("p1"))
        message = await papers.send("A paper", view=view)
    second = Bot()
    second.add_dynamic_items(Vote)
    async with running(fake, second):
        with pytest.raises(NotOffered, match="'Vote'"):
            await fake.press(home.ada, home.papers, str(message.id), "Save")
        seen = await fake.press(home.ada, home.papers, str(message.id), "Vote")
    assert (seen.response, seen.text) == (7, "Voted for p1")
    assert fake.messages(home.papers)[0]["components"] == []


async def test_a_private_answer_has_buttons_too(fake: FakeDiscord, home: Home) -> None:
    async def does(interaction: discord.Interaction) -> None:
        view = discord.ui.View(timeout=None)
        view.add_item(Vote("p2"))
        await interaction.response.send_message("A paper", view=view, ephemeral=True)

    bot = answering(does)
    bot.add_dynamic_items(Vote)
    async with running(fake, bot):
        seen = await fake.slash(home.ada, home.papers, "hello")
        seen = await fake.press(home.ada, home.papers, seen.message["id"], "Vote")
    assert seen.text == "Voted for p2"


async def test_a_menu_gives_what_was_picked(fake: FakeDiscord, home: Home) -> None:
    class Menu(discord.ui.View):
        @discord.ui.select(custom_id="pick", options=[discord.SelectOption(label=x) for x in ("one", "two")])
        async def pick(self, interaction: discord.Interaction, select: discord.ui.Select[Any]) -> None:
            await interaction.response.send_message(f"You picked {select.values[0]}", ephemeral=True)

    async with running(fake) as bot:
        papers = bot.get_channel(int(home.papers))
        assert isinstance(papers, discord.TextChannel)
        message = await papers.send("Pick", view=Menu(timeout=None))
        seen = await fake.press(home.ada, home.papers, str(message.id), "pick", "two")
    assert seen.text == "You picked two"


class Plan(discord.ui.Modal, title="New schedule"):
    when: discord.ui.TextInput[Any] = discord.ui.TextInput(label="When", custom_id="when", default="daily 09:00")
    where = discord.ui.Label[Any](
        text="Where", component=discord.ui.Select(custom_id="where", options=[discord.SelectOption(label="here")])
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.where.component, discord.ui.Select)
        await interaction.response.send_message(f"{self.when.value}, {self.where.component.values[0]}")


async def test_a_modal_is_filled_in_and_sent(fake: FakeDiscord, home: Home) -> None:
    async def does(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Plan())

    async with running(fake, answering(does)):
        form = await fake.slash(home.ada, home.papers, "hello")
        assert (form.response, form.modal and form.modal["title"]) == (9, "New schedule")
        with pytest.raises(NotOffered, match="nonsense"):
            await fake.submit(form, {"nonsense": "x"})
        seen = await fake.submit(form, {"where": ["here"]})
    assert seen.text == "daily 09:00, here"


@pytest.mark.parametrize(
    ("path", "modal"),
    [
        ("title", {"title": "t" * 46}),
        ("custom_id", {"custom_id": "c" * 101}),
        (
            "components",
            {
                "components": [
                    {"type": 18, "label": "x", "component": {"type": 4, "custom_id": f"{n}", "style": 1}}
                    for n in range(6)
                ]
            },
        ),
    ],
)
async def test_a_modal_that_can_not_be(fake: FakeDiscord, home: Home, path: str, modal: dict[str, Any]) -> None:
    fake.configure(validate=0)  # the bodies are wrong on purpose
    fine = {
        "custom_id": "c",
        "title": "t",
        "components": [{"type": 1, "components": [{"type": 4, "custom_id": "i", "style": 1, "label": "l"}]}],
    }
    refused: list[Any] = []

    async def does(interaction: discord.Interaction) -> None:
        url = f"{fake.api_url}/interactions/{interaction.id}/{interaction.token}/callback"
        for body in (fine | modal, fine):
            async with interaction.client.http._HTTPClient__session.post(url, json={"type": 9, "data": body}) as answer:  # type: ignore[attr-defined]
                refused.append(await answer.json() if answer.status == 400 else None)

    async with running(fake, answering(does)):
        seen = await fake.slash(home.ada, home.papers, "hello")
        assert seen.modal == fine
    assert list(refused[0]["errors"]["data"]) == [path]
    assert refused[1] is None
