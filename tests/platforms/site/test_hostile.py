"""Every address of the site and the API, with 200 hostile paths and queries each: never a 5xx, never a traceback."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from aiohttp import ClientSession, web
from yarl import URL

from adapters.site.adapter import SiteAdapter, add_routes
from adapters.site.settings import Settings
from adapters.site.site import Site
from bot.clock import FixedClock
from bot.http_server import RateLimiter, Sealer
from bot.refusals import RefusalLimits
from bot.store.sql import Store
from bot.tasks import Supervisor
from tests.builders import NOW, TODAY, listing, paper
from tests.platforms.site.conftest import ReadingCore, started
from tests.platforms.site.members.site import Browser

TRIES = 200
HOSTILE = (
    "", " ", ".", "..", "../../etc/passwd", "/", "//evil.example", "\\", "%", "%zz", "%00", "\0", "\r\nX-A: b", "\t",
    "0", "-1", "1", "2", "200", "201", "10001", "9" * 400, "1e309", "NaN", "١", "²", "0x10", "1,2", "true", "null",
    "0000-00-00", "0001-01-01", "9999-12-31", "2025-02-30", "2025-W00", "2025-W53", "0001-W01", "9999-W52", "0001-01",
    "9999-12", "2025-03-18", "latest", "day", "week", "year", "arxiv:2503.00001", "2503.00001v99999999999", "url:", ":",
    "hep-th/9901001", "arxiv:" + "9" * 300, "'; DROP TABLE papers; --", '"', '"""', "AND OR NOT NEAR(", "*",
    "a*b*" * 50, "cat:", "after:0000", "before:99999-99", 'author:"', "-" * 200, "(" * 300, "{{7*7}}",
    "<script>alert(1)</script>",
    "\u202e\u2066", "\ud800", "\ufffe", "🐦" * 200, "é" * 499, "x" * 501, "x" * 9_000, "K\u0307" * 60, "ﬀ" * 100,
)  # fmt: skip
NAMES = ("q", "page", "topic", "after", "before", "category", "lab", "author", "query", "limit", "offset", "span",
         "ids", "next", "state", "code", "error", "x", "", "q[]", "page ")  # fmt: skip
METHODS = ("GET",) * 12 + ("HEAD", "POST", "PUT", "OPTIONS")


def encoded(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


class Fuzz:
    """Requests for one address pattern; the same ones in every run."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._chance = random.Random(pattern)

    def __iter__(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        for _ in range(TRIES):
            path = re.sub(r"\{[^}]*\}", lambda _: self._raw() or "x", self._pattern)
            query = "&".join(
                f"{quote(self._chance.choice(NAMES))}={self._raw()}" for _ in range(self._chance.randrange(4))
            )
            yield self._chance.choice(METHODS), f"{path}?{query}" if query else path, self._headers()

    def _raw(self) -> str:
        text = self._chance.choice(HOSTILE)
        return "%FF%FE" if self._chance.random() < 0.05 else encoded(text)

    def _headers(self) -> dict[str, str]:
        found = {}
        for name in ("If-None-Match", "If-Modified-Since", "Accept-Encoding", "Authorization", "Origin", "Cookie",
                     "X-Forwarded-For", "Expect", "Range", "Content-Type"):  # fmt: skip
            if self._chance.random() < 0.1:
                found[name] = encoded(self._chance.choice(HOSTILE))[:500]
        return found


@pytest.fixture
async def strict(store: Store, tmp_path: Path) -> AsyncIterator[SiteAdapter]:
    """A public site with papers; nothing is limited, so that every request reaches its handler."""
    papers = [paper(n, f"Owls {n}", categories=("cs.CL",), authors=("Ada Lovelace",)) for n in range(1, 6)]
    await store.papers.add_listings([listing(one, day=TODAY) for one in papers], NOW)
    settings = {"pages_per_minute": 10**9, "address_per_minute": 10**9, "public_url": "https://papers.example.org"}
    sign_in = {"slack_client_id": "1.2", "slack_client_secret": "s", "slack_team": "T1"}
    adapter = await started(store, FixedClock(NOW), tmp_path, **settings, **sign_in, slack_url="https://127.0.0.1:9")
    yield adapter
    await adapter.aclose()


async def no_picture(paper: str) -> None: ...


def patterns(store: Store, home: Path) -> list[str]:
    """Every address that the site registers."""
    clock = FixedClock(NOW)
    app = web.Application()
    site = Site(
        settings=Settings(slack_client_id="1.2", slack_client_secret="s", slack_team="T1"),
        core=ReadingCore(None),  # type: ignore[arg-type] # only its commands are looked at
        options={},
        clock=clock,
        home=home,
        storage=store.key_value("site"),
        tasks=Supervisor(clock),
        refusals=RefusalLimits(),
        url="http://127.0.0.1",
        sealer=Sealer(["k" * 40], clock),
        max_streams=1,
        made_pages=RateLimiter(clock, policy="pages", limit=1),
        picture=no_picture,
    )
    add_routes(app, site)
    return sorted({route.resource.canonical for route in app.router.routes() if route.resource})


@pytest.mark.slow
async def test_hostile_requests_to_every_address_cause_no_fault(
    strict: SiteAdapter, store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    addresses = patterns(store, tmp_path)
    assert {"/{kind}/{period}", "/paper/{name}", "/live", "/vote", "/sign-in/slack/back"} <= set(addresses)
    assert "/api/v1/editions/{date}" in addresses
    caplog.set_level(logging.WARNING)
    async with ClientSession() as session:

        async def ask(address: str) -> None:
            for method, path, headers in Fuzz(address):
                url = URL(strict.url + path, encoded=True)
                body = b"csrf=%zz&paper=%FF" if method in {"POST", "PUT"} else None
                try:
                    request = session.request(method, url, headers=headers, data=body, allow_redirects=False)
                    async with request as answer:
                        if not (address == "/live" and answer.status == 200):
                            text = await answer.text("utf-8", "replace")
                except ValueError:  # aiohttp's client refuses to send it
                    continue
                assert answer.status < 500, (method, path, headers, answer.status)
                assert "Server" not in answer.headers
                assert "nosniff" in answer.headers["X-Content-Type-Options"]
                if address.startswith("/api") and answer.status >= 400 and method != "HEAD":
                    assert answer.content_type == "application/problem+json", (method, path, headers)
                    assert json.loads(text)["status"] == answer.status

        await asyncio.gather(*map(ask, addresses))
    assert [record.getMessage() for record in caplog.records] == []


@pytest.mark.parametrize("path", ["/date/0001-01-01", "/week/0001-W01", "/month/9999-12", "/date/1899-12-31"])
async def test_a_date_centuries_away_has_no_page(strict: SiteAdapter, path: str) -> None:
    async with Browser() as browser:
        page = await browser.get(f"{strict.url}{path}")
    assert page.status == 404
    assert "There is no such" in page.words


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v2/papers", "/api/v1", "/api/v1/a/b", "/api/openapi.json"])
async def test_every_error_below_api_is_a_json_problem(strict: SiteAdapter, path: str) -> None:
    async with ClientSession() as session, session.get(f"{strict.url}{path}") as answer:
        assert (answer.status, answer.content_type) == (404, "application/problem+json")
        assert "openapi.json" in (await answer.json(content_type=None))["detail"]
