"""What people type, press and pick in Discord, and what they see."""

from __future__ import annotations

import pytest

from bot.chat.event import ButtonPress, Command, FormSubmission, Place
from bot.chat.message import Action, Button, Controls, Message
from tests.fakes.discord import FakeDiscord, NotOffered
from tests.platforms.discord.conftest import Start
from tests.platforms.discord.core import TalkingCore, page_of
from tests.platforms.discord.test_posting import says


class TestCommands:
    async def test_free_text_is_answered_in_private(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, ada: str
    ) -> None:
        await start(core)
        seen = await discord.slash(ada, papers.channel, "papers", query="hypernetworks")
        assert "Answer to hypernetworks" in seen.text
        assert seen.private == [seen.message["id"]]
        (heard,) = core.kind(Command)
        assert (heard.text, heard.place, heard.who.admin) == ("hypernetworks", papers, True)

    async def test_nothing_typed_is_a_command_too(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        await start(core)
        await discord.slash(bob, papers.channel, "papers")
        (heard,) = core.kind(Command)
        assert (heard.text, heard.who.admin) == ("", False)

    async def test_a_command_for_all_is_answered_to_all(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        await start(core)
        seen = await discord.slash(bob, papers.channel, "papers", query="board")
        assert "The board" in seen.text
        assert not seen.private

    async def test_what_has_no_answer_is_still_acknowledged(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        await start(core)
        seen = await discord.slash(bob, papers.channel, "papers", query="nothing")
        assert seen.private
        assert not seen.failed

    @pytest.mark.parametrize("asked", ["slow words", "board", "nothing", "schedule"])
    async def test_a_slow_core_is_announced_in_time(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, ada: str, asked: str
    ) -> None:
        core.slow = 2.0
        await start(core)
        seen = await discord.slash(ada, papers.channel, "papers", query=asked)
        assert seen.first is not None
        assert seen.first < 2.0
        assert bool(seen.private) == (asked != "board")
        assert {"slow words": "slow words", "board": "The board", "nothing": "Done", "schedule": "Type"}[
            asked
        ] in seen.text

    @pytest.mark.parametrize("expired", [(401, 50027), (404, 10015), (401, 0)])
    async def test_an_answer_that_comes_after_the_token_expired_is_let_go(
        self,
        discord: FakeDiscord,
        start: Start,
        core: TalkingCore,
        papers: Place,
        ada: str,
        caplog: pytest.LogCaptureFixture,
        expired: tuple[int, int],
    ) -> None:
        await start(core)
        core.slow = 2.0
        discord.configure(token_life=1.0, expired=expired)
        await discord.slash(ada, papers.channel, "papers", query="long words", wait=4)
        await discord.until(lambda: discord.state()["statuses"].get(str(expired[0])) == 1)
        assert not [record for record in caplog.records if record.name.startswith("adapters") and record.levelno > 20]
        core.slow = 0.0
        assert "again" in (await discord.slash(ada, papers.channel, "papers", query="again")).text

    async def test_completion_offers_at_most_what_discord_takes(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, ada: str
    ) -> None:
        await start(core)
        choices = await discord.complete(ada, papers.channel, "papers", "query", "tod")
        assert len(choices) == 25
        assert choices[0]["value"] == "tod 0"
        assert choices[0]["name"].startswith("tod 0: what it does")
        assert len(choices[0]["name"]) == 100

    async def test_typed_options_come_as_a_form_does(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, ada: str, bob: str
    ) -> None:
        await start(core)
        seen = await discord.slash(ada, papers.channel, "papers-schedule", when="daily 09:00", top="5")
        assert "Set to daily 09:00, top 5" in seen.text
        (heard,) = core.kind(FormSubmission)
        assert (heard.action, heard.values) == (Action("schedule"), {"when": "daily 09:00", "top": "5"})
        with pytest.raises(NotOffered):
            await discord.slash(bob, papers.channel, "papers-schedule", when="daily")

    async def test_a_form_is_a_dialog_and_comes_back(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, ada: str
    ) -> None:
        await start(core)
        seen = await discord.slash(ada, papers.channel, "papers", query="schedule")
        assert seen.modal
        assert seen.modal["title"] == "Schedule papers"
        sent = await discord.submit(seen, {"when": "daily 09:00", "top": ["5"]})
        assert "Set to daily 09:00, top 5" in sent.text
        assert sent.private

    async def test_any_message_has_a_menu(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        await start(core)
        id = discord.say(bob, papers.channel, "look: https://arxiv.org/abs/1609.09106")
        seen = await discord.menu(bob, papers.channel, id, "Similar papers")
        assert "1609.09106" in seen.text
        (heard,) = core.kind(ButtonPress)
        assert heard.action == Action("similar")
        assert heard.message is not None
        assert (heard.message.place, heard.message.id) == (papers, id)

    async def test_in_a_private_conversation_everyone_is_their_own_admin(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, bob: str
    ) -> None:
        await start(core)
        channel = discord.direct(bob)
        await discord.slash(bob, channel, "papers", query="x")
        (heard,) = core.kind(Command)
        assert (heard.place, heard.who.admin) == (Place("discord", f"@{bob}", channel), True)
        discord.say(bob, channel, "hypernetworks")
        await discord.until(lambda: len(discord.messages(channel)) == 2)
        assert core.kind(Command)[-1].text == "hypernetworks"

    async def test_what_arrives_twice_is_answered_once(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        await start(core)
        discord.faults(double=1.0)
        seen = await discord.slash(bob, papers.channel, "papers", query="twice")
        await discord.until(lambda: len(core.kind(Command)) == 2)
        assert len({event.id for event in core.kind(Command)}) == 1
        assert len((await discord.look_again(seen)).messages) == 1


class TestButtons:
    async def test_a_page_replaces_the_one_before(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        await start(core)
        first = await discord.slash(bob, papers.channel, "papers", query="nets")
        seen = await discord.press(bob, papers.channel, first.message["id"], "Page")
        assert seen.message["id"] == first.message["id"]
        assert "page 2" in seen.text

    @pytest.mark.parametrize("slow", [0.0, 1.8])
    async def test_a_shared_answer_is_for_all(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str, slow: float
    ) -> None:
        await start(core)
        first = await discord.slash(bob, papers.channel, "papers", query="nets")
        core.slow = slow
        await discord.press(bob, papers.channel, first.message["id"], "Share")
        await discord.until(lambda: "Shared: nets" in str(discord.messages(papers.channel)))

    async def test_another_answer_stands_beside_it(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        await start(core)
        first = await discord.slash(bob, papers.channel, "papers", query="nets")
        seen = await discord.press(bob, papers.channel, first.message["id"], "Say")
        assert "It says ## Answer to nets" in seen.text.replace("\\", "")
        assert seen.message["id"] != first.message["id"]

    async def test_a_button_works_after_a_restart(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        adapter = await start(core)
        first = await discord.slash(bob, papers.channel, "papers", query="nets")
        await adapter.aclose()
        await discord.until(lambda: discord.state()["sessions"] == 0)
        await start(core)
        seen = await discord.press(bob, papers.channel, first.message["id"], "Page")
        assert "page 2" in seen.text

    async def test_a_button_in_a_thread_knows_where_it_stands(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        adapter = await start(core)
        head = await adapter.post(papers, says("head"), key="head")
        thread = papers.in_thread(head.id)
        ref = await adapter.post(thread, page_of("nets", 1), key="reply")
        await discord.press(bob, head.id, ref.id, "Say")
        (heard,) = core.kind(ButtonPress)
        assert (heard.place, heard.message) == (thread, ref)

    async def test_what_stands_in_a_menu_for_want_of_room_can_be_picked(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        adapter = await start(core)
        rows = tuple(
            Controls(tuple(Button(label=f"{n}.{m}", action=Action("say", (f"{n}", f"{m}"))) for m in range(5)))
            for n in range(12)
        )
        ref = await adapter.post(papers, Message(plain="x", blocks=rows), key="key")
        menus = [row["components"][0] for row in discord.messages(papers.channel)[0]["components"]]
        await discord.press(bob, papers.channel, ref.id, menus[7]["custom_id"], menus[7]["options"][3]["value"])
        (heard,) = core.kind(ButtonPress)
        assert heard.action == Action("say", ("7", "3"))
