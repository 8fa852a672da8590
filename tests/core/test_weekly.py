"""A schedule that is not daily posts what was listed since its last run."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.chat.message import Footnote, Heading, Message, Papers
from tests.builders import PAPERS, listing, paper
from tests.core.conftest import Channel

MONDAY = date(2025, 3, 17)


@pytest.fixture(autouse=True)
async def lists(channel: Channel) -> None:
    """Two weeks with a list on each weekday; the second paper of each day is the better liked."""
    for n in range(1, 15):
        day = MONDAY - timedelta(days=n)
        if day.weekday() < 5:
            two = [paper(100 + 2 * n + i, f"Paper {i} of {day:%a %d}", upvotes=10 * i + n) for i in (0, 1)]
            await channel.store.papers.add_listings([listing(p, day=day) for p in two], channel.clock.now())
    channel.clock.moment = datetime(2025, 3, 17, 8, 0, tzinfo=UTC)


def heading(message: Message) -> str:
    return next(block.text for block in message.blocks if isinstance(block, Heading))


def posted_titles(channel: Channel) -> list[str]:
    blocks = (block for _, message in channel.platform.posted.values() for block in message.blocks)
    return [card.title for block in blocks if isinstance(block, Papers) for card in block.items]


async def test_the_best_of_the_week_come_first_each_once(channel: Channel) -> None:
    await channel.store.papers.add_listings(
        [listing(paper(900, "Twice", upvotes=99), day=MONDAY - timedelta(days=n)) for n in (3, 4)], channel.clock.now()
    )
    await channel.says("schedule mon 09:00 top 4 compact")
    channel.clock.moment += timedelta(hours=2)
    await channel.deliver()
    ((_, week),) = channel.platform.posted.values()
    assert heading(week) == "Papers for the week of 10 to 14 March 2025"
    chosen = week.blocks[1]
    assert isinstance(chosen, Footnote)
    assert "of 11 from" in "".join(span.text for span in chosen.text)
    assert posted_titles(channel) == ["Twice", "Paper 1 of Mon 10", "Paper 1 of Tue 11", "Paper 1 of Wed 12"]


async def test_the_next_week_begins_where_this_one_ended(channel: Channel) -> None:
    await channel.says("schedule mon 09:00 top 30 compact")
    channel.clock.moment += timedelta(hours=2)
    await channel.deliver()
    first = posted_titles(channel)
    assert len(first) == 10
    new = [paper(800 + n, f"New {n}") for n in range(3)]
    # Sunday's list has come late, and Monday's, of the morning, is the next week's first.
    days = [MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)]
    await channel.store.papers.add_listings(
        [listing(p, day=d) for p, d in zip(new, days, strict=True)], channel.clock.now()
    )
    channel.clock.moment += timedelta(days=7)
    await channel.deliver()
    assert sorted(posted_titles(channel)[10:]) == [
        "A Study of Worms",
        "Diffusion of Feathers",
        "Hypernetworks for Nests",  # of the 18th, which every test has
        "New 0",
        "New 1",
        "New 2",
    ]
    assert heading([m for _, m in channel.platform.posted.values()][1]) == "Papers for the week of 17 to 21 March 2025"


async def test_a_daily_schedule_posts_one_day(channel: Channel) -> None:
    await channel.says("schedule weekdays 09:00 top 30")
    channel.clock.moment += timedelta(hours=2)
    await channel.deliver()
    assert heading(next(m for _, m in channel.platform.posted.values())) == "Papers for Friday, 14 March 2025"


async def test_after_a_long_time_away_no_more_than_a_week_comes(channel: Channel) -> None:
    await channel.says("schedule mon 09:00 top 30 compact")
    channel.clock.moment += timedelta(hours=2)
    await channel.deliver()
    channel.clock.moment += timedelta(days=28)
    old = [listing(paper(700 + n, f"Old {n}"), day=MONDAY + timedelta(days=n)) for n in range(27)]
    await channel.store.papers.add_listings(old, channel.clock.now())
    before = len(posted_titles(channel))
    await channel.deliver()
    assert len(posted_titles(channel)) - before == 7


async def test_the_preview_of_a_weekly_schedule_shows_a_week(channel: Channel) -> None:
    told = (await channel.says("schedule mon 09:00 top 3")).message.plain
    assert "Preview for the week of 10 to 14 March 2025: 3 papers" in told
    assert await channel.store.subscriptions.in_place(PAPERS)


async def test_what_comes_late_to_any_list_of_the_week_goes_into_its_thread(channel: Channel) -> None:
    await channel.says("schedule mon 09:00 top 30")
    channel.clock.moment += timedelta(hours=2)
    await channel.deliver()
    late = listing(paper(950, "Late to Wednesday"), day=date(2025, 3, 12))
    await channel.store.papers.add_listings([late], channel.clock.now())
    await channel.deliver()
    place, message = list(channel.platform.posted.values())[-1]
    assert (bool(place.thread), "Late to Wednesday" in message.plain) == (True, True)


async def test_what_people_bring_during_the_week_comes_with_the_week(channel: Channel) -> None:
    await channel.store.papers.add_listings([listing(paper(77, "Owls"), source="arxiv-asked")], channel.clock.now())
    await channel.says("schedule mon 09:00 top 2")
    channel.clock.moment += timedelta(hours=2)
    await channel.deliver()
    channel.clock.moment += timedelta(days=2)
    await channel.says("submit 2503.00077")
    await channel.deliver()
    assert "Owls" not in posted_titles(channel)
    await channel.store.papers.add_listings(
        [listing(paper(78, "New", upvotes=50), day=MONDAY + timedelta(days=4))], channel.clock.now()
    )
    channel.clock.moment += timedelta(days=5)
    await channel.deliver()
    assert posted_titles(channel)[2:4] == ["Owls", "New"]
