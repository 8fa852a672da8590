"""The lists of Hugging Face and arXiv: their records, pages and pauses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import ClientTimeout

from bot.clock import FixedClock
from bot.ingest.ingester import Ingester
from bot.ingest.paper_lookup import PaperLookup
from bot.sources import arxiv
from bot.sources.arxiv import Arxiv, ArxivApi
from bot.sources.http import SourceClient
from bot.sources.huggingface import HuggingFace, HuggingFaceSearch, parse_listings
from bot.sources.page import FetchedPage
from bot.sources.rate_limit import RequestBudget, RequestPacer
from bot.store.sql import Store
from tests.builders import TODAY
from tests.fakes import papers
from tests.fakes.papers import FakePapers, entry
from tests.fakes.sandbox import DirectSandbox


async def test_arxiv_is_asked_once_in_three_seconds(clock: FixedClock) -> None:
    async with FakePapers() as fake:
        client = SourceClient(clock, pacer=RequestPacer(clock, "arxiv", timedelta(seconds=3)), connections=1)
        source = Arxiv(client, fake.url, ["cs.CL"], DirectSandbox())
        for _ in range(3):
            await source.fetch(TODAY)
        await source.aclose()
    assert clock.slept == [3.0, 3.0]


async def test_a_closed_window_is_waited_for_and_not_knocked_at(clock: FixedClock) -> None:
    budget = RequestBudget(clock)
    budget.note_header('"api";r=489;t=92')
    assert budget.wait_s == 0
    budget.note_header('"api";r=0;t=92')
    assert budget.wait_s == 92
    clock.moment += timedelta(seconds=92)
    assert budget.wait_s == 0


async def test_a_long_list_is_read_page_by_page(clock: FixedClock) -> None:
    async with FakePapers() as fake:
        fake.list(TODAY, [entry(n) for n in range(230)])
        source = HuggingFace(SourceClient(clock), fake.url)
        assert len((await source.fetch(TODAY)).listings) == 230
        await source.aclose()


def test_an_edition_is_dated_by_the_inner_record() -> None:
    """The outer `publishedAt` is New York time labelled as UTC."""
    batch = parse_listings([entry(1, day="2025-03-19")], None, "x")
    assert batch.listings[0].day.isoformat() == "2025-03-19"
    assert batch.listings[0].paper.published is not None
    assert batch.listings[0].paper.published.isoformat() == "2025-03-17T12:00:00+00:00"


def test_a_bad_record_is_rejected_alone_with_its_reason() -> None:
    records = [entry(1), {"paper": {"id": "2503.00002"}}, "nonsense", {"paper": {"id": "x", "title": "y"}}, entry(3)]
    batch = parse_listings(records, TODAY, "answer")
    assert [item.paper.id for item in batch.listings] == ["arxiv:2503.00001", "arxiv:2503.00003"]
    assert [bad.where for bad in batch.rejected] == ["answer[1]", "answer[2]", "answer[3]"]
    assert all(bad.reason for bad in batch.rejected)


def test_unknown_fields_are_ignored_and_missing_ones_are_fine() -> None:
    newer = entry(1, somethingNew={"deep": [1]}, githubRepo=None, organization={"fullname": "A Lab"})
    newer["another"] = 1
    bare = {"paper": {"id": "2503.00009", "title": "Bare"}}
    first, second = parse_listings([newer, bare], TODAY, "x").listings
    assert first.paper.organization == "A Lab"
    assert second.paper.title == "Bare"


@pytest.mark.parametrize(
    "drift",
    [
        {"authors": None},
        {"authors": ["Ada Lovelace"]},
        {"authors": [{"name": None}]},
        {"organization": "A Lab"},
        {"ai_keywords": "a, b"},
        {"upvotes": "n/a"},
        {"githubStars": 1.5},
        {"publishedAt": 20250317},
        {"publishedAt": "0001-01-01T00:00:00+10:00"},
        {"summary": []},
    ],
    ids=str,
)
def test_a_field_that_changes_its_form_costs_that_field_only(drift: dict[str, object]) -> None:
    batch = parse_listings([entry(1, **drift)], TODAY, "x")
    assert [item.paper.id for item in batch.listings] == ["arxiv:2503.00001"]
    assert batch.listings[0].paper.counts.comments == 1


def test_links_of_strangers_are_kept_only_when_they_are_web_addresses() -> None:
    (item,) = parse_listings(
        [entry(1, githubRepo="javascript:alert(1)", projectPage="https://example.org/p")], TODAY, "x"
    ).listings
    assert item.paper.links.code == ""
    assert item.paper.links.project == "https://example.org/p"


def test_a_listing_of_arxiv_has_new_and_cross_but_no_replaced_papers() -> None:
    page = FetchedPage(url="x", body=papers.atom_feed("cs.CL"), content_type="application/atom+xml")
    assert [i.paper.id for i in arxiv.parse_announcements(page, TODAY).listings] == [
        "arxiv:2503.00001",
        "arxiv:2503.00002",
    ]
    assert len(arxiv.parse_announcements(page, TODAY, cross_lists=False).listings) == 1
    assert arxiv.parse_announcements(page, TODAY).listings[0].paper.authors == ("Ada Lovelace", "Alan Turing")
    assert arxiv.parse_announcements(page, TODAY - timedelta(days=1)).listings == ()


async def test_a_standing_search_is_a_source_of_its_own(clock: FixedClock) -> None:
    async with FakePapers() as fake:
        fake.list(TODAY, [entry(1, "Hypernetworks for Birds"), entry(2, "Owls")])
        source = HuggingFaceSearch(SourceClient(clock), fake.url, ["hypernetworks"])
        batch = await source.fetch(TODAY)
        await source.aclose()
    assert [item.paper.title for item in batch.listings] == ["Hypernetworks for Birds"]
    assert batch.listings[0].source == "huggingface-search"


async def test_a_paper_nobody_listed_is_looked_up_and_kept(clock: FixedClock, store: Store) -> None:
    async with FakePapers() as fake:
        api = ArxivApi(SourceClient(clock, timeout=ClientTimeout(total=0.3)), f"{fake.url}/api/query", DirectSandbox())
        look_up = PaperLookup(api, Ingester(store.papers, (), clock), clock)
        found = await look_up.fetch_paper("arxiv:2503.00777")
        assert found is not None
        assert (found.title, found.version) == ("Asked for 2503.00777", 2)
        assert await look_up.fetch_paper("arxiv:0000.00000") is None
        assert await look_up.fetch_paper("text:1234") is None
        fake.fail("/api/query", "hang")
        assert await look_up.fetch_paper("arxiv:2503.00778") is None
        await api.aclose()
    assert "arxiv:2503.00777" in await store.papers.get_papers(["arxiv:2503.00777"])
    assert await store.papers.listed_days(["huggingface", "arxiv"]) == []  # on no day's list
