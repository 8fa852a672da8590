"""How the server answers: caching, strange addresses, other hosts, programs that read the whole site."""

from __future__ import annotations

import asyncio
import re
import socket
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from adapters.site.settings import check_setup, read_settings
from adapters.site.site import KEY_FILE
from bot.clock import FixedClock
from bot.errors import ConfigError
from bot.http_server.headers import SECURITY_HEADERS
from bot.store.sql import Store
from tests.builders import NOW, listing, mark, paper
from tests.platforms.site.conftest import Site, started

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


async def test_a_page_is_sent_again_only_when_it_has_changed(site: Site) -> None:
    one = paper(1)
    await site.store.papers.add_listings([listing(one)], NOW)
    answer, _ = await site.get("/")
    tag = answer.headers["ETag"]
    again, text = await site.get("/", **{"If-None-Match": tag})
    assert (again.status, text) == (304, "")
    assert again.headers["ETag"] == tag
    await site.store.votes.add_mark(mark(of=one.id))
    site.clock.moment += timedelta(seconds=0.9)
    assert (await site.get("/", **{"If-None-Match": tag}))[0].status == 304
    site.clock.moment += timedelta(seconds=2)  # the page is given out once more while its votes are looked up
    assert (await site.get("/", **{"If-None-Match": tag}))[0].status == 304
    site.clock.moment += timedelta(seconds=5)
    changed, text = await site.get("/", **{"If-None-Match": tag})
    assert changed.status == 200
    assert '">1</span> <span data-word>vote</span> here' in text


async def test_head_has_the_length_and_no_body(site: Site) -> None:
    whole, text = await site.get("/archive", **{"Accept-Encoding": "identity"})
    head, nothing = await site.get("/archive", method="HEAD", **{"Accept-Encoding": "identity"})
    assert head.status == 200
    assert nothing == ""
    assert head.headers["Content-Length"] == str(len(text.encode())) == whole.headers["Content-Length"]


async def test_pages_are_gzipped_for_clients_that_accept_it(site: Site) -> None:
    assert (await site.get("/archive", **{"Accept-Encoding": "gzip"}))[0].headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in (await site.get("/archive", **{"Accept-Encoding": "identity"}))[0].headers


async def test_every_answer_has_the_same_headers(site: Site, public: Site) -> None:
    feeds = ("/feeds/day.atom", "/feeds/day.rss", "/live", "/api/v1/topics", "/api/v1/nope", "/api/v1/openapi.json")
    for path in ("/", "/static/style.css", "/nope", "/robots.txt", "/week", "/sitemap.xml", *feeds):
        headers: Mapping[str, str] = (await public.get(path))[0].headers
        for name, value in SECURITY_HEADERS.items():
            assert headers[name] == value, path
        assert headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Server" not in headers
        assert "Strict-Transport-Security" not in (await site.get(path))[0].headers  # http, on this machine
    evil = (await public.get("/", Host="evil.example"))[0]
    assert (evil.status, evil.headers["X-Content-Type-Options"], "Server" in evil.headers) == (421, "nosniff", False)
    assert "<script>" not in await site.page("/")
    assert "style=" not in await site.page("/")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/date/2025-02-30", 404, "There is no such day"),
        ("/date/99999-01-01", 404, "There is no such day"),
        ("/week/2025-W54", 404, "There is no such week"),
        ("/month/2025-13", 404, "There is no such month"),
        ("/?page=-1", 400, "There is no such page number"),
        ("/?page=1e9", 400, "There is no such page number"),
        (f"/?page={'9' * 400}", 400, "There is no such page number"),
        ("/search?q=birds&page=0", 400, "There is no such page number"),
        ("/paper/../../etc/passwd", 404, "This paper isn’t here"),
        ("/paper/..%2f..%2fetc%2fpasswd", 404, "This paper isn’t here"),
        ("/paper/%00", 404, "This page doesn’t exist"),
        ("/paper/2503.00001%0d%0aSet-Cookie:%20x", 404, "This page doesn’t exist"),
        ("/author/%22%20OR%201=1", 404, "Nothing on"),
        ("/topic/%F0%9F%A6%89", 404, "Nothing on"),
        ("/static/../settings.py", 404, "This page doesn’t exist"),
        ("/static/..%2fsettings.py", 404, "This page doesn’t exist"),
        (f"/search?q={'x' * 10_000}", 400, "That is too long"),
        (f"/search?q={quote('𓅓' * 4_000)}", 400, "That is too long"),
        (f"/author/{'x' * 10_000}", 404, "This page doesn’t exist"),
        ("/nope", 404, "This page doesn’t exist"),
    ],
)
async def test_an_unknown_or_wrong_address_gets_an_error_page(site: Site, path: str, status: int, said: str) -> None:
    answer, page = await site.get(path)
    assert answer.status == status
    assert said in page
    assert 'class="masthead"' in page
    assert '<meta name="robots" content="noindex">' in page
    assert "root:" not in page


@pytest.mark.parametrize("asked", ["<script>alert(1)</script>", '"><img src=x>', "{{7*7}}", "a\x00b\u202ec", "'; DROP"])
async def test_search_words_are_shown_harmlessly(site: Site, asked: str) -> None:
    page = await site.page(f"/search?q={quote(asked)}")
    assert "<script>" not in page
    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert "\x00" not in page
    assert "49" not in re.sub(r"<[^>]*>", "", page)


async def test_a_paper_can_write_no_markup(site: Site) -> None:
    bad = paper(1, "<script>alert(1)</script> {{ 7*7 }}", authors=("<img src=x onerror=y>",), organization="</html>")
    await site.store.papers.add_listings([listing(bad)], NOW)
    for path in ("/", "/paper/2503.00001", "/search?q=alert"):
        page = await site.page(path)
        assert "<script>" not in page
        assert "<img src=x" not in page
        assert page.count("</html>") == 1
        assert "{{ 7*7 }}" in page


async def test_only_its_own_names_are_answered_to(site: Site, public: Site) -> None:
    for host, status in (("evil.example", 421), ("127.0.0.1", 200), ("localhost:8430", 200), ("[::1]", 200)):
        assert (await site.get("/", Host=host))[0].status == status, host
    assert (await public.get("/", Host="papers.example.org"))[0].status == 200
    assert (await public.get("/", Host="papers.example.org.evil.example"))[0].status == 421


async def test_pages_are_only_read(site: Site) -> None:
    answer, page = await site.get("/", method="POST")
    assert answer.status == 405
    assert "GET" in answer.headers["Allow"]
    assert 'class="masthead"' in page


async def test_a_broken_store_gives_an_error_page_that_is_not_cached(site: Site, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "paperboy.db")) as db:
        db.execute("DROP TABLE listings")
    answer, page = await site.get("/date/2025-03-17")
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "60"
    assert 'class="masthead"' in page
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_site_that_is_not_public_is_read_by_no_search_engine(site: Site, public: Site) -> None:
    assert await site.page("/robots.txt") == "User-agent: *\nDisallow: /\n"
    robots = await public.page("/robots.txt")
    assert "Disallow: /\n" not in robots
    assert "Sitemap: https://papers.example.org/sitemap.xml" in robots


async def test_the_sitemap_names_every_day_and_paper(public: Site) -> None:
    await public.store.papers.add_listings([listing(paper(n)) for n in range(1, 4)], NOW)
    index = ET.fromstring(await public.page("/sitemap.xml"))  # noqa: S314
    files = [found.text or "" for found in index.findall("s:sitemap/s:loc", NAMES)]
    assert len(files) == 2
    addresses: list[str] = []
    for file in files:
        urls = ET.fromstring(await public.page(file.removeprefix("https://papers.example.org")))  # noqa: S314
        addresses += [found.text or "" for found in urls.findall("s:url/s:loc", NAMES)]
    wanted = {"/", "/date/2025-03-18", "/week/2025-W12", "/month/2025-03", *(f"/paper/2503.0000{n}" for n in (1, 2, 3))}
    assert {f"https://papers.example.org{path}" for path in wanted} <= set(addresses)
    for address in addresses:
        await public.page(address.removeprefix("https://papers.example.org"))
    assert (await public.get("/sitemap-papers-2.xml"))[0].status == 404


async def test_files_are_kept_for_ever_under_an_address_that_changes_with_them(site: Site) -> None:
    (style,) = re.findall(r'href="(/static/style\.css\?[0-9a-f]{8})"', await site.page("/"))
    answer, text = await site.get(style)
    assert "immutable" in answer.headers["Cache-Control"]
    assert "--paper" in text
    assert (await site.get(style, **{"Accept-Encoding": "gzip"}))[0].headers["Content-Encoding"] == "gzip"
    assert (await site.get("/favicon.ico"))[0].content_type == "image/svg+xml"


async def test_a_hundred_requests_at_once_get_the_same_page(site: Site) -> None:
    await site.store.papers.add_listings([listing(paper(n)) for n in range(1, 30)], NOW)
    answers = await asyncio.gather(*(site.get("/") for _ in range(100)))
    assert {answer.status for answer, _ in answers} == {200}
    assert len({answer.headers["ETag"] for answer, _ in answers}) == 1


@pytest.mark.parametrize(
    "url", ["papers.example.org", "https://example.org/papers", "https://a@example.org", "ftp://x.org"]
)
def test_a_wrong_public_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="the address of a site"):
        read_settings({"public_url": url})


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({}, ""),
        ({"host": "0.0.0.0"}, "Set public_url"),
        ({"public_url": "https://papers.example.org"}, "Set proxied = true"),
        ({"public_url": "https://papers.example.org", "proxied": True}, ""),
        ({"public_url": "http://papers.example.org", "proxied": True}, "https"),
    ],
)
def test_doctor_says_what_keeps_readers_out_or_lumps_them_together(settings: dict[str, object], hint: str) -> None:
    problems = [finding.hint for finding in check_setup(read_settings(settings)) if not finding.ok]
    assert bool(problems) == bool(hint)
    assert hint in " ".join(problems)


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(ConfigError, match="has no setting 'prot'"):
        read_settings({"prot": 1})
    assert read_settings({"public_url": "https://papers.example.org/"}).public_url == "https://papers.example.org"


async def test_a_stranger_can_have_so_many_pages_made_and_no_more(public: Site, site: Site) -> None:
    await public.page("/archive")
    for number in range(299):
        assert (await public.get(f"/search?q=owl{number}"))[0].status == 200
    for path in (
        "/search?q=owls",
        "/author/Ada",
        "/trending/week?topic=owls",
        "/week",
        "/live?ids=a",
        "/feeds/day.atom",
    ):
        answer, text = await public.get(path)
        assert (answer.status, int(answer.headers["Retry-After"]) <= 60) == (429, True), path
        assert "too many requests" in text.casefold()
    for number in range(100):  # a page from the cache costs nothing, whatever stands behind its address
        assert (await public.get(f"/archive?x={number}"))[0].status == 200
    public.clock.moment += timedelta(seconds=60)
    assert (await public.get("/search?q=owls"))[0].status == 200
    for number in range(301):  # on one machine everyone has the same address
        assert (await site.get(f"/search?q=owl{number}"))[0].status == 200


async def test_an_unknown_parameter_makes_no_page_of_its_own(site: Site) -> None:
    page = await site.page("/archive")
    await site.store.papers.add_listings([listing(paper(1))], NOW)
    for query in ("?x=1", "?page=2", "?utm_source=a&b=c", f"?{'a' * 60_000}"):
        assert await site.page(f"/archive{query}") == page


async def test_a_start_that_fails_gives_its_port_back(store: Store, tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("no key")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ConfigError, match="holds no key") as failure:
        await started(store, FixedClock(NOW), tmp_path, port=port)
    socket.create_server(("127.0.0.1", port)).close()
    assert failure.tb  # what failed is still in memory: the port was given back, not swept up
