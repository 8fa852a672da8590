"""Saved papers decide the order of a person's own papers: only on request, and for no one else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat.event import Person
from bot.chat.message import Card, Footnote, Message
from bot.papers.model import Paper
from bot.votes.taste import MIN_SAVED_PAPERS
from tests.builders import ADA, BOB, NOW, TODAY, listing, paper
from tests.core.conftest import Channel, titles
from tests.fakes.embedder import WordEmbedder

BIRDS = [paper(n, f"Feather nest song {n}", abstract="feather nest song") for n in range(100, 100 + MIN_SAVED_PAPERS)]
WORMS = paper(31, "Soil tunnel segment", abstract="soil tunnel segment", upvotes=30)
STORK = paper(30, "A feather in the nest", abstract="feather nest song")
TOPICS = ("tunnel", "feather")


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
async def town(channel: Channel) -> Channel:
    """Birds of long ago, and two papers of today: worms that others like, and one more on birds."""
    await channel.store.papers.add_listings([listing(p, day=TODAY - timedelta(days=60)) for p in BIRDS], NOW)
    await channel.store.papers.add_listings([listing(p) for p in (STORK, WORMS)], NOW)
    await channel.search.embed_missing()
    return channel


async def saves_and_follows(town: Channel, who: Person, papers: list[Paper]) -> None:
    for item in papers:
        await town.says(f"save {item.id}", who=who)
    for topic in TOPICS:
        await town.says(f"follow {topic}", who=who)


def order(message: Message) -> list[str]:
    return [title for title in titles(message) if title in {WORMS.title, STORK.title}]


async def test_taste_is_off_until_a_person_turns_it_on_for_themselves(town: Channel) -> None:
    for who in (ADA, BOB):
        await saves_and_follows(town, who, BIRDS)
    assert order((await town.says("mine", who=BOB)).message) == [WORMS.title, STORK.title]
    assert "come first" in str((await town.says("taste on", who=BOB)).message)
    mine = (await town.says("mine", who=BOB)).message
    assert order(mine) == [STORK.title, WORMS.title]
    first = next(b for b in mine.blocks if isinstance(b, Card) and b.title == STORK.title)
    assert "similar to “Feather nest song 1" in first.why
    assert "which you saved" in first.why
    assert order((await town.says("mine", who=ADA)).message) == [WORMS.title, STORK.title]
    await town.says("taste off", who=BOB)
    assert order((await town.says("mine", who=BOB)).message) == [WORMS.title, STORK.title]


async def test_it_says_how_many_saved_papers_it_takes(town: Channel) -> None:
    await saves_and_follows(town, BOB, BIRDS[:-1])
    assert f"you have {MIN_SAVED_PAPERS - 1}." in str((await town.says("taste on", who=BOB)).message)
    assert order((await town.says("mine", who=BOB)).message) == [WORMS.title, STORK.title]


async def test_a_digest_follows_it_with_the_reason(town: Channel) -> None:
    await saves_and_follows(town, BOB, BIRDS)
    await town.says("taste on", who=BOB)
    await town.says("digest daily 09:00 top 1", who=BOB)
    await town.tomorrow()
    posted = [message for place, message in town.platform.posted.values() if place.channel == "dm-bob"]
    chosen = posted[0].blocks[1]
    assert isinstance(chosen, Footnote)
    assert "closest to what you saved" in "".join(span.text for span in chosen.text)
    assert "which you saved" in str(posted[1].blocks)
    assert STORK.title in posted[1].plain


async def test_being_forgotten_turns_it_off(town: Channel) -> None:
    await town.says("taste on", who=BOB)
    assert (await town.store.ownership.export(BOB.key))["personal_tastes"]
    await town.store.ownership.forget(BOB.key)
    assert not await town.store.people.has_taste(BOB.key)
