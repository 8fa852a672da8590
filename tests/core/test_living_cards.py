"""What was posted keeps up with what is known, and no more often than there is something to show."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.chat.message import Action, Card
from bot.papers.model import Counts, Links
from tests.builders import BOB, mark, paper
from tests.core.conftest import Channel

NESTS = paper(1, "Hypernetworks for Nests", upvotes=9)
CODE = replace(NESTS.links, code="https://github.com/example/nests")


@pytest.fixture
async def posted(channel: Channel) -> Channel:
    await channel.says("schedule daily 09:00")
    await channel.tomorrow()
    return channel


def shown(channel: Channel) -> str:
    """The facts of the card that was edited last."""
    card = channel.platform.edited[-1][1].blocks[0]
    assert isinstance(card, Card)
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


async def test_a_compact_list_is_left_as_it_is(channel: Channel) -> None:
    await channel.says("schedule daily 09:00 top 1 compact about: hypernetworks")
    await channel.tomorrow()
    assert await channel.relisted(replace(NESTS, links=Links(page="https://example.org"))) == 0
