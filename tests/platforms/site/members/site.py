"""The site on a real store and a real server, and browsers that read it."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from msgspec import Struct
from multidict import CIMultiDictProxy

from adapters.site import make
from adapters.site.adapter import SiteAdapter
from bot.chat.adapter import Core, Setup
from bot.clock import Clock
from bot.store.sql import Store


class Page(Struct):
    status: int
    text: str
    headers: CIMultiDictProxy[str]
    url: str

    @property
    def words(self) -> str:
        """What a reader sees, more or less."""
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.text)).split())

    def hidden(self, name: str) -> str:
        """The value of the first hidden field of this name."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, self.text
        return html.unescape(found[1])


class Browser:
    """Keeps cookies and, unless told not to, follows redirects."""

    def __init__(self) -> None:
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))  # of an address, too

    async def __aenter__(self) -> Browser:
        return self

    async def __aexit__(self, *rest: object) -> None:
        await self.session.close()

    async def get(self, url: str, *, follow: bool = True, **headers: str) -> Page:
        return await self._ask("GET", url, follow=follow, headers=headers)

    async def post(
        self, url: str, /, *, follow: bool = True, headers: dict[str, str] | None = None, **form: str
    ) -> Page:
        return await self._ask("POST", url, follow=follow, headers=headers or {}, data=form)

    async def _ask(self, method: str, url: str, *, follow: bool, **more: Any) -> Page:
        async with self.session.request(method, url, allow_redirects=follow, **more) as answer:
            return Page(answer.status, await answer.text(), answer.headers, str(answer.url))

    def cookies(self) -> dict[str, str]:
        return {cookie.key: cookie.value for cookie in self.session.cookie_jar}


@asynccontextmanager
async def opened(core: Core, store: Store, clock: Clock, home: Path, **options: object) -> AsyncIterator[SiteAdapter]:
    """The site, answering at `url`."""
    setup = Setup(options={"port": 0} | options, storage=store.key_value("site"), home=home, clock=clock)
    page = make(setup)
    assert page is not None
    await page.start(core)
    try:
        yield page
    finally:
        await page.aclose()


async def sent_back(browser: Browser, adapter: SiteAdapter, next: str = "/") -> str:
    """The address at which Slack sends a browser back, not opened yet."""
    left = await browser.get(f"{adapter.url}/sign-in/slack?next={next}", follow=False)
    assert left.status == 302
    return (await browser.get(left.headers["Location"], follow=False)).headers["Location"]


async def is_in(browser: Browser, adapter: SiteAdapter) -> bool:
    return "Sign out" in (await browser.get(f"{adapter.url}/archive")).words
