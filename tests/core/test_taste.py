"""A channel's votes decide the order of its papers: from twenty votes on, with the reason, and for itself alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.chat.event import Place
from bot.chat.message import Card
from bot.clock import FixedClock
from bot.delivery.planner import Planner, Preview
from bot.papers.model import Paper
from bot.search import Search
from bot.store.sql import Store
from bot.summaries import SummaryService
from bot.votes.taste import MIN_VOTES_FOR_TASTE
from tests.builders import NOW, PAPERS, TODAY, listing, mark, paper, post, subscription
from tests.core.conftest import Channel
from tests.fakes.embedder import WordEmbedder
from tests.fakes.notebook import Notebook

OTHER = Place("web", "home", "other")
BEFORE = TODAY - timedelta(days=3)
BIRDS, WORMS = range(100, 100 + MIN_VOTES_FOR_TASTE), range(200, 205)


def about(number: int, subject: str, upvotes: int = 0) -> Paper:
    return paper(number, f"{subject} {number}", upvotes=upvotes, abstract=f"{subject} {subject} {subject}")


def birds(number: int, upvotes: int = 0) -> Paper:
    return about(number, "Feather nest song", upvotes)


def worms(number: int, upvotes: int = 0) -> Paper:
    return about(number, "Soil tunnel segment", upvotes)


class Town:
    """A store with a past, and a planner over it."""

    def __init__(self, store: Store, clock: FixedClock) -> None:
        self.store = store
        self.search = Search(store.papers, store.vectors, WordEmbedder())
        self.lines = SummaryService(store.summaries, writer=None, clock=clock)
        self.planner = Planner(store, self.search, self.lines, {"web": Notebook()}, clock)
        self.clock = clock

    async def shown(self, place: Place = PAPERS) -> None:
        """Birds and worms were shown there."""
        papers = [birds(n) for n in BIRDS] + [worms(n) for n in WORMS]
        await self.store.papers.add_listings([listing(p, day=BEFORE) for p in papers], NOW)
        ids = tuple(p.id for p in papers)
        await self.store.outbox.add_posts([post(f"k-{place.channel}", place=place, papers=ids)])

    async def votes(self, numbers: range, value: int = 1) -> None:
        for n in numbers:
            await self.store.votes.add_mark(mark(of=f"arxiv:2503.{n:05d}", value=value))

    async def today(self, *papers: Paper) -> None:
        await self.store.papers.add_listings([listing(p) for p in papers], NOW)
        await self.search.embed_missing()

    async def preview(self, place: Place = PAPERS, **more: Any) -> Preview:
        return await self.planner.preview(subscription(place=place, **more))

    async def order(self, place: Place = PAPERS, **more: Any) -> list[str]:
        return [item.paper.title.split()[0] for item in (await self.preview(place, **more)).choice.chosen]


@pytest.fixture
async def town(store: Store, clock: FixedClock) -> AsyncIterator[Town]:
    town = Town(store, clock)
    yield town
    await town.search.aclose()
    await town.lines.aclose()


async def test_from_twenty_votes_on_a_channel_gets_papers_to_its_taste(town: Town) -> None:
    await town.shown()
    await town.today(worms(1, upvotes=30), birds(2, upvotes=10))
    await town.votes(BIRDS[:-1])
    assert await town.order() == ["Soil", "Feather"]
    await town.votes(BIRDS[-1:])
    assert await town.order() == ["Feather", "Soil"]


async def test_what_is_voted_down_sinks(town: Town) -> None:
    await town.shown()
    await town.votes(BIRDS)
    await town.today(worms(1, upvotes=30), about(2, "Quartz granite slate", 30), birds(3))
    assert set((await town.order())[1:]) == {"Soil", "Quartz"}
    await town.votes(WORMS, -1)
    assert await town.order() == ["Feather", "Quartz", "Soil"]


async def test_the_reason_names_a_paper_that_the_channel_voted_up(town: Town) -> None:
    await town.shown()
    await town.votes(BIRDS)
    await town.today(worms(1, upvotes=30), birds(2))
    first = (await town.preview()).choice.chosen[0]
    assert first.reasons[0].startswith("similar to “Feather nest song 1")
    assert first.reasons[0].endswith("”, which got votes here")


async def test_a_place_stays_open_to_what_others_like(town: Town) -> None:
    await town.shown()
    await town.votes(BIRDS)
    await town.today(*(birds(n) for n in range(1, 10)), worms(50, upvotes=99))
    chosen = (await town.preview(count=5)).choice.chosen
    assert [item.paper.title.split()[0] for item in chosen] == [*["Feather"] * 4, "Soil"]
    assert chosen[-1].reasons == ("chosen without this channel's votes",)


async def test_another_channel_is_not_taught_by_it_nor_is_a_persons_digest(town: Town) -> None:
    await town.shown()
    await town.votes(BIRDS)
    await town.today(worms(1, upvotes=30), birds(2))
    assert await town.order(OTHER) == ["Soil", "Feather"]
    await town.store.people.follow_topic("web:home/bob", "nest", NOW)
    await town.store.people.follow_topic("web:home/bob", "tunnel", NOW)
    assert await town.order(follows="web:home/bob") == ["Soil", "Feather"]


async def test_it_can_be_turned_off(town: Town) -> None:
    await town.shown()
    await town.votes(BIRDS)
    await town.today(worms(1, upvotes=30), birds(2))
    off = Planner(town.store, town.search, town.lines, {"web": Notebook()}, town.clock, taste=False)
    preview = await off.preview(subscription())
    assert [item.paper.title.split()[0] for item in preview.choice.chosen] == ["Soil", "Feather"]
    assert preview.votes is None


async def test_the_post_says_how_its_papers_were_chosen(town: Town) -> None:
    await town.shown()
    await town.votes(BIRDS)
    await town.today(worms(1, upvotes=30), birds(2), birds(3))
    await town.store.subscriptions.add_subscription(subscription(count=2))
    assert await town.planner.plan_due() == 3
    head, first, _ = [d.post for d in await town.store.outbox.in_edition("s1", f"huggingface:{TODAY}")]
    assert "what this channel votes for" in str(head.message.blocks)
    assert "which got votes here" in " ".join(b.why for b in first.message.blocks if isinstance(b, Card))


async def test_why_and_the_preview_say_how_many_votes_teach(channel: Channel) -> None:
    await channel.store.subscriptions.add_subscription(subscription())
    await channel.store.outbox.add_posts([post(papers=("arxiv:2503.00001",))])
    await channel.store.votes.add_mark(mark())
    assert "It has 1 so far" in str((await channel.says("why")).message.blocks)
    for n in range(MIN_VOTES_FOR_TASTE):
        await channel.store.votes.add_mark(mark(f"web:home/p{n}"))
    assert "21 votes in this channel decide the order of its papers" in str((await channel.says("why")).message.blocks)
    assert "21 votes in this channel" in str((await channel.says("schedule daily 10:00")).message.blocks)


async def test_a_community_reaches_a_number_of_votes(store: Store) -> None:
    await store.votes.add_mark(mark())
    await store.votes.add_mark(mark("web:home/bob"))
    await store.votes.add_mark(mark(tenant="web:elsewhere"))
    await store.votes.toggle_vote(mark("web:home/cy"), off=True)
    assert await store.votes.has_marks("web:home", 2)
    assert not await store.votes.has_marks("web:home", 3)
