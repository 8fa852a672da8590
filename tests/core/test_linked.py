"""What Hugging Face links to a paper: asked for once, and never waited for long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.catalog.linked_repos import MAX_REQUESTS_PER_MINUTE, LinkedRepoSource
from bot.chat.catalog import LinkedRepo, LinkedRepos
from bot.clock import FixedClock
from bot.sources.http import SourceClient
from bot.store.sql import Store
from tests.fakes.papers import FakePapers

ONE = "arxiv:2503.00001"
ANSWER = {
    "id": "2503.00001",
    "linkedModels": [{"id": "aviary/nest-7b", "likes": 3}, {"id": "aviary/owl", "likes": 9}],
    "numTotalModels": 12,
    "linkedDatasets": [{"id": "aviary/eggs", "likes": 1}],
    "linkedSpaces": [{"id": "aviary/song", "emoji": "x", "running": True}],
}


@pytest.fixture
async def hub() -> AsyncIterator[FakePapers]:
    async with FakePapers() as fake:
        yield fake


@pytest.fixture
async def things(hub: FakePapers, store: Store, clock: FixedClock) -> AsyncIterator[LinkedRepoSource]:
    made = LinkedRepoSource(SourceClient(clock), hub.url, store.key_value("linked"), clock)
    yield made
    await made.aclose()


async def test_models_data_sets_and_spaces_come_most_liked_first(hub: FakePapers, things: LinkedRepoSource) -> None:
    hub.linked["2503.00001"] = ANSWER
    found = await things.linked_to(ONE)
    assert [one.name for one in found.models] == ["aviary/owl", "aviary/nest-7b"]
    assert found.datasets == (LinkedRepo(name="aviary/eggs", url=f"{hub.url}/datasets/aviary/eggs", likes=1),)
    assert found.spaces[0].url == f"{hub.url}/spaces/aviary/song"
    assert found.counts == (12, 1, 1)


async def test_an_answer_is_kept_for_a_day_also_by_another_process(
    hub: FakePapers, things: LinkedRepoSource, store: Store, clock: FixedClock
) -> None:
    hub.linked["2503.00001"] = ANSWER
    await things.linked_to(ONE)
    other = LinkedRepoSource(SourceClient(clock), hub.url, store.key_value("linked"), clock)
    clock.moment += timedelta(hours=23)
    assert (await other.linked_to(ONE)).models
    assert hub.asked["/api/papers"] == 1
    clock.moment += timedelta(hours=2)
    await other.linked_to(ONE)
    assert hub.asked["/api/papers"] == 2
    await other.aclose()


async def test_what_is_too_old_does_not_pile_up(
    hub: FakePapers, things: LinkedRepoSource, store: Store, clock: FixedClock
) -> None:
    for day in range(5):
        await things.linked_to(f"arxiv:2503.0000{day}")
        clock.moment += timedelta(days=1)
    assert len(await store.key_value("linked").scan("")) == 2


async def test_strangers_who_open_every_paper_make_us_ask_so_often_a_minute_and_no_more(
    hub: FakePapers, things: LinkedRepoSource, clock: FixedClock
) -> None:
    for number in range(100):
        await things.linked_to(f"arxiv:2503.{number:05d}")
    assert hub.asked["/api/papers"] == MAX_REQUESTS_PER_MINUTE
    clock.moment += timedelta(minutes=1)
    await things.linked_to("arxiv:2503.00099")
    assert hub.asked["/api/papers"] == MAX_REQUESTS_PER_MINUTE + 1


async def test_a_page_does_not_wait_for_a_slow_answer_and_has_it_the_next_time(
    hub: FakePapers, things: LinkedRepoSource
) -> None:
    hub.fail("/api/papers", "hang")
    began = time.monotonic()
    assert await things.linked_to(ONE) == LinkedRepos()
    assert time.monotonic() - began < 1.0


@pytest.mark.parametrize("fault", ["500", "html", "cut", "429", "bomb"])
async def test_a_failure_is_not_asked_again_for_ten_minutes(
    hub: FakePapers, things: LinkedRepoSource, clock: FixedClock, fault: str
) -> None:
    hub.linked["2503.00001"] = ANSWER
    hub.fail("/api/papers", fault)
    assert await things.linked_to(ONE) == LinkedRepos()
    await asyncio.sleep(0.05)
    tries = hub.asked["/api/papers"]
    hub.fail("/api/papers", "")
    clock.moment += timedelta(minutes=9)
    assert await things.linked_to(ONE) == LinkedRepos()
    assert hub.asked["/api/papers"] == tries
    clock.moment += timedelta(minutes=2)
    assert (await things.linked_to(ONE)).models


async def test_after_a_failure_other_papers_wait_a_minute_too(
    hub: FakePapers, things: LinkedRepoSource, clock: FixedClock
) -> None:
    hub.fail("/api/papers", "429")
    await things.linked_to(ONE)
    await asyncio.sleep(0.05)
    tries = hub.asked["/api/papers"]
    await things.linked_to("arxiv:2503.00002")
    assert hub.asked["/api/papers"] == tries
    hub.fail("/api/papers", "")
    clock.moment += timedelta(minutes=2)
    await things.linked_to("arxiv:2503.00002")
    assert hub.asked["/api/papers"] == tries + 1


async def test_names_that_lead_elsewhere_are_left_out(hub: FakePapers, things: LinkedRepoSource) -> None:
    bad = ["../evil", "//evil.example", "javascript:x", "a/b/c", "a b", "", None, 7, {"x": 1}, "a" * 300]
    hub.linked["2503.00001"] = {
        "linkedModels": [*({"id": id} for id in bad), "text", {"id": "aviary/secret", "private": True}],
        "linkedDatasets": "none",
        "numTotalSpaces": -4,
    }
    assert await things.linked_to(ONE) == LinkedRepos()


async def test_a_paper_that_is_not_on_arxiv_is_not_asked_for(hub: FakePapers, things: LinkedRepoSource) -> None:
    assert await things.linked_to("url:0123456789abcdef") == LinkedRepos()
    assert not hub.asked
