"""What was posted keeps up with what is known, and no more often than there is something to show."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.chat.message import Action, Card, Papers
from bot.delivery.dispatch import Dispatcher
from bot.papers.model import Counts, Paper
from tests.builders import ADA, BOB, mark, paper
from tests.core.conftest import Channel

NESTS = paper(1, "Hypernetworks for Nests", upvotes=9)
FEATHERS = paper(2, "Diffusion of Feathers", upvotes=5)
WORMS = paper(3, "A Study of Worms", upvotes=1)
DAY = timedelta(days=1)
CODE = replace(NESTS.links, code="https://github.com/example/nests")


@pytest.fixture
async def posted(channel: Channel) -> Channel:
    await channel.says("schedule daily 09:00 layout:cards")
    await channel.tomorrow()
    return channel


def shown(channel: Channel) -> str:
    """The facts of the card that was edited last."""
    cards = (message.blocks[0] for _, message in reversed(channel.platform.edited))
    card = next(card for card in cards if isinstance(card, Card))
    return card.title + " · " + "".join(span.text for span in card.facts)


async def test_a_vote_shows_on_the_posted_card_once(posted: Channel) -> None:
    await posted.presses(Action("vote", (NESTS.id,)), who=BOB)
    assert await posted.card_updater.edit_changed() == 1
    assert "1 vote here" in shown(posted)
    await posted.card_updater.note_vote("web:home", NESTS.id)
    assert await posted.card_updater.edit_changed() == 0


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (replace(NESTS, links=CODE), "Code"),
        (replace(NESTS, withdrawn=True), "[Withdrawn]"),
        (replace(NESTS, title="Hypernetworks for All Nests", version=2), "for All Nests"),
    ],
    ids=["code", "withdrawn", "new version"],
)
async def test_news_of_a_paper_shows_at_once(posted: Channel, now: object, says: str) -> None:
    assert await posted.relisted(now) == 1  # type: ignore[arg-type]
    assert says in shown(posted)


async def test_counts_from_outside_change_a_card_every_few_hours_at_most(posted: Channel) -> None:
    assert await posted.relisted(replace(NESTS, counts=Counts(upvotes=10))) == 0
    posted.clock.moment += timedelta(hours=7)
    assert await posted.relisted(replace(NESTS, counts=Counts(upvotes=44))) == 1
    assert "44" in shown(posted)
    assert await posted.relisted(replace(NESTS, counts=Counts(upvotes=45))) == 0


async def test_the_counts_that_came_too_soon_show_later_without_another_change(posted: Channel) -> None:
    assert await posted.relisted(replace(NESTS, counts=Counts(upvotes=10))) == 0
    assert await posted.card_updater.edit_changed() == 0
    posted.clock.moment += timedelta(hours=7)
    assert await posted.card_updater.edit_changed() == 1
    assert "10" in shown(posted)
    assert await posted.card_updater.edit_changed() == 0


async def test_an_edit_that_the_platform_did_not_take_is_made_later(posted: Channel) -> None:
    posted.platform.out = True
    assert await posted.relisted(replace(NESTS, withdrawn=True)) == 0
    posted.platform.out = False
    assert await posted.card_updater.edit_changed() == 0
    posted.clock.moment += timedelta(minutes=6)
    assert await posted.card_updater.edit_changed() == 1
    assert "[Withdrawn]" in shown(posted)


async def test_a_deleted_message_is_asked_for_once_and_never_posted_again(posted: Channel) -> None:
    (card,) = [d for d in await posted.store.outbox.sent_since(posted.clock.now()) if d.post.part == NESTS.id]
    posted.platform.deleted.add(card.post.key)
    assert await posted.relisted(replace(NESTS, withdrawn=True)) == 0
    asked, said = posted.platform.asked, len(posted.platform.posted)
    assert await posted.relisted(replace(NESTS, links=CODE)) == 0
    assert posted.platform.asked == asked
    await posted.tomorrow()
    assert len(posted.platform.posted) == said


async def test_a_vote_made_just_before_a_kill_shows_after_the_start(posted: Channel) -> None:
    await posted.store.votes.add_mark(mark(of=NESTS.id, at=posted.clock.now()))
    await posted.card_updater.note_recent_votes()
    assert await posted.card_updater.edit_changed() == 1
    assert "1 vote here" in shown(posted)


async def test_after_two_weeks_a_card_is_left_as_it_is(posted: Channel) -> None:
    posted.clock.moment += timedelta(days=15)
    assert await posted.relisted(replace(NESTS, withdrawn=True)) == 0


def rows(channel: Channel) -> list[tuple[str, str, str]]:
    """Title, votes and address of each paper in the digest that was edited last."""
    lists = [b for _, m in channel.platform.edited for b in m.blocks if isinstance(b, Papers)]
    return [(c.title, "".join(span.text for span in c.facts), c.url) for c in lists[-1].items]


async def address_of(channel: Channel, paper: Paper) -> str:
    [card] = await channel.store.outbox.sent_showing("web:home", paper.id, channel.clock.now() - DAY)
    return f"https://chat.example/{card.post.key}"


async def test_a_digest_links_to_its_cards_once_they_are_posted_and_follows_the_votes(channel: Channel) -> None:
    await channel.says("schedule daily 09:00")
    await channel.tomorrow()
    assert await channel.card_updater.edit_changed() == 1
    linked = [await address_of(channel, paper) for paper in (NESTS, FEATHERS, WORMS)]
    assert [url for _, _, url in rows(channel)] == linked
    for who in (ADA, BOB):
        await channel.presses(Action("vote", (FEATHERS.id,)), who=who)
    assert await channel.card_updater.edit_changed() == 1, "the card at once, the digest a minute later"
    channel.clock.moment += timedelta(minutes=2)
    assert await channel.card_updater.edit_changed() == 1
    assert [(title, votes) for title, votes, _ in rows(channel)] == [
        ("Diffusion of Feathers", "▲\u00a05 · 2 votes here"),
        ("Hypernetworks for Nests", "▲\u00a09"),
        ("A Study of Worms", "▲\u00a01"),
    ]
    channel.clock.moment += DAY
    await channel.presses(Action("vote", (WORMS.id,)), who=BOB)
    assert await channel.card_updater.edit_changed() == 1, "a digest of yesterday is left as it is"


async def test_a_digest_whose_cards_were_posted_before_a_kill_is_linked_after_the_start(channel: Channel) -> None:
    await channel.says("schedule daily 09:00")
    await channel.planner.plan_due()
    channel.clock.moment += DAY
    await channel.planner.plan_due()
    await Dispatcher(
        channel.store.outbox, {"web": channel.platform}, channel.clock, on_broken=channel.availability.hold_place
    ).deliver_due()
    assert await channel.card_updater.edit_changed() == 0
    await channel.card_updater.note_recent_votes()
    assert await channel.card_updater.edit_changed() == 1
    assert rows(channel)[0][2] == await address_of(channel, NESTS)


async def test_a_digest_alone_follows_the_votes_in_its_messages(channel: Channel) -> None:
    await channel.says("schedule daily 09:00 compact")
    await channel.tomorrow()
    channel.clock.moment += timedelta(minutes=2)
    await channel.presses(Action("vote", (WORMS.id,)), who=BOB)
    await channel.presses(Action("vote", (WORMS.id,)), who=ADA)
    assert await channel.card_updater.edit_changed() == 1
    assert [(title, votes) for title, votes, _ in rows(channel)][1:] == [
        ("A Study of Worms", "▲\u00a01 · 2 votes here"),
        ("Diffusion of Feathers", "▲\u00a05"),
    ]


async def test_votes_all_day_edit_a_digest_some_hundred_times_at_most(channel: Channel) -> None:
    await channel.says("schedule daily 09:00")
    await channel.tomorrow()
    await channel.card_updater.edit_changed()
    before = len(channel.platform.edited)
    for minute in range(200):
        channel.clock.moment += timedelta(minutes=1 if minute < 60 else 10)
        voted = mark(f"web:home/p{minute}", of=(NESTS, FEATHERS)[minute % 2].id, at=channel.clock.now())
        await channel.store.votes.add_mark(voted)
        await channel.card_updater.note_vote("web:home", WORMS.id)  # its card stays the same
        await channel.card_updater.edit_changed()
    digests = len(channel.platform.edited) - before
    assert 60 < digests <= 110
