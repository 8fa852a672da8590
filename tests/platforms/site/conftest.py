"""The real server before a real store; only people's own chats are left out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientResponse, ClientSession
from yarl import URL

from adapters.site import make
from adapters.site.adapter import SiteAdapter
from bot.chat.adapter import Setup
from bot.chat.catalog import Catalog
from bot.clock import FixedClock
from bot.ingest.pictures import picture_reader
from bot.papers import samples
from bot.search import Search
from bot.store.sql import Store
from bot.summaries import SummaryService
from tests.builders import NOW
from tests.fakes.catalog import reader
from tests.fakes.core import FakeCore


class ReadingCore(FakeCore):
    """A core that can be read."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self._catalog = catalog

    @property
    def catalog(self) -> Catalog:
        return self._catalog


class Site:
    """A reader's browser, and what is behind the page."""

    def __init__(self, url: str, session: ClientSession, store: Store, clock: FixedClock) -> None:
        self.url = url
        self.clock = clock
        self.store = store
        self.session = session

    async def get(self, path: str, *, method: str = "GET", **headers: str) -> tuple[ClientResponse, str]:
        url = URL(f"{self.url}{path}", encoded=True)
        async with self.session.request(method, url, headers=headers, allow_redirects=False) as answer:
            return answer, await answer.text()

    async def page(self, path: str) -> str:
        answer, text = await self.get(path)
        assert answer.status == 200, (path, answer.status, text)
        return text


async def started(store: Store, clock: FixedClock, home: Path, **options: object) -> SiteAdapter:
    """The adapter, listening."""
    adapter = make(
        Setup(
            options={"port": 0, **options},
            storage=store.key_value("site"),
            home=home,
            clock=clock,
            picture=picture_reader(store.key_value("pictures")),
        )
    )
    assert adapter is not None
    lines = SummaryService(store.summaries, writer=None, clock=clock)
    search = Search(store.papers, store.vectors, None)
    await adapter.start(ReadingCore(reader(store, search, lines, clock, sources=("huggingface", samples.SOURCE))))
    return adapter


@pytest.fixture
async def site(store: Store, tmp_path: Path) -> AsyncIterator[Site]:
    clock = FixedClock(NOW)
    adapter = await started(store, clock, tmp_path)
    async with ClientSession() as session:
        yield Site(adapter.url, session, store, clock)
    await adapter.aclose()


@pytest.fixture
async def public(store: Store, tmp_path: Path) -> AsyncIterator[Site]:
    """The same, public at https://papers.example.org."""
    clock = FixedClock(NOW)
    adapter = await started(store, clock, tmp_path, public_url="https://papers.example.org")
    async with ClientSession() as session:
        yield Site(adapter.url, session, store, clock)
    await adapter.aclose()
