"""Who should read this: named only where they asked for it, notified only if they said so, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat.event import Person, Place
from bot.chat.message import Message
from tests.builders import ADA, BOB, PAPERS, TODAY, listing, paper
from tests.core.conftest import Channel, buttons
from tests.core.test_people import cards
from tests.fakes.embedder import WordEmbedder

CAROL = Person(platform="web", space="home", id="carol")
DAVE = Person(platform="web", space="home", id="dave")
OWLS = [paper(n, f"Owls at night, part {n}", abstract="owls night hunting microphones") for n in range(71, 77)]
ELSEWHERE = Place("web", "home", "elsewhere")


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture(autouse=True)
async def read(channel: Channel) -> None:
    """Six papers on owls: three that Bob saved, and three on today's list."""
    now = channel.clock.now()
    await channel.store.papers.add_listings([listing(one, source="arxiv-asked") for one in OWLS[:3]], now)
    await channel.store.papers.add_listings([listing(one, day=TODAY) for one in OWLS[3:]], now)
    await channel.search.embed_missing()
    for one in OWLS[:3]:
        await channel.says(f"save {one.id}", BOB)


def readers(message: Message) -> list[str]:
    return [span.text for card in cards(message) for span in card.facts if span.tie in {"reader", "notified"}]


async def posted(channel: Channel) -> list[Message]:
    channel.clock.moment += timedelta(hours=1)
    await channel.deliver()
    return [message for _, message in channel.platform.posted.values()]


async def test_who_asked_is_named_beside_what_is_near_and_not_notified(channel: Channel) -> None:
    assert "named beside up to three papers a day" in (await channel.says("near me on", BOB)).message.plain
    await channel.says("schedule daily 10:00 top 6")
    messages = await posted(channel)
    named = [message for message in messages if readers(message) == ["bob"]]
    assert {cards(message)[0].title for message in named} == {one.title for one in OWLS[3:]}
    assert "near to what bob reads" in "".join(span.text for span in cards(named[0])[0].facts)
    assert [message.pings for message in messages] == [()] * len(messages)


async def test_no_one_is_named_who_did_not_ask_there(channel: Channel) -> None:
    await channel.says("near me on", BOB, ELSEWHERE)
    await channel.says("schedule daily 10:00 top 6")
    assert [name for message in await posted(channel) for name in readers(message)] == []
    await channel.says("near me on", BOB)
    await channel.says("near me off", BOB)
    assert await channel.store.our_people.readers_in(PAPERS) == []


@pytest.mark.parametrize("layout", ["thread", "compact", "cards"])
async def test_who_asked_for_it_is_notified_and_an_edit_notifies_no_one(channel: Channel, layout: str) -> None:
    assert "you are notified" in (await channel.says("near me ping", BOB)).message.plain
    await channel.says(f"schedule daily 10:00 top 6 layout:{layout}")
    messages = await posted(channel)
    assert {message.pings for message in messages if message.pings} == {("bob",)}
    assert len([message for message in messages if message.pings]) == (1 if layout == "compact" else 3)
    await channel.presses(buttons((await channel.says(f"show {OWLS[3].id}")).message)["Vote"], ADA)
    channel.clock.moment += timedelta(hours=1)
    assert await channel.card_updater.edit_changed()
    assert all(message.pings == () for _, message in channel.platform.edited)
    assert any("bob" in readers(message) for _, message in channel.platform.edited)
    edits = len(channel.platform.edited)
    channel.clock.moment += timedelta(hours=1)
    await channel.card_updater.note_vote(ADA.tenant, OWLS[3].id)
    await channel.card_updater.edit_changed()
    assert len(channel.platform.edited) == edits


async def test_a_person_is_named_three_times_a_day_and_a_card_names_two(channel: Channel) -> None:
    for who in (BOB, CAROL, DAVE):
        await channel.says("near me on Owls at night owls night hunting microphones", who)
    late = [paper(n, f"Owls at night, part {n}", abstract="owls night hunting microphones") for n in (81, 82)]
    await channel.store.papers.add_listings([listing(one, day=TODAY) for one in late], channel.clock.now())
    await channel.search.embed_missing()
    await channel.says("schedule daily 10:00 top 9")
    messages = await posted(channel)
    named = [name for message in messages for name in readers(message)]
    assert max(len(readers(message)) for message in messages) == 2
    assert all(named.count(name) <= 3 for name in ("bob", "carol", "dave"))
    more = paper(83, "Owls at night, part 83", abstract="owls night hunting microphones")
    await channel.store.papers.add_listings([listing(more, day=TODAY)], channel.clock.now())
    await channel.search.embed_missing()
    later = (await posted(channel))[len(messages) :]
    assert [cards(message)[0].title for message in later] == [more.title]
    assert readers(later[0]) == []


async def test_forgetting_covers_it_and_posts_keep_no_name(channel: Channel) -> None:
    await channel.says("near me ping I read about owls at night", BOB)
    exported = await channel.store.ownership.export(BOB.key)
    assert [row["about"] for row in exported["readers"]] == ["I read about owls at night"]
    await channel.says("schedule daily 10:00 top 6")
    await posted(channel)
    await channel.store.ownership.forget(BOB.key)
    assert await channel.store.our_people.readers_in(PAPERS) == []
    for delivery in await channel.store.outbox.sent_since(channel.clock.now() - timedelta(days=1)):
        assert "bob" not in str(delivery.post)


async def test_what_can_not_be_read_is_said(channel: Channel) -> None:
    assert "I can't read “near me maybe”." in (await channel.says("near me maybe", BOB)).message.plain
    assert "You aren't named in this channel." in (await channel.says("near me", BOB)).message.plain


async def test_in_a_long_list_only_what_is_unusually_near_is_named(channel: Channel) -> None:
    others = [paper(n, f"Owls and soil, part {n}", abstract="owls night soil tunnel worms") for n in range(101, 113)]
    await channel.store.papers.add_listings([listing(one, day=TODAY) for one in others], channel.clock.now())
    await channel.search.embed_missing()
    await channel.says("near me on", BOB)
    await channel.says("schedule daily 10:00 top 20")
    named = [cards(message)[0].title for message in await posted(channel) if readers(message)]
    assert sorted(named) == [one.title for one in OWLS[3:]]
