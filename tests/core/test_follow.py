"""Following topics, authors, categories and labs; and what trends, of one topic."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat.message import Card
from tests.builders import BOB, NOW, TODAY, listing, paper
from tests.core.conftest import Channel, titles


async def _listed(channel: Channel) -> None:
    papers = [
        paper(11, "Owls", authors=("Geoffrey E. Hinton",), upvotes=3),
        paper(12, "Larks", categories=("cs.CL",), upvotes=2),
        paper(13, "Storks", organization="Google DeepMind", upvotes=1),
    ]
    await channel.store.papers.add_listings([listing(p) for p in papers], NOW)


@pytest.mark.parametrize(
    ("followed", "found"),
    [
        ("author:hinton", ["Owls"]),
        ("cat:cs.CL", ["Larks"]),
        ("lab:deepmind", ["Storks"]),
        ('lab:"google deepmind"', ["Storks"]),
        ("hypernetworks", ["Hypernetworks for Nests"]),
    ],
)
async def test_topics_authors_categories_and_labs_can_be_followed(
    channel: Channel, followed: str, found: list[str]
) -> None:
    await _listed(channel)
    await channel.says(f"follow {followed}", who=BOB)
    mine = (await channel.says("mine", who=BOB)).message
    assert titles(mine) == found
    assert f"you follow “{followed}”" in [block.why for block in mine.blocks if isinstance(block, Card)]


@pytest.mark.parametrize("said", ["", "after:tomorrow birds", "?!", "x" * 101])
async def test_what_can_not_be_followed_is_told_with_examples(channel: Channel, said: str) -> None:
    answer = await channel.says(f"follow {said}", who=BOB)
    assert "lab:deepmind" in str(answer.message)
    assert await channel.store.people.followed_topics(BOB.key) == []


async def test_a_digest_has_a_paper_once_even_if_two_topics_and_two_days_match_it(channel: Channel) -> None:
    await _listed(channel)
    for what in ("author:hinton", "owls"):
        await channel.says(f"follow {what}", who=BOB)
    await channel.says("digest daily 09:00", who=BOB)
    await channel.tomorrow()
    again = paper(11, "Owls", authors=("Geoffrey E. Hinton",), upvotes=9)
    new = paper(14, "More Owls")
    await channel.store.papers.add_listings([listing(p, day=TODAY + timedelta(days=1)) for p in (again, new)], NOW)
    await channel.tomorrow()
    posted = [said.partition(":")[0] for said in channel.platform.said("dm-bob") if "Papers for" not in said]
    assert sorted(posted) == ["More Owls", "Owls"]


@pytest.mark.parametrize(
    ("said", "heading", "found"),
    [
        ("trending", "Trending this week", ["Hypernetworks for Nests", "Diffusion of Feathers", "A Study of Worms"]),
        ("trending week feathers", "Trending this week on “feathers”", ["Diffusion of Feathers"]),
        ("trending day worms", "Trending today on “worms”", ["A Study of Worms"]),
        ("trending hypernetworks", "Trending this week on “hypernetworks”", ["Hypernetworks for Nests"]),
        ("trending month author:nobody", "Trending this month on “author:nobody”", []),
    ],
)
async def test_what_trends_can_be_asked_by_span_and_topic(
    channel: Channel, said: str, heading: str, found: list[str]
) -> None:
    message = (await channel.says(said)).message
    assert heading in str(message)
    assert titles(message) == found


async def test_trending_says_why(channel: Channel) -> None:
    first = next(b for b in (await channel.says("trending today")).message.blocks if isinstance(b, Card))
    assert first.why == "9 upvotes, listed today"


async def test_trending_goes_back_a_month_at_most(channel: Channel) -> None:
    assert "trending month" in str((await channel.says("trending year")).message)
