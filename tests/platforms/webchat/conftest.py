"""The whole of Paperboy in this process, with the sample papers, answering in a browser's protocol."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar

from adapters.webchat import make
from adapters.webchat.post import WebchatAdapter
from bot.app.adapters import installed
from bot.app.build import App, open_app
from bot.app.first_run import welcome
from bot.chat.adapter import Setup
from bot.clock import SystemClock
from bot.config import load
from bot.store.sql import Store
from tests.fakes.core import FakeCore


@asynccontextmanager
async def running(home: Path) -> AsyncIterator[tuple[App, str]]:
    """Paperboy, started on a home; it reads no source."""
    environment = {
        "PAPERBOY_HOME": str(home),
        "PAPERBOY_WEB_PORT": "0",
        "PAPERBOY_SITE_PORT": "0",
        "PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false",
        "ARXIV_API_URL": "http://127.0.0.1:9/api/query",
        "PAPERBOY_SEARCH_SEMANTIC": "false",
    }
    async with open_app(load(None, environment, installed()), SystemClock()) as app:
        adapter = app.adapters["web"]
        assert isinstance(adapter, WebchatAdapter)
        listening = asyncio.create_task(adapter.listen(app.core))
        await adapter.started.wait()
        await welcome(app)
        await app.dispatcher.deliver_due()
        try:
            yield app, adapter.url
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


class Browser:
    """A person's browser: keeps cookies, sends the token."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = ClientSession(cookie_jar=CookieJar(unsafe=True))
        self.csrf = ""

    async def open(self, path: str = "/c/papers") -> str:
        async with self.session.get(self.url + path) as answer:
            page = await answer.text()
        self.csrf = found[1] if (found := re.search(r'data-csrf="([^"]+)"', page)) else self.csrf
        return page

    async def post(self, path: str, headers: dict[str, str] | None = None, **form: str) -> ClientResponse:
        sent = {"X-CSRF": self.csrf, "Accept": "application/json"} | (headers or {})
        async with self.session.post(self.url + path, data=form, headers=sent, allow_redirects=False) as answer:
            await answer.read()
            return answer

    async def say(self, text: str, **form: str) -> dict[str, Any]:
        answer: dict[str, Any] = await (await self.post("/c/papers/say", text=text, **form)).json()
        return answer

    async def become(self, person: str) -> None:
        await self.post("/person", person=person, channel="papers")


async def stream(browser: Browser, since: str, *, until: bytes, **headers: str) -> bytes:
    """Server-sent events since a mark, until something is in them."""
    address = f"{browser.url}/events"
    seen = b""
    async with (
        asyncio.timeout(30),
        browser.session.get(address, params={"channel": "papers", "since": since}, headers=headers) as answer,
    ):
        assert answer.content_type == "text/event-stream"
        async for chunk in answer.content.iter_any():
            seen += chunk
            if until in seen:
                break
    return seen


async def mark(browser: Browser) -> str:
    return str(re.findall(r'data-position="([^"]+)"', await browser.open())[0])


@pytest.fixture
async def app_url(tmp_path: Path) -> AsyncIterator[tuple[App, str]]:
    async with running(tmp_path) as started:
        yield started


@pytest.fixture
async def browser(app_url: tuple[App, str]) -> AsyncIterator[Browser]:
    opened = Browser(app_url[1])
    await opened.open()
    yield opened
    await opened.session.close()


# ---- the adapter alone, before a core that only keeps what it hears


@pytest.fixture
def core() -> FakeCore:
    return FakeCore()


@pytest.fixture
async def bare_adapter(store: Store, core: FakeCore, tmp_path: Path) -> AsyncIterator[WebchatAdapter]:
    adapter = make(Setup(options={"port": 0}, storage=store.key_value("web"), home=tmp_path, clock=SystemClock()))
    assert adapter is not None
    listening = asyncio.create_task(adapter.listen(core))
    await asyncio.wait_for(adapter.started.wait(), 30)
    yield adapter
    await adapter.aclose()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


@pytest.fixture
def bare_url(bare_adapter: WebchatAdapter) -> str:
    return bare_adapter.url


@pytest.fixture
async def you(bare_url: str) -> AsyncIterator[Browser]:
    opened = Browser(bare_url)
    await opened.open()
    yield opened
    await opened.session.close()


@pytest.fixture
async def robin(bare_url: str) -> AsyncIterator[Browser]:
    opened = Browser(bare_url)
    await opened.open()
    await opened.become("robin")
    yield opened
    await opened.session.close()
