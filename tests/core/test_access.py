"""Where a schedule can be made, and who reaches it afterwards."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bot.chat.event import Person, Place
from bot.commands import subscription_form
from bot.store.records import Subscription
from tests.builders import BOB, PAPERS, subscription
from tests.core.conftest import Channel

DIRECT = Place("web", "@ada", "dm-ada")  # Ada's direct messages, before a server wrote to her there
NOW_OF_SERVER = Place("web", "home", "dm-ada")
ADA_THERE = Person(platform="web", space="home", id="ada")  # no one is an admin of the server in a direct message


async def test_no_schedule_is_made_where_nothing_can_be_posted(channel: Channel) -> None:
    channel.platform.closed.add(PAPERS.channel)
    typed = await channel.says("schedule weekdays 09:00")
    form = {"when": "weekdays 10:00", "query": "", "count": "3", "votes": "0", "layout": "thread"}
    filled = await channel.fills(subscription_form.form().action, **form)
    for answer in (typed, filled):
        assert answer.message.plain.startswith("The channel is archived. Open it again.")
        assert answer.private
    assert await channel.store.subscriptions.in_place(PAPERS) == []


async def test_resuming_where_nothing_can_be_posted_says_why(channel: Channel) -> None:
    await channel.says("schedule weekdays 09:00")
    channel.platform.closed.add(PAPERS.channel)
    await channel.availability.hold_place(PAPERS, "The channel was archived.")
    assert "The channel is archived. Open it again." in (await channel.says("resume")).message.plain
    (held,) = await channel.store.subscriptions.in_place(PAPERS)
    assert held.held


async def test_a_place_without_threads_gets_its_papers_in_one_message(channel: Channel) -> None:
    channel.platform.flat.add(PAPERS.channel)
    await channel.says("schedule daily 09:00")
    await channel.tomorrow()
    (posted,) = channel.platform.said(PAPERS.channel)
    assert "Hypernetworks for Nests" in posted
    assert all(not place.thread for place, _ in channel.platform.posted.values())


async def test_a_paused_schedule_that_is_changed_stays_paused(channel: Channel) -> None:
    await channel.says("schedule weekdays 09:00")
    await channel.says("pause")
    answer = await channel.says(f"change {(await _only(channel)).id} daily 18:00")
    assert "still paused" in str(answer.message.blocks)
    changed = await _only(channel)
    assert (changed.paused, str(changed.schedule)) == ("paused by an admin", "daily 18:00 UTC")


async def test_a_digest_that_is_changed_stays_a_digest(channel: Channel) -> None:
    await channel.says("follow owls")
    await channel.says("digest daily 18:00")
    direct = await channel.platform.open_direct_message("ada", "home")
    (digest,) = await channel.store.subscriptions.in_place(direct)
    await channel.says(f"change {digest.id} daily 07:00", place=direct)
    (changed,) = await channel.store.subscriptions.in_place(direct)
    assert (str(changed.schedule), changed.follows, changed.beside) == ("daily 07:00 UTC", digest.follows, PAPERS)


async def test_an_id_that_is_taken_is_drawn_again(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["aaaa", "aaaa", "bbbb"])
    monkeypatch.setattr(subscription_form, "_draw_id", lambda: next(drawn))
    for _ in range(2):
        await channel.says("schedule weekdays 09:00")
    assert [s.id for s in await channel.store.subscriptions.in_place(PAPERS)] == ["aaaa", "bbbb"]


async def test_schedules_of_direct_messages_stay_with_who_made_them(channel: Channel) -> None:
    own = replace(subscription("mine", place=DIRECT), created_by="web:@ada/ada")
    others = replace(subscription("bobs", place=Place("web", "@bob", "dm-ada")), created_by="web:@bob/bob")
    for one in (own, others, subscription("room", place=NOW_OF_SERVER)):
        await channel.store.subscriptions.add_subscription(one)

    async def says(text: str) -> str:
        return (await channel.says(text, ADA_THERE, NOW_OF_SERVER)).message.plain

    listed = await says("schedules")
    assert "mine" in listed
    assert "bobs" not in listed
    assert "Changed" in await says("change mine daily 07:00")
    assert "is paused" in await says("pause mine")
    assert "no schedule" in await says("unschedule room")  # the server's own is its admins'
    assert "Removed" in await says("unschedule mine")
    assert "Only an admin" in await says("unschedule room")
    assert "Only an admin" in (await channel.says("pause", BOB)).message.plain


async def _only(channel: Channel) -> Subscription:
    (found,) = await channel.store.subscriptions.in_place(PAPERS)
    return found
