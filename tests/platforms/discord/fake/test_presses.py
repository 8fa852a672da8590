"""Menus, buttons and modals: what people press and fill in."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.fakes.discord import FakeDiscord, NotOffered
from tests.platforms.discord.fake.bot import Bot, answering, running
from tests.platforms.discord.fake.conftest import Home


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
        with pytest.raises(NotOffered, match="that this person sees"):
            await fake.press(fake.member(home.guild, "Bob"), home.papers, seen.message["id"], "Vote")
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
