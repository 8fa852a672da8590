"""What one person keeps: the home page, the digest, and being forgotten."""

from __future__ import annotations

from datetime import timedelta

from bot.chat.event import Place
from bot.chat.message import Bullets, Heading
from tests.builders import ADA, BOB, PAPERS
from tests.core.conftest import Channel, buttons, titles


async def test_home_shows_what_i_saved_and_follow_and_what_is_liked(channel: Channel) -> None:
    await channel.says("save 2503.00003", who=BOB)
    await channel.says("follow hypernetworks", who=BOB)
    await channel.presses(buttons((await channel.says("feathers")).message)["Vote"])
    home = (await channel.says("home", who=BOB)).message
    assert titles(home) == ["A Study of Worms", "Diffusion of Feathers"]
    assert "hypernetworks" in {
        line[0].text for block in home.blocks if isinstance(block, Bullets) for line in block.items
    }
    assert Heading("Schedules") not in home.blocks


async def test_home_shows_schedules_to_those_who_may_set_them(channel: Channel) -> None:
    await channel.says("schedule daily 10:00")
    home = (await channel.says("home", who=ADA)).message
    assert Heading("Schedules") in home.blocks


async def test_a_digest_of_my_topics_comes_as_a_direct_message_and_only_on_request(channel: Channel) -> None:
    assert "don't follow any topics yet" in (await channel.says("digest", who=BOB)).message.plain
    await channel.says("follow hypernetworks", who=BOB)
    await channel.tomorrow()
    assert channel.platform.said("dm-bob") == []
    await channel.says("digest daily 09:00", who=BOB)
    await channel.tomorrow()
    posted = channel.platform.said("dm-bob")
    assert any("Hypernetworks for Nests" in said for said in posted)
    assert not any("Worms" in said for said in posted)
    assert await channel.store.subscriptions.in_place(PAPERS) == []


async def test_a_digest_leaves_out_papers_posted_in_the_channel_it_was_requested_in(channel: Channel) -> None:
    await channel.says("schedule daily 09:00 about: hypernetworks")
    for topic in ("hypernetworks", "feathers"):
        await channel.says(f"follow {topic}", who=BOB)
    said = await channel.says("digest daily 09:00", who=BOB)
    assert "Papers that are posted in this channel are left out." in str(said.message)
    await channel.tomorrow()
    assert any("Hypernetworks for Nests" in said for said in channel.platform.said("papers"))
    posted = channel.platform.said("dm-bob")
    assert any("Diffusion of Feathers" in said for said in posted)
    assert not any("Hypernetworks for Nests" in said for said in posted)


async def test_asking_again_moves_the_digest_and_off_ends_it(channel: Channel) -> None:
    await channel.says("follow hypernetworks", who=BOB)
    await channel.says("digest daily 09:00", who=BOB)
    await channel.says("digest mon 08:00", who=BOB)
    assert [str(s.schedule) for s in await channel.store.subscriptions.digests_of(BOB.key)] == ["mon 08:00 UTC"]
    await channel.says("digest off", who=BOB)
    assert await channel.store.subscriptions.digests_of(BOB.key) == []


async def test_a_digest_takes_no_topic_of_its_own(channel: Channel) -> None:
    await channel.says("follow hypernetworks", who=BOB)
    said = await channel.says("digest daily 09:00 owls at night", who=BOB)
    assert "I can't read “owls at night”" in said.message.plain
    assert await channel.store.subscriptions.digests_of(BOB.key) == []


async def test_forget_me_asks_first_and_then_leaves_nothing(channel: Channel) -> None:
    await channel.says("save 2503.00003", who=BOB)
    await channel.says("follow hypernetworks", who=BOB)
    await channel.says("digest daily 09:00", who=BOB)
    await channel.says("save 2503.00003", who=ADA)
    await channel.tomorrow()
    sure = await channel.says("forget-me", who=BOB)
    assert await channel.store.people.saved_papers(BOB.key) != []
    await channel.presses(buttons(sure.message)["Delete it"], who=BOB)
    assert [rows for rows in (await channel.store.ownership.export(BOB.key)).values() if rows] == []
    assert await channel.store.people.saved_papers(ADA.key) != []


async def test_a_tenant_that_removed_paperboy_is_forgotten_after_a_month_unless_it_comes_back(
    channel: Channel,
) -> None:
    await channel.says("schedule daily 10:00")
    everywhere = Place("web", "home", "*")
    await channel.removed(everywhere)
    await channel.returned(everywhere)
    channel.clock.moment += timedelta(days=31)
    assert await channel.availability.forget_departed() == 0
    await channel.removed(everywhere)
    assert await channel.availability.forget_departed() == 0
    channel.clock.moment += timedelta(days=31)
    assert await channel.availability.forget_departed() == 1
    assert await channel.store.subscriptions.in_place(PAPERS) == []
