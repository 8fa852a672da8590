"""What Discord sends unasked: reactions, servers and channels, pasted links."""

from __future__ import annotations

import pytest

from bot.chat.event import BotRemoved, BotReturned, Command, LinkShared, Place, Reaction
from tests.fakes.discord import FakeDiscord
from tests.platforms.discord.conftest import Start
from tests.platforms.discord.core import TalkingCore
from tests.platforms.discord.test_posting import says


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
        assert told == [(head, "👍🏿", True, bob), (reply, "🔥", True, bob), (reply, "🔥", False, bob)]

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

    async def test_clearing_a_deleted_custom_emoji_takes_no_votes(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        adapter = await start(core)
        ref = await adapter.post(papers, says("head"), key="head")
        discord.react(bob, papers.channel, ref.id, "👍")
        await discord.until(lambda: core.kind(Reaction))
        discord.clear_deleted_emoji(papers.channel, ref.id, "77")
        discord.react(bob, papers.channel, ref.id, "🔥")
        await discord.until(lambda: len(core.kind(Reaction)) >= 2)
        assert [(event.emoji, event.added) for event in core.kind(Reaction)] == [("👍", True), ("🔥", True)]

    async def test_skin_tones_and_super_reactions_are_told_apart(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        adapter = await start(core)
        ref = await adapter.post(papers, says("head"), key="head")
        discord.react(bob, papers.channel, ref.id, "👍")
        discord.react(bob, papers.channel, ref.id, "👍🏽")
        discord.react(bob, papers.channel, ref.id, "👍", is_super=True)
        discord.unreact(bob, papers.channel, ref.id, "👍")
        await discord.until(lambda: len(core.kind(Reaction)) == 4)
        told = [(event.emoji, event.added) for event in core.kind(Reaction)]
        assert told == [("👍", True), ("👍🏽", True), ("👍+super", True), ("👍", False)]
        assert await adapter.count_reactions(ref) == {"👍🏽": frozenset({bob}), "👍+super": frozenset({bob})}

    @pytest.mark.parametrize("left_out", ["burst", "type"])
    async def test_a_super_reaction_is_one_vote_that_can_be_taken_back(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str, left_out: str
    ) -> None:
        adapter = await start(core)
        ref = await adapter.post(papers, says("head"), key="head")
        discord.react(bob, papers.channel, ref.id, "👍", is_super=True)
        _, added = discord.sent_events()[-1]
        for name in ("MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE"):
            discord.send_event(name, {key: value for key, value in added.items() if key != left_out})
        await discord.until(lambda: len(core.kind(Reaction)) == 3)
        told = [(event.emoji, event.added) for event in core.kind(Reaction)]
        assert told == [("👍+super", True), ("👍+super", True), ("👍+super", False)]

    async def test_those_made_while_it_was_down_are_counted_and_can_be_cleared(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        ref = await (await start()).post(papers, says("head"), key="head")
        discord.react(bob, papers.channel, ref.id, "👍")
        adapter = await start(core)
        assert await adapter.count_reactions(ref) == {"👍": frozenset({bob})}
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
        ref = await adapter.post(await adapter.open_direct_message(bob, guild), says("for you"), key="key")
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
        await discord.until(lambda: core.kind(BotRemoved))
        assert [event.place for event in core.kind(BotRemoved)] == [Place("discord", other, "*")]
        discord.outage(guild, over=True)
        discord.invite_bot(other)
        await discord.until(lambda: [e for e in core.kind(BotReturned) if e.place.space == other][1:])
        assert len(core.kind(BotRemoved)) == 1

    async def test_a_removal_while_it_was_down_is_told_at_the_next_start(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, guild: str
    ) -> None:
        adapter = await start(core)
        await adapter.aclose()
        await discord.until(lambda: discord.state()["sessions"] == 0)
        discord.remove_bot(guild)
        await start(core)
        assert [event.place for event in core.kind(BotRemoved)] == [Place("discord", guild, "*")]

    async def test_a_deleted_channel_is_told(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place
    ) -> None:
        await start(core)
        discord.delete_channel(papers.channel)
        await discord.until(lambda: core.kind(BotRemoved))
        assert core.kind(BotRemoved)[0].place == papers

    async def test_a_permission_that_is_given_again_is_told(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place
    ) -> None:
        adapter = await start(core)
        discord.deny(papers.channel, "send_messages")
        with pytest.raises(Exception, match="Send Messages"):
            await adapter.post(papers, says("x"), key="x")
        assert not await adapter.may_post(papers)
        discord.allow(papers.channel, "send_messages")
        assert await adapter.may_post(papers)
        await discord.until(lambda: [event for event in core.kind(BotReturned) if event.place == papers])

    @pytest.mark.parametrize(
        ("kind", "why"), [("voice", "voice or stage"), ("stage", "voice or stage"), ("14", "channel of this kind")]
    )
    async def test_a_channel_that_takes_no_papers_says_so(
        self, discord: FakeDiscord, start: Start, guild: str, kind: str, why: str
    ) -> None:
        adapter = await start()
        place = Place("discord", guild, discord.other_channel(guild, kind))
        assert why in str(await adapter.access_problem(place))

    async def test_a_command_in_a_channel_of_an_unknown_kind_names_it(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, guild: str, bob: str
    ) -> None:
        await start(core)
        channel = discord.other_channel(guild, "14")
        await discord.slash(bob, channel, "papers", query="x")
        assert [event.place for event in core.kind(Command)] == [Place("discord", guild, channel)]

    async def test_a_direct_message_has_no_threads(
        self, discord: FakeDiscord, start: Start, guild: str, bob: str, papers: Place
    ) -> None:
        adapter = await start()
        direct = await adapter.open_direct_message(bob, guild)
        places = [papers, direct, Place("discord", f"@{bob}", "1")]
        assert [await adapter.has_threads(place) for place in places] == [True, False, False]
        assert await adapter.access_problem(direct) is None


class TestLinks:
    async def test_a_pasted_paper_gets_a_card_where_that_is_wanted(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        discord.configure(privileged=True)
        await start(core, message_content="true")
        discord.say(bob, papers.channel, "see https://arxiv.org/abs/1609.09106v2, and https://example.org/x")
        await discord.until(lambda: core.kind(LinkShared))
        assert [event.url for event in core.kind(LinkShared)] == ["https://arxiv.org/abs/1609.09106v2"]

    async def test_without_the_setting_nobody_reads_along(
        self, discord: FakeDiscord, start: Start, core: TalkingCore, papers: Place, bob: str
    ) -> None:
        await start(core)
        discord.say(bob, papers.channel, "see https://arxiv.org/abs/1609.09106")
        await discord.slash(bob, papers.channel, "papers", query="x")
        assert not core.kind(LinkShared)
