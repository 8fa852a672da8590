"""The adapter before a mail server of its own, with a core that keeps what it hears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from adapters.email import make
from adapters.email.sending.adapter import EmailAdapter
from bot.chat.adapter import Setup
from bot.chat.event import Place
from bot.clock import FixedClock
from bot.papers.pictures import Picture
from bot.store.sql import Store
from tests.fakes.core import FakeCore
from tests.fakes.mail import FakeMail

Make = Callable[..., EmailAdapter]

BASE = "https://papers.example.org/mail"
ADDRESS = "Ada.Lovelace@example.org"
REPORTS = "a token for reports"


async def no_picture(name: str) -> None: ...


def options(port: int) -> dict[str, object]:
    return {
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "sender": "Paperboy <papers@example.org>",
        "base_url": BASE,
        "listen_port": 0,
        "pace": 0,
        "report_token": REPORTS,
    }


@pytest.fixture
async def server() -> AsyncIterator[FakeMail]:
    async with FakeMail() as running:
        yield running


@pytest.fixture
async def adapter_of(server: FakeMail, store: Store, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Make]:
    """Starts adapters on the same storage, as after a restart."""
    async with AsyncExitStack() as stack:

        def started(picture: Callable[[str], Awaitable[Picture | None]] = no_picture, **more: Any) -> EmailAdapter:
            given = options(server.port) | more
            storage = store.key_value("email")
            setup = Setup(options=given, storage=storage, home=tmp_path, clock=clock, picture=picture)
            adapter = make(setup)
            assert adapter is not None
            stack.push_async_callback(adapter.aclose)
            return adapter

        yield started


@pytest.fixture
def adapter(adapter_of: Make) -> EmailAdapter:
    return adapter_of()


@pytest.fixture
def core() -> FakeCore:
    return FakeCore()


class Visitor:
    """Someone with a browser, who can reach the pages only on this machine."""

    def __init__(self, adapter: EmailAdapter, session: ClientSession) -> None:
        self._adapter = adapter
        self._session = session

    def here(self, url: str) -> str:
        """A public address as it is reached here."""
        return url.replace("https://papers.example.org", self._adapter.url)

    async def open(self, url: str = f"{BASE}/") -> tuple[int, str]:
        async with self._session.get(self.here(url)) as answer:
            return answer.status, await answer.text()

    async def post(self, url: str = f"{BASE}/", **form: str) -> tuple[int, str]:
        """What the page answers; mails to confirm are sent in the background, and waited for here."""
        async with self._session.post(self.here(url), data=form) as answer:
            found = answer.status, await answer.text()
        await self._adapter.signup.wait_until_sent()
        return found

    async def hand_in(self, raw: bytes, token: str = REPORTS) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {token}"}
        async with self._session.post(self.here(f"{BASE}/reports"), data=raw, headers=headers) as answer:
            return answer.status, (await answer.text()).strip()


@pytest.fixture
async def visitor(adapter: EmailAdapter, core: FakeCore) -> AsyncIterator[Visitor]:
    listening = asyncio.create_task(adapter.listen(core))
    await adapter.started.wait()
    async with ClientSession() as session:
        yield Visitor(adapter, session)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


@pytest.fixture
async def place(visitor: Visitor, server: FakeMail, core: FakeCore) -> Place:
    """Where Ada reads, who has just confirmed."""
    found = await subscribe(visitor, server, core)
    server.received.clear()
    core.heard.clear()
    return found


async def subscribe(visitor: Visitor, server: FakeMail, core: FakeCore, address: str = ADDRESS, **form: str) -> Place:
    """Through the form, the mail and its link; returns the place that the core heard of."""
    status, page = await visitor.post(address=address, **form)
    assert status == 200, page
    status, page = await visitor.post(server.received[-1].link("/confirm/"))
    assert status == 200, page
    return core.heard[-1].place
