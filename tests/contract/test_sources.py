"""What every source must do, and how each bears what the world sends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from aiohttp import ClientTimeout

from bot.clock import FixedClock
from bot.errors import Malformed, SourceError, StoreError, Throttled, Unreachable
from bot.ingest.ingester import Ingester
from bot.sources.address_check import is_public_address
from bot.sources.arxiv import Arxiv
from bot.sources.feeds import Feed
from bot.sources.http import SourceClient
from bot.sources.huggingface import HuggingFace
from bot.sources.source import Source
from bot.store.sql import Store
from bot.store.sql.papers import Papers
from tests.builders import TODAY
from tests.fakes import papers
from tests.fakes.papers import FakePapers, entry
from tests.fakes.sandbox import DirectSandbox

PATHS = {"huggingface": "/api/daily_papers", "arxiv": "/atom", "feed": "/feed.xml"}


@dataclass
class World:
    """The fake servers, and the sources that read them."""

    fake: FakePapers
    clock: FixedClock
    sources: dict[str, Source]


@pytest.fixture(scope="session", autouse=True)
def _bomb_is_built() -> None:
    """Building it takes longer than the client waits."""
    papers.bomb()


@pytest.fixture
async def world(clock: FixedClock) -> AsyncIterator[World]:
    async with FakePapers() as fake:
        fake.list(TODAY, [entry(n, upvotes=n) for n in range(1, 4)])

        def client() -> SourceClient:
            return SourceClient(clock, timeout=ClientTimeout(total=0.5))

        sources: dict[str, Source] = {
            "huggingface": HuggingFace(client(), fake.url),
            "arxiv": Arxiv(client(), fake.url, ["cs.CL"], DirectSandbox()),
            "feed": Feed(client(), f"{fake.url}/feed.xml", "127.0.0.1", DirectSandbox()),
        }
        yield World(fake, clock, sources)
        for source in sources.values():
            await source.aclose()


@pytest.mark.parametrize("name", PATHS)
async def test_lists_readable_papers_with_safe_links(world: World, name: str) -> None:
    batch = await world.sources[name].fetch(TODAY)
    assert len(batch.listings) >= 2
    for item in batch.listings:
        assert item.source == world.sources[name].name
        assert item.source in item.paper.sources
        assert item.paper.title
        assert "<" not in item.paper.title
        assert item.paper.links.page.startswith("https://")


@pytest.mark.parametrize("name", PATHS)
async def test_says_who_it_is_and_asks_only_for_what_changed(world: World, name: str) -> None:
    source: Any = world.sources[name]
    first = await source.fetch(TODAY)
    source.confirm_stored(TODAY)
    again = await source.fetch(TODAY)
    assert world.fake.unchanged[PATHS[name]] == 1
    assert again.unchanged or again == first
    assert all(agent.startswith("paperboy-bot/") and "+https://" in agent for agent in world.fake.agents)


class LockedOnce:
    """The papers of a store whose database is locked at the first write."""

    def __init__(self, papers: Papers) -> None:
        self._papers = papers
        self._is_locked = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._papers, name)

    async def add_listings(self, *args: Any) -> Any:
        if self._is_locked:
            self._is_locked = False
            raise StoreError("The database is locked.")
        return await self._papers.add_listings(*args)


@pytest.mark.parametrize("name", PATHS)
async def test_a_list_that_could_not_be_stored_is_fetched_whole_again(world: World, store: Store, name: str) -> None:
    source = world.sources[name]
    papers: Any = LockedOnce(store.papers)
    ingester = Ingester(papers, [source], FixedClock(datetime.combine(TODAY, time(18), UTC)))
    with pytest.raises(StoreError):
        await ingester.fetch_source(source)
    await ingester.fetch_source(source)
    assert await store.papers.count_papers() > 0
    unchanged = world.fake.unchanged[PATHS[name]]
    await ingester.fetch_source(source)  # from now on, only whether it changed
    assert world.fake.unchanged[PATHS[name]] > unchanged


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize(
    ("fault", "error", "told"),
    [
        ("500", Unreachable, "HTTP 500"),
        ("hang", Unreachable, "did not answer in time"),
        ("html", Malformed, "HTML|an RSS"),
        ("cut", Malformed, "cut off"),
        ("bomb", Malformed, "more than 20 MB"),
        ("429", Throttled, "wait 120 s"),
    ],
)
async def test_a_fault_is_a_clear_error(world: World, name: str, fault: str, error: type[Exception], told: str) -> None:
    world.fake.fail(PATHS[name], fault)
    with pytest.raises(error, match=told) as caught:
        await world.sources[name].fetch(TODAY)
    assert isinstance(caught.value, SourceError)


@pytest.mark.parametrize("fault", ["500", "hang", "html", "cut", "bomb", "429"])
async def test_one_broken_source_stops_no_other_and_loses_nothing(world: World, store: Store, fault: str) -> None:
    world.fake.fail(PATHS["huggingface"], fault)
    intake = Ingester(store.papers, list(world.sources.values()), world.clock)
    looks = {look.source: look for look in await intake.fetch_all() if look.day == TODAY or look.error}
    assert looks["huggingface"].error
    assert not looks["arxiv"].error
    assert await store.papers.count_papers() > 0
    world.fake.fail(PATHS["huggingface"], "")
    await intake.fetch_all()
    assert len(await store.papers.listed_between(["huggingface"], TODAY, TODAY)) == 3
    assert len(await store.papers.listed_between(["arxiv"], TODAY, TODAY)) == 2


async def test_days_missed_in_an_outage_are_asked_for_again(world: World, store: Store) -> None:
    intake = Ingester(store.papers, [world.sources["huggingface"]], world.clock)
    await intake.fetch_all()
    world.fake.fail(PATHS["huggingface"], "500")
    world.clock.moment += timedelta(days=1)
    await intake.fetch_all()
    for n in range(1, 5):
        world.fake.list(TODAY + timedelta(days=n), [entry(n * 10)])
    world.fake.fail(PATHS["huggingface"], "")
    world.clock.moment += timedelta(days=3)
    looks = await intake.fetch_all()
    assert [look.day for look in looks] == [TODAY + timedelta(days=n) for n in range(5)]
    assert len(await store.papers.listed_days(["huggingface"])) == 5


async def test_an_answer_that_could_not_be_used_is_asked_for_whole_again(world: World) -> None:
    fine = world.fake.list
    fine(TODAY, "nonsense")  # type: ignore[arg-type]
    with pytest.raises(Malformed):
        await world.sources["huggingface"].fetch(TODAY)
    with pytest.raises(Malformed):  # and not "unchanged"
        await world.sources["huggingface"].fetch(TODAY)


async def test_the_token_stays_with_its_host(clock: FixedClock) -> None:
    async with FakePapers() as own, FakePapers() as other:
        own.redirect = f"{other.url}/api/daily_papers"
        source = HuggingFace(SourceClient(clock, token="hf_secret", private_addresses="any"), own.url)
        await source.fetch(TODAY)
        await source.aclose()
        assert own.tokens == {"Bearer hf_secret"}
        assert other.tokens == {""}


@pytest.mark.parametrize("to", ["http://[", "http://h:99999/", "ftp://example.org/", "http://a..b/"])
async def test_a_redirect_to_nowhere_is_a_clear_error(clock: FixedClock, to: str) -> None:
    async with FakePapers() as fake:
        fake.redirect = to
        source = HuggingFace(SourceClient(clock), fake.url)
        with pytest.raises(SourceError):
            await source.fetch(TODAY)
        await source.aclose()


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("source", ["huggingface", "arxiv"])
async def test_a_redirect_does_not_lead_into_this_network(clock: FixedClock, source: str, name: str) -> None:
    async with FakePapers() as own, FakePapers() as inner:
        own.redirect = f"http://{name}:{inner.url.rpartition(':')[2]}/api/daily_papers"
        client = SourceClient(clock)
        made: Source = HuggingFace(client, own.url)
        if source == "arxiv":
            made = Arxiv(client, own.url, ["cs.CL"], DirectSandbox())
        with pytest.raises(SourceError, match="network"):
            await made.fetch(TODAY)
        await made.aclose()
        assert not inner.asked


async def test_a_feed_that_declares_entities_is_refused(world: World) -> None:
    world.fake.fail("/feed.xml", "entities")
    with pytest.raises(Malformed, match="entities"):
        await world.sources["feed"].fetch(TODAY)


async def test_a_passing_fault_is_tried_again_with_growing_patience(world: World) -> None:
    world.fake.fail(PATHS["huggingface"], "500")
    with pytest.raises(Unreachable):
        await world.sources["huggingface"].fetch(TODAY)
    assert world.fake.asked[PATHS["huggingface"]] == 3
    assert world.clock.slept == [1.0, 2.0]


async def test_feeds_can_not_reach_into_this_network(clock: FixedClock) -> None:
    async with FakePapers() as fake:
        client = SourceClient(clock, private_addresses="none")
        for url in (
            f"{fake.url}/feed.xml",
            f"http://localhost:{fake.url.rpartition(':')[2]}/feed.xml",
            "file:///etc/hosts",
            "http://127.0.0.1\\@example.org/",
            "http://[::1/",
            "http://0x7f.1/",
            "http://[::ffff:7f00:1]/",
        ):
            with pytest.raises(SourceError):
                await Feed(client, url, "x", DirectSandbox()).fetch(TODAY)
        await client.aclose()
        assert not fake.asked


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "::1", "fe80::1%eth0",
                                     "::ffff:127.0.0.1", "0.0.0.0", "224.0.0.1", "100.64.0.1", "nonsense",
                                     "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1",
                                     "2002:7f00:1::", "2002:a9fe:a9fe::", "2001:0:7f00:1::", "192.0.0.192", "fec0::1",
                                     "fd00:ec2::254", "192.88.99.1", "3fff::1"])  # fmt: skip
def test_private_addresses_are_known(address: str) -> None:
    assert not is_public_address(address)


def test_public_addresses_are_known() -> None:
    assert is_public_address("93.184.216.34")
    assert is_public_address("2606:2800:220:1::1")
    assert is_public_address("64:ff9b::5db8:d822")  # 93.184.216.34 where a network has IPv6 only
