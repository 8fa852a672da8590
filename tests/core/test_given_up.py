"""Posts that are given up: why it is quiet says so, the maker is told, and what can be made good is made good."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat.event import BotReturned, Place
from bot.errors import Refused
from tests.builders import ADA, PAPERS
from tests.core.conftest import Channel

BLOCKED = Refused("The server's AutoMod blocked the message.", "An admin can exempt Paperboy.")
TOO_LONG = Refused("The message is too long.")


async def why(channel: Channel) -> str:
    message = (await channel.says("why")).message
    return f"{message.plain} {message.blocks}"


@pytest.fixture
async def scheduled(channel: Channel) -> Channel:
    await channel.says("schedule daily 09:00")
    return channel


async def test_a_run_whose_posts_were_all_given_up_did_not_post_and_says_why(scheduled: Channel) -> None:
    scheduled.platform.refusal = BLOCKED
    await scheduled.tomorrow()
    said = await why(scheduled)
    assert "Last run: nothing could be posted just now." in said
    assert "Last run: posted" not in said
    assert "1 post was given up: The server's AutoMod blocked the message. An admin can exempt Paperboy." in said
    assert "3 posts were given up: The first message of the thread was given up." in said


async def test_the_maker_is_told_once_a_day_of_each_kind(scheduled: Channel) -> None:
    for refusal in (BLOCKED, BLOCKED, TOO_LONG):
        scheduled.platform.refusal = refusal
        await scheduled.store.outbox.revive_posts(None, scheduled.clock.now())
        await scheduled.tomorrow() if refusal is BLOCKED else await scheduled.deliver()
    told = scheduled.platform.said("dm-ada")
    assert [("AutoMod" in notice, "too long" in notice) for notice in told] == [(True, False)] * 2 + [(False, True)]
    assert all("I gave up a post of schedule" in notice for notice in told)


async def test_a_run_whose_posts_wait_has_not_posted_yet(scheduled: Channel) -> None:
    scheduled.clock.moment += timedelta(days=1)
    await scheduled.planner.plan_due()
    assert "Last run: planned just now, and not posted yet." in await why(scheduled)
    await scheduled.dispatcher.deliver_due()
    assert "Last run: posted just now." in await why(scheduled)


async def test_where_posting_works_again_the_days_posts_are_sent_and_it_is_said(scheduled: Channel) -> None:
    scheduled.platform.closed.add(PAPERS.channel)
    await scheduled.tomorrow()
    assert scheduled.platform.said(PAPERS.channel) == []
    scheduled.platform.closed.clear()
    event = BotReturned(id="back", at=scheduled.clock.now(), who=ADA, place=PAPERS)
    answer = await scheduled.core.handle_event(event)
    assert answer is not None
    assert answer.message.plain == "1 schedule runs again. 4 posts that were given up today are sent now."
    await scheduled.deliver()
    assert len(scheduled.platform.said(PAPERS.channel)) == 4
    assert "Last run: posted" in await why(scheduled)


async def test_posts_that_are_too_old_by_then_are_not_sent(scheduled: Channel) -> None:
    scheduled.platform.closed.add(PAPERS.channel)
    await scheduled.tomorrow()
    scheduled.clock.moment += timedelta(days=2)
    scheduled.platform.closed.clear()
    await scheduled.returned(PAPERS)
    await scheduled.deliver()
    assert scheduled.platform.said(PAPERS.channel) == []


async def test_a_tenant_that_removed_paperboy_is_asked_about_once(
    scheduled: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    everywhere, asked = Place(PAPERS.platform, PAPERS.space, "*"), list[Place]()

    async def may_post(place: Place) -> bool:
        asked.append(place)
        return False

    monkeypatch.setattr(scheduled.platform, "may_post", may_post)
    await scheduled.removed(everywhere)
    for _ in range(3):
        scheduled.clock.moment += timedelta(minutes=10)
        await scheduled.availability.release_open_places()
    assert asked == [PAPERS]
    await scheduled.returned(everywhere)
    await scheduled.availability.hold_place(PAPERS, "archived")
    for _ in range(2):
        await scheduled.availability.release_open_places()
    assert asked == [PAPERS] * 3


async def test_resuming_a_held_schedule_sends_the_days_posts_and_says_so(scheduled: Channel) -> None:
    scheduled.platform.closed.add(PAPERS.channel)
    await scheduled.tomorrow()
    scheduled.platform.closed.clear()
    assert "4 posts that were given up today are sent now." in (await scheduled.says("resume")).message.plain
