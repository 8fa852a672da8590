"""What every source must do, and how each bears what the world sends."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientTimeout

from bot.clock import FixedClock
from bot.errors import Malformed, SourceError, StoreError, Throttled, Unreachable
from bot.ingest.ingester import Ingester
from bot.ingest.paper_lookup import PaperLookup
from bot.papers.model import Listing, Paper
from bot.sources import arxiv
from bot.sources.address_check import is_public_address
from bot.sources.arxiv import Arxiv, ArxivApi
from bot.sources.feeds import Feed, parse_feed
from bot.sources.files import read_papers
from bot.sources.http import SourceClient
from bot.sources.huggingface import HuggingFace, HuggingFaceSearch, parse_listings
from bot.sources.page import FetchedPage
from bot.sources.rate_limit import RequestBudget, RequestPacer
from bot.sources.source import Source
from bot.store.protocol import Papers, Store
from tests.builders import SHARED, TODAY, needs_shared
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


# ---- files


def test_json_lines_keep_foreign_ids_and_reject_bad_lines_alone(tmp_path: Path) -> None:
    file = tmp_path / "corpus.jsonl"
    file.write_text(
        '{"id": "4983", "title": "Owls"}\nnonsense\n\n{"id": "2503.00001v2", "title": "Nests", "date": "2025-03-18"}\n'
    )
    (batch,) = read_papers(file)
    assert [item.paper.id for item in batch.listings] == ["4983", "arxiv:2503.00001"]
    assert batch.listings[1].paper.version == 2
    assert [bad.where for bad in batch.rejected] == ["corpus.jsonl:2"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.json", b"", "empty"),
        ("a.json", b"<html>", "HTML"),
        ("a.json", b"[{", "broken JSON"),
        ("a.json", b'"x"', "a list"),
        ("a.json", b'["\xff"]', "UTF-8|broken"),
        ("a.json.gz", b"\x1f\x8b\x08\x00broken", "damaged gzip"),
        ("a.json.gz", b"not gzip", "damaged gzip"),
    ],
)
def test_a_file_that_can_not_be_read_says_why(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Malformed, match=told):
        list(read_papers(tmp_path / name))


def test_a_folder_is_read_past_its_bad_files(tmp_path: Path) -> None:
    (tmp_path / "2025-03-17.json").write_text("<html>")
    (tmp_path / "2025-03-18.json").write_text(json.dumps([entry(1)]))
    found: list[Listing] = []
    with pytest.raises(Malformed, match="2025-03-17"):
        for batch in read_papers(tmp_path):
            found += batch.listings
    assert [item.day.isoformat() for item in found] == ["2025-03-18"]


@needs_shared
@pytest.mark.slow
def test_every_recorded_day_is_read_whole() -> None:
    listings = rejected = 0
    for batch in read_papers(SHARED / "hf-daily-papers"):
        listings += len(batch.listings)
        rejected += len(batch.rejected)
    assert listings > 8_000
    assert rejected == 0


@needs_shared
def test_recorded_search_pages_hold_643_papers_in_788_rows() -> None:
    ids = [item.paper.id for batch in read_papers(SHARED / "hf-searches" / "searches.json") for item in batch.listings]
    assert (len(ids), len(set(ids))) == (788, 643)


@needs_shared
@pytest.mark.parametrize(
    "file", sorted((SHARED / "arxiv-api-fixtures" / "atom").glob("*.json")), ids=lambda f: f.stem[:30]
)
def test_recorded_answers_of_the_arxiv_api_are_read(file: Path) -> None:
    recorded = json.loads(file.read_text())
    page = FetchedPage(url="x", body=recorded["body"].encode(), content_type="application/atom+xml")
    found = arxiv.parse_api_response(page)
    assert len(found) == recorded["body"].count("<entry>") - recorded["body"].count("<title>Error</title>")
    assert all(paper.title and paper.authors and paper.published for paper in found)


# ---- feeds as people publish them


def rss(*items: str, head: str = '<?xml version="1.0"?>') -> str:
    return f'{head}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Lab</title>{"".join(items)}</channel></rss>'


def item(title: str = "Nests", link: str = "https://lab.example/p/1", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def atom(*entries: str, head: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{head}<title>Lab</title>{"".join(entries)}</feed>'


def papers_of(feed: str | bytes, content_type: str = "application/rss+xml") -> list[Paper]:
    body = feed if isinstance(feed, bytes) else feed.encode()
    page = FetchedPage(url="https://lab.example/news/feed.xml", body=body, content_type=content_type)
    return [listing.paper for listing in parse_feed(page, TODAY, "feed:lab").listings]


@pytest.mark.parametrize(
    ("charset", "title"),
    [
        ("windows-1251", "Обучение без учителя"),
        ("GBK", "大规模语言模型"),
        ("ISO-8859-2", "Uczenie głębokie"),
        ("Shift_JIS", "深層学習"),
        ("UTF-16", "Réseaux à attention"),
    ],
)
def test_the_charset_of_the_header_counts_where_the_document_names_none(charset: str, title: str) -> None:
    (found,) = papers_of(rss(item(title)).encode(charset), f"application/rss+xml; charset={charset}")
    assert found.title == title


@pytest.mark.parametrize("content_type", ["text/xml", "text/xml; charset=iso-8859-1", "text/xml; charset=nonsense"])
def test_a_charset_that_servers_send_by_default_does_not_beat_the_document(content_type: str) -> None:
    body = rss(item("L’été naïf"), head='<?xml version="1.0" encoding="utf-8"?>').encode()
    assert papers_of(body, content_type)[0].title == "L’été naïf"


def test_one_bad_byte_costs_one_letter() -> None:
    body = rss(item("Réseaux — l’été", more="<description>ok @</description>")).encode().replace(b"@", b"\xe9")
    (found,) = papers_of(body, "application/rss+xml; charset=utf-8")
    assert (found.title, found.abstract) == ("Réseaux — l’été", "ok \ufffd")


@pytest.mark.parametrize("prolog", ["", "<!-- <item> -->" * 50, "<?go on?>", f"<!--{'x' * 200_000}-->"], ids=len)
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_entities_are_refused_wherever_they_are_declared(prolog: str, charset: str) -> None:
    body = rss(item("own &a;"), head=f'{prolog}<!DOCTYPE rss [<!ENTITY a "expanded">]>')
    with pytest.raises(Malformed, match="entities"):
        papers_of(body.encode(charset))


@pytest.mark.parametrize(
    ("link", "page"),
    [
        ("/posts/a.html", "https://lab.example/posts/a.html"),
        ("b.html", "https://lab.example/news/b.html"),
        ("https://lab.example/deep learning.html", "https://lab.example/deep%20learning.html"),
        (f"https://lab.example/{'x' * 1_900}", f"https://lab.example/{'x' * 1_900}"),
        ("\n https://lab.example/p/1\n ", "https://lab.example/p/1"),
    ],
)
def test_links_are_read_as_a_browser_would(link: str, page: str) -> None:
    assert papers_of(rss(item(link=link)))[0].links.page == page
    assert papers_of(atom(f'<entry><title>N</title><link href="{link}"/></entry>'))[0].links.page == page


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", f"https://lab.example/{'x' * 3_000}", "mailto:a@b.example", ""]
)
def test_an_entry_without_a_usable_address_says_so(link: str) -> None:
    page = FetchedPage(url="x", body=rss(item(link=link)).encode(), content_type="application/rss+xml")
    (rejected,) = parse_feed(page, TODAY, "feed:lab").rejected
    assert "address" in rejected.reason


def test_items_of_one_page_are_told_apart_by_their_fragments() -> None:
    found = papers_of(rss(*(item(f"Paper {n}", f"https://lab.example/#/paper/{n}") for n in (1, 2))))
    assert len({paper.id for paper in found}) == 2


def test_plain_titles_keep_what_looks_like_a_tag_and_marked_ones_join() -> None:
    entry = "<entry><title>The &lt;template&gt; of List&lt;T&gt;</title><link href='/1'/></entry>"
    assert papers_of(atom(entry))[0].title == "The <template> of List<T>"
    marked = "<![CDATA[H<sub>2</sub>O: a <i>p</i>-value]]>"
    assert papers_of(rss(item(marked)))[0].title == "H₂O: a p-value"
    assert papers_of(rss(item("A List&lt;T&gt; in &lt;b&gt;Java&lt;/b&gt;")))[0].title == "A List<T> in Java"


def test_an_atom_entry_without_authors_is_by_the_feeds() -> None:
    entry = "<entry><title>N</title><link href='/1'/></entry>"
    assert papers_of(atom(entry, head="<author><name>Ada Lovelace</name></author>"))[0].authors == ("Ada Lovelace",)


def test_authors_of_a_feed_come_with_their_affiliations() -> None:
    (found,) = papers_of(rss(item(more="<dc:creator>Ada Lovelace (Society, London), Alan Turing</dc:creator>")))
    assert (found.authors, found.affiliations) == (("Ada Lovelace", "Alan Turing"), ("Society, London", ""))


def test_categories_are_short_visible_and_few() -> None:
    hostile = "".join(f"<category>\u202eevil\u0085{n}{'c' * 100_000}</category>" for n in range(50))
    (found,) = papers_of(rss(item(more=hostile)))
    assert len(found.categories) <= 20
    assert all(len(name) <= 200 and name.isprintable() for name in found.categories)


def test_a_paper_is_withdrawn_when_its_comment_says_so() -> None:
    body = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"><entry>
    <id>http://arxiv.org/abs/2401.00001v3</id><title>N</title><summary>We study x.</summary>
    <author><name>Sammy Davis, Jr.</name></author>
    <arxiv:comment>Withdrawn by the authors</arxiv:comment></entry></feed>"""
    (found,) = arxiv.parse_api_response(FetchedPage(url="x", body=body.encode(), content_type="application/atom+xml"))
    assert found.withdrawn
    assert found.authors == ("Sammy Davis, Jr.",)


# ---- more of files


@pytest.mark.parametrize(
    "raw", ["2026-6-30", "2026/06/30", "2026-06-30", "Tue, 30 Jun 2026 00:00:00 GMT", "30 June 2026", "Jun 30, 2026"]
)
def test_dates_are_read_as_people_write_them(tmp_path: Path, raw: str) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "1", "title": "Owls", "date": raw}))
    (batch,) = read_papers(tmp_path / "a.jsonl")
    assert [listing.day.isoformat() for listing in batch.listings] == ["2026-06-30"]


@pytest.mark.parametrize(("field", "value"), [("date", "some day"), ("published", "2026-13-01"), ("title", " ")])
def test_a_line_that_can_not_be_read_names_the_field(tmp_path: Path, field: str, value: str) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "1", "title": "Owls"} | {field: value}))
    (batch,) = read_papers(tmp_path / "a.jsonl")
    assert field in batch.rejected[0].reason


def test_people_and_categories_of_a_line_may_be_one_text(tmp_path: Path) -> None:
    line = {
        "id": "1",
        "title": "Owls",
        "authors": "C. Balazs and P. Nadolsky (ANL, Argonne)",
        "categories": "cs.CL, cs.LG",
    }
    objects = {
        "id": "2",
        "title": "Eggs",
        "authors": [{"name": "Ada", "affiliation": "Society"}],
        "categories": "cs.CL cs.AI",
    }
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(line)}\n{json.dumps(objects)}\n")
    (batch,) = read_papers(tmp_path / "a.jsonl")
    first, second = (listing.paper for listing in batch.listings)
    assert (first.authors, first.affiliations) == (("C. Balazs", "P. Nadolsky"), ("", "ANL, Argonne"))
    assert (first.categories, second.categories) == (("cs.CL", "cs.LG"), ("cs.CL", "cs.AI"))
    assert (second.authors, second.affiliations) == (("Ada",), ("Society",))


@pytest.mark.parametrize("name", ["papers.in", "papers", "papers.json", "papers.jsonl", "papers.txt"])
@pytest.mark.parametrize("packed", [False, True])
def test_what_a_file_holds_is_told_by_its_content(tmp_path: Path, name: str, packed: bool) -> None:
    lines = "".join(json.dumps({"id": str(n), "title": f"Owls {n}"}) + "\n" for n in (1, 2)).encode()
    (tmp_path / name).write_bytes(gzip.compress(lines) if packed else lines)
    for path in (tmp_path / name, tmp_path):
        assert sum(len(batch.listings) for batch in read_papers(path)) == 2
