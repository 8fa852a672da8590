"""What people do in Discord, over the real gateway, and what they see."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat.event import Command, Place, Press, Reaction, Removed, Returned, Shared, Submit
from bot.chat.message import Action, Button, Controls, Message
from bot.errors import ConfigError
from tests.fakes.discord import FakeDiscord, NotOffered
from tests.platforms.discord.conftest import Start
from tests.platforms.discord.core import TalkingCore, page_of
from tests.platforms.discord.test_posting import says


def greeted(discord: FakeDiscord) -> int:
    """How often a session was begun or taken up again."""
    state = discord.state()
    return int(state["resumes"]) + len(state["identifies"])


@pytest.fixture
def ada(discord: FakeDiscord, guild: str) -> str:
    return discord.member(guild, "Ada", manage_guild=True)


@pytest.fixture
def bob(discord: FakeDiscord, guild: str) -> str:
    return discord.member(guild, "Bob")


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

    async def test_completion_offers_at_most_what_discord_takes(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, ada: str
    ) -> None:
        await start(core)
        choices = await discord.complete(ada, papers.channel, "papers", "query", "tod")
        assert len(choices) == 25
        assert choices[0]["value"] == "tod 0"

    async def test_typed_options_come_as_a_form_does(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, ada: str, bob: str
    ) -> None:
        await start(core)
        seen = await discord.slash(ada, papers.channel, "papers-schedule", when="daily 09:00", top="5")
        assert "Set to daily 09:00, top 5" in seen.text
        (heard,) = core.kind(Submit)
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
        (heard,) = core.kind(Press)
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
        (heard,) = core.kind(Press)
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
        (heard,) = core.kind(Press)
        assert heard.action == Action("say", ("7", "3"))


class TestReactions:
    async def test_they_are_heard_on_any_of_its_messages(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        adapter = await start(core)
        head = await adapter.post(papers, says("head"), key="head")
        reply = await adapter.post(papers.in_thread(head.id), says("reply"), key="reply")
        discord.react(bob, papers.channel, head.id, "👍🏿")
        discord.react(bob, head.id, reply.id, "🔥")
        discord.unreact(bob, head.id, reply.id, "🔥")
        await discord.until(lambda: len(core.kind(Reaction)) == 3)
        told = [(event.message, event.emoji, event.added, event.who.id) for event in core.kind(Reaction)]
        assert told == [(head, "👍", True, bob), (reply, "🔥", True, bob), (reply, "🔥", False, bob)]

    async def test_in_a_forum_they_belong_to_what_was_posted(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, guild: str, bob: str
    ) -> None:
        adapter = await start(core)
        forum = Place("discord", guild, discord.forum(guild))
        head = await adapter.post(forum, says("head"), key="head")
        reply = await adapter.post(forum.in_thread(head.id), says("reply"), key="reply")
        discord.react(bob, head.id, head.id, "👍")
        discord.react(bob, head.id, reply.id, "👍")
        await discord.until(lambda: len(core.kind(Reaction)) == 2)
        assert [event.message for event in core.kind(Reaction)] == [head, reply]

    @pytest.mark.parametrize("emoji", ["", "👍"])
    async def test_cleared_ones_are_taken_back(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, ada: str, bob: str, emoji: str
    ) -> None:
        adapter = await start(core)
        ref = await adapter.post(papers, says("head"), key="head")
        for who, what in ((ada, "👍"), (bob, "👍"), (bob, "👎")):
            discord.react(who, papers.channel, ref.id, what)
        await discord.until(lambda: len(core.kind(Reaction)) == 3)
        discord.clear(papers.channel, ref.id, emoji)
        expected = 2 if emoji else 3
        await discord.until(lambda: len(core.kind(Reaction)) == 3 + expected)
        back = [event for event in core.kind(Reaction) if not event.added]
        assert {(event.emoji, event.who.id) for event in back} >= {("👍", ada), ("👍", bob)}

    async def test_those_made_while_it_was_down_are_counted_and_can_be_cleared(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        ref = await (await start()).post(papers, says("head"), key="head")
        discord.react(bob, papers.channel, ref.id, "👍")
        adapter = await start(core)
        assert await adapter.reactions(ref) == {"👍": frozenset({bob})}
        discord.clear(papers.channel, ref.id)
        await discord.until(lambda: core.kind(Reaction))
        assert not core.kind(Reaction)[0].added

    async def test_those_on_other_peoples_messages_are_not_ours(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, ada: str, bob: str
    ) -> None:
        adapter = await start(core)
        discord.react(bob, papers.channel, discord.say(ada, papers.channel, "hi"), "👍")
        mine = await adapter.post(papers, says("head"), key="head")
        discord.react(bob, papers.channel, mine.id, "👍")
        await discord.until(lambda: core.kind(Reaction))
        assert [event.message for event in core.kind(Reaction)] == [mine]

    async def test_those_on_a_private_digest_belong_to_the_server_it_was_asked_for_in(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, guild: str, bob: str
    ) -> None:
        adapter = await start(core)
        ref = await adapter.post(await adapter.direct(bob, guild), says("for you"), key="key")
        discord.react(bob, ref.place.channel, ref.id, "👍")
        await discord.until(lambda: core.kind(Reaction))
        (heard,) = core.kind(Reaction)
        assert (heard.message, heard.who.key) == (ref, f"discord:{guild}/{bob}")


class TestServers:
    async def test_a_removal_is_told_and_an_outage_is_not(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, guild: str
    ) -> None:
        other = discord.guild("Other")
        await start(core)
        discord.outage(guild)
        discord.remove_bot(other)
        await discord.until(lambda: core.kind(Removed))
        assert [event.place for event in core.kind(Removed)] == [Place("discord", other, "*")]
        discord.outage(guild, over=True)
        discord.invite_bot(other)
        await discord.until(lambda: [e for e in core.kind(Returned) if e.place.space == other][1:])
        assert len(core.kind(Removed)) == 1

    async def test_a_removal_while_it_was_down_is_told_at_the_next_start(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, guild: str
    ) -> None:
        adapter = await start(core)
        await adapter.aclose()
        await discord.until(lambda: discord.state()["sessions"] == 0)
        discord.remove_bot(guild)
        await start(core)
        assert [event.place for event in core.kind(Removed)] == [Place("discord", guild, "*")]

    async def test_a_deleted_channel_is_told(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place
    ) -> None:
        await start(core)
        discord.delete_channel(papers.channel)
        await discord.until(lambda: core.kind(Removed))
        assert core.kind(Removed)[0].place == papers

    async def test_a_permission_that_is_given_again_is_told(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place
    ) -> None:
        adapter = await start(core)
        discord.deny(papers.channel, "send_messages")
        with pytest.raises(Exception, match="Send Messages"):
            await adapter.post(papers, says("x"), key="x")
        discord.allow(papers.channel, "send_messages")
        await discord.until(lambda: [event for event in core.kind(Returned) if event.place == papers])


class TestLinks:
    async def test_a_pasted_paper_gets_a_card_where_that_is_wanted(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        discord.configure(privileged=True)
        await start(core, message_content="true")
        discord.say(bob, papers.channel, "see https://arxiv.org/abs/1609.09106v2, and https://example.org/x")
        await discord.until(lambda: core.kind(Shared))
        assert [event.url for event in core.kind(Shared)] == ["https://arxiv.org/abs/1609.09106v2"]

    async def test_without_the_setting_nobody_reads_along(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        await start(core)
        discord.say(bob, papers.channel, "see https://arxiv.org/abs/1609.09106")
        await discord.slash(bob, papers.channel, "papers", query="x")
        assert not core.kind(Shared)


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
            await asyncio.wait_for(adapter.listen(core), 10)

    async def test_an_intent_that_is_not_granted_is_told_at_the_start(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, guild: str
    ) -> None:
        adapter = await start(message_content=True)
        with pytest.raises(ConfigError, match="Message Content"):
            await asyncio.wait_for(adapter.listen(core), 10)
        assert [finding.ok for finding in await adapter.check()].count(False) == 1

    async def test_it_says_whether_it_hears(self, discord: FakeDiscord, start: Start, core: TalkingCore) -> None:
        adapter = await start()
        assert not adapter.connected
        assert (await start(core)).connected


class TestGateway:
    async def test_it_comes_back_after_every_kind_of_loss(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        await start(core)
        for n, lose in enumerate((discord.drop, discord.reconnect, discord.invalidate)):
            before = greeted(discord)
            lose()
            await discord.until(lambda: greeted(discord) > before, seconds=20)  # noqa: B023
            await discord.connected(seconds=20)
            seen = await discord.slash(bob, papers.channel, "papers", query=f"again {n}")
            assert f"again {n}" in seen.text

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
