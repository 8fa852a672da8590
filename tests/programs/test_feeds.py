"""What a feed reader gets: every feed in both forms, ids that stay, and nothing twice over the wire."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import feedparser
import msgspec
import pytest

from adapters.site.site import KEY_FILE, seal_place
from bot.chat.event import Place
from bot.chat.message import Card, Message
from bot.clock import FixedClock
from bot.http_server import Sealer, open_sealer
from bot.papers.model import Links
from bot.store.records import Post
from bot.store.sql import Store
from tests.builders import NOW, PAPERS, TODAY, listing, mark, paper
from tests.filtered_papers import CASES, FIVE
from tests.filtered_papers import titles as titles_of
from tests.programs import forms
from tests.programs.conftest import Site, Starts

FEEDS = (
    "day",
    "trending/day",
    "trending/week",
    "trending/month",
    "topic/cs.CL",
    "topic/glass%20birds",
    "author/Ada%20Lovelace",
    "search",
)
NASTY = 'A <script>alert(1)</script> & "bird" \x00\x08\x1b\ufffe\u202e]]> &amp; 🐦'


@pytest.fixture(autouse=True)
async def storage(store: Store, clock: FixedClock) -> None:
    nest = paper(
        1,
        "Glass birds in winter",
        upvotes=9,
        categories=("cs.CL", "cs.LG"),
        authors=("Ada Lovelace", "Bob"),
        links=Links(page="https://arxiv.org/abs/2503.00001", code="https://example.org/code?a=1&b=<2>"),
    )
    hostile = paper(
        2,
        NASTY,
        abstract=NASTY * 400,
        authors=(NASTY,),
        categories=(NASTY,),
        links=Links(page="https://example.org/\x00 <>\"'", pdf="javascript:alert(1)", code="https://[::"),
    )
    old = paper("arxiv:hep-th/9901001", "Old birds", published=None, categories=("hep-th",))
    listed = [listing(nest), listing(hostile), listing(old, day=TODAY - timedelta(days=1))]
    await store.papers.add_listings(listed, clock.now())


def addresses(form: str) -> list[str]:
    return [f"/feeds/{name}.{form}" + ("?q=birds" if name == "search" else "") for name in FEEDS]


async def read(site: Site, path: str) -> Any:
    """A feed as a library that is not ours reads it."""
    got = await site.get(path)
    assert got.status == 200
    return feedparser.parse(got.body, response_headers={"content-type": got.headers["Content-Type"]})


async def entry(site: Site, id: str = "2503.00001", path: str = "/feeds/day.atom") -> Any:
    return next(found for found in (await read(site, path)).entries if found.id.endswith(id))


@pytest.mark.parametrize("name", addresses("atom"))
async def test_a_feed_reader_reads_every_atom_feed(site: Site, name: str) -> None:
    found = await read(site, name)
    assert not found.bozo
    assert found.version == "atom10"
    assert found.entries
    assert {link.rel for link in found.feed.links} == {"self", "alternate"}
    assert forms.atom_faults((await site.get(name)).body) == []


@pytest.mark.parametrize("name", addresses("json"))
async def test_every_json_feed_is_one(site: Site, name: str) -> None:
    got = await site.get(name)
    assert got.headers["Content-Type"].startswith("application/feed+json")
    assert forms.json_faults(got.body) == []
    document = msgspec.json.decode(got.body)
    assert document["items"]
    assert document["feed_url"].startswith("https://papers.example.org/feeds/")


async def test_an_entry_says_what_the_paper_is(site: Site) -> None:
    found = await entry(site)
    assert found.id == "tag:papers.example.org,2026:arxiv:2503.00001"
    assert found.title == "Glass birds in winter"
    assert [author.name for author in found.authors] == ["Ada Lovelace", "Bob"]
    assert [tag.term for tag in found.tags] == ["cs.CL", "cs.LG"]
    assert found.published == found.updated
    assert found.published.startswith("2025-03-17T09:30:00.")
    assert found.link == "https://papers.example.org/paper/2503.00001"
    assert found.summary
    assert "We present nest number 1" in found.content[0].value


async def test_hostile_words_stay_words(site: Site) -> None:
    found = await entry(site, "00002")
    assert found.title == 'A <script>alert(1)</script> & "bird" ]]> &amp; 🐦'
    content = (await site.get("/feeds/day.json")).text
    assert "javascript:" not in content
    assert "<script" not in content.replace("A <script>alert(1)</script>", "")  # which is the title: plain text
    item = next(i for i in msgspec.json.decode(content)["items"] if i["id"].endswith("00002"))
    assert "<script" not in item["content_html"]
    assert len(item["content_html"]) < 6_000


async def test_a_new_version_moves_updated_and_nothing_else_does(site: Site, store: Store, clock: FixedClock) -> None:
    before = await entry(site)
    await store.votes.add_mark(mark(of="arxiv:2503.00001"))
    again = paper(1, "Glass birds in winter", upvotes=90, categories=("cs.CL", "cs.LG"), authors=("Ada Lovelace",))
    await store.papers.add_listings([listing(again)], clock.now())
    clock.moment += timedelta(minutes=2)
    assert (await entry(site)).updated == before.updated
    second = paper(1, "Glass birds in spring", version=2, updated=NOW + timedelta(days=3))
    await store.papers.add_listings([listing(second)], clock.now())
    clock.moment += timedelta(minutes=2)
    moved = await entry(site)
    assert (moved.title, moved.updated[:19]) == ("Glass birds in spring", "2025-03-21T09:30:00")
    assert (moved.id, moved.published) == (before.id, before.published)


async def test_ids_outlive_a_change_of_port(starts: Starts) -> None:
    first, second = await starts(public_url=""), await starts(public_url="")
    assert first.url != second.url
    one, other = await entry(first), await entry(second)
    assert one.id == other.id
    assert one.id.startswith("tag:")
    assert one.id.split(",")[0].endswith(".invalid")
    assert not forms.atom_faults((await first.get("/feeds/day.atom")).body)


async def test_a_reader_that_has_the_feed_gets_304(site: Site, store: Store, clock: FixedClock) -> None:
    first = await site.get("/feeds/day.atom")
    known = first.headers["ETag"]
    same = await site.get("/feeds/day.atom", If_None_Match=known)
    assert (same.status, same.body, same.headers["ETag"]) == (304, b"", known)
    since = await site.get("/feeds/day.atom", If_Modified_Since=first.headers["Last-Modified"])
    assert since.status == 304
    both = await site.get("/feeds/day.atom", If_None_Match='"other"', If_Modified_Since=first.headers["Last-Modified"])
    assert both.status == 200
    await store.papers.add_listings([listing(paper(9))], clock.now())
    clock.moment += timedelta(minutes=2)
    for header in ({"If_None_Match": known}, {"If_Modified_Since": first.headers["Last-Modified"]}):
        news = await site.get("/feeds/day.atom", **header)
        assert news.status == 200
        assert b"2503.00009" in news.body


async def test_a_feed_is_gzipped_on_request_and_head_has_no_body(site: Site) -> None:
    plain = await site.get("/feeds/day.atom", Accept_Encoding="identity")
    packed = await site.get("/feeds/day.atom", Accept_Encoding="br, gzip;q=0.5")
    refused = await site.get("/feeds/day.atom", Accept_Encoding="gzip;q=0")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"])
    assert packed.body in {plain.body, gzip.compress(plain.body)}  # the client unpacks it
    assert "Content-Encoding" not in refused.headers
    head = await site.get("/feeds/day.atom", "HEAD", Accept_Encoding="identity")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == plain.headers["Content-Length"]
    assert head.headers["ETag"] == plain.headers["ETag"]
    assert "max-age" in head.headers["Cache-Control"]


def _sealer(home: Path, clock: FixedClock) -> Sealer:
    return open_sealer(home / KEY_FILE, "a test", clock)


async def test_a_channels_feed_needs_its_secret(site: Site, store: Store, tmp_path: Path, clock: FixedClock) -> None:
    await store.papers.add_listings([listing(paper(5))], NOW)
    await brought(store, PAPERS, "arxiv:2503.00005")
    secret = seal_place(_sealer(tmp_path, clock), PAPERS)
    got = await site.get(f"/feeds/channel/{secret}.atom")
    assert [found.id for found in feedparser.parse(got.body).entries] == [
        "tag:papers.example.org,2026:arxiv:2503.00005"
    ]
    assert got.headers["Cache-Control"].startswith("private")
    assert secret not in feedparser.parse(got.body).feed.id
    elsewhere = seal_place(_sealer(tmp_path, clock), Place("web", "home", "other"))
    assert not feedparser.parse((await site.get(f"/feeds/channel/{elsewhere}.atom")).body).entries
    for wrong in (secret[:-2] + "AA", "A" * 40, "web-home-papers", seal_place(_sealer(tmp_path / "b", clock), PAPERS)):
        assert (await site.get(f"/feeds/channel/{wrong}.json")).status == 404
    assert "papers" not in secret


async def brought(store: Store, place: Place, id: str) -> None:
    """A channel is to be shown a paper."""
    message = Message(plain="A card", blocks=(Card(paper=id, title="A house", url="https://example.org"),))
    assert await store.outbox.add_posts([Post(key="k1", place=place, message=message, due=NOW, papers=(id,))]) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/search.atom",
        "/feeds/search.atom?q=%00%01",
        "/feeds/search.json?q=" + "a" * 5_000,
        "/feeds/topic/%20.atom",
        "/feeds/day.rss",
        "/feeds/trending/year.atom",
        "/feeds/../secret.atom",
        "/feeds/topic/..%2F..%2Fetc%2Fpasswd/x.atom",
        "/feeds/channel/%00.atom",
    ],
)
async def test_an_unknown_feed_is_refused(site: Site, path: str) -> None:
    assert (await site.get(path)).status in {400, 404}


@pytest.mark.parametrize("name", ["%FF%FE", "..%2F..%2Fetc", "%22%22%22", "cat%3A", "\U0001f426", "a%0Ab", "%E2%80%AE"])
async def test_odd_names_make_valid_feeds_or_none(site: Site, name: str) -> None:
    for kind in ("topic/{}", "author/{}", "search"):
        got = await site.get(f"/feeds/{kind.format(name)}.atom" + (f"?q={name}" if kind == "search" else ""))
        assert got.status in {200, 400}
        assert got.status != 200 or forms.atom_faults(got.body) == []


@pytest.mark.parametrize(("words", "numbers"), CASES)
async def test_a_feed_has_the_papers_that_pass_its_filters(
    site: Site, store: Store, words: str, numbers: set[int]
) -> None:
    await store.papers.add_listings([listing(one) for one in FIVE], NOW)
    found = {entry.title for entry in (await read(site, f"/feeds/search.atom?q={quote(words)}")).entries}
    assert found & titles_of(set(range(41, 46))) == titles_of(numbers)


@pytest.mark.parametrize("name", ["topic/cs.CL", "author/Ada%20Lovelace", "search", "trending/week"])
async def test_a_long_feed_names_its_next_page(site: Site, store: Store, name: str) -> None:
    many = [paper(n, f"Bird {n}", categories=("cs.CL",), authors=("Ada Lovelace",)) for n in range(100, 160)]
    await store.papers.add_listings([listing(one) for one in many], NOW)
    query = "?q=birds" if name == "search" else ""
    first = await read(site, f"/feeds/{name}.atom{query}")
    [following] = [link.href for link in first.feed.links if link.rel == "next"]
    document = msgspec.json.decode((await site.get(f"/feeds/{name}.json{query}")).body)
    assert document["next_url"] == following.replace(".atom", ".json")
    second = await read(site, following.removeprefix("https://papers.example.org"))
    assert forms.atom_faults((await site.get(following.removeprefix("https://papers.example.org"))).body) == []
    assert not {entry.id for entry in first.entries} & {entry.id for entry in second.entries}
    assert len(first.entries) == 50
    assert {link.rel for link in second.feed.links} == {"self", "alternate"}


async def test_a_page_of_a_feed_that_can_not_be_is_refused(site: Site) -> None:
    for page in ("0", "x", "100000"):
        assert (await site.get(f"/feeds/topic/cs.CL.atom?page={page}")).status == 400
