"""The site's feeds and API over a real store, asked by real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest
from aiohttp import ClientResponse, ClientSession
from msgspec import Struct

from adapters.site.adapter import SiteAdapter
from adapters.site.settings import Settings
from bot.chat.adapter import Setup
from bot.chat.catalog import Catalog
from bot.clock import FixedClock
from bot.search import Search
from bot.store.sql import Store
from bot.summaries import SummaryService
from tests.fakes.catalog import reader
from tests.fakes.core import FakeCore

PUBLIC = "https://papers.example.org"


class Reads(FakeCore):
    """A core that is only read."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self._catalog = catalog

    @property
    def catalog(self) -> Catalog:
        return self._catalog


class Got(Struct):
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    text: str


class Site:
    """A running site, and a program that asks it."""

    def __init__(self, url: str, session: ClientSession, clock: FixedClock) -> None:
        self.url = url
        self.clock = clock
        self._session = session

    async def get(self, path: str, method: str = "GET", **headers: str) -> Got:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.request(method, self.url + path, headers=sent, allow_redirects=False) as answer:
            return await _read(answer)


async def _read(answer: ClientResponse) -> Got:
    body = await answer.read()
    return Got(answer.status, answer.headers, body, body.decode("utf-8", "replace"))


Starts = Callable[..., Awaitable[Site]]


@pytest.fixture
async def starts(store: Store, clock: FixedClock, tmp_path: Path) -> AsyncIterator[Starts]:
    """Starts a site on the store, with settings."""
    search, lines = Search(store.papers, store.vectors, None), SummaryService(store.summaries, writer=None, clock=clock)
    session, adapters = ClientSession(), list[SiteAdapter]()

    async def start(**settings: object) -> Site:
        given = Settings(**({"port": 0, "public_url": PUBLIC} | settings))  # type: ignore[arg-type]
        adapter = SiteAdapter(given, Setup(options={}, storage=store.key_value("site"), home=tmp_path, clock=clock))
        adapters.append(adapter)
        return Site(await adapter.start(Reads(reader(store, search, lines, clock))), session, clock)

    yield start
    await session.close()
    for adapter in adapters:
        await adapter.aclose()
    await search.aclose()
    await lines.aclose()


@pytest.fixture
async def site(starts: Starts) -> Site:
    return await starts()
