"""Sources that can't be reached: it is said which and why, the others go on, and what was missed comes later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientTimeout, web
from aiohttp.test_utils import RawTestServer

from bot.chat.event import Place
from bot.clock import FixedClock
from bot.errors import SourceError
from bot.ingest.ingester import Ingester
from bot.sources import http
from bot.sources.feeds import Feed
from bot.sources.http import SourceClient
from bot.sources.huggingface import HuggingFace
from bot.store import open_store
from bot.store.sql import Store
from tests.builders import post
from tests.fakes.papers import FakePapers
from tests.fakes.sandbox import DirectSandbox
from tests.fakes.world import paperboy


@asynccontextmanager
async def half_open() -> AsyncIterator[str]:
    """A server that accepts, and never answers."""
    ends = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ends.wait()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    ends.set()
    server.close()
    await server.wait_closed()


@pytest.mark.slow
async def test_a_name_that_does_not_resolve_is_told_and_the_day_goes_on(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "paperboy.db")
    await store.outbox.add_posts([post("k1", place=Place("web", "home", "papers"))])
    ran = await asyncio.wait_for(paperboy(tmp_path, "run", "--until-idle", "-v", source="http://papers.invalid"), 60)
    assert (ran.code, "1 sent" in ran.err) == (0, True), ran.err
    assert "huggingface has no list" in ran.err
    assert "Traceback" not in ran.err
    (failed,) = await store.papers.last_fetches()
    assert "papers.invalid" in failed.error
    async with FakePapers() as mended:
        ran = await paperboy(tmp_path, "run", "--until-idle", source=mended.url)
    (fine,) = await store.papers.last_fetches()
    assert (ran.code, fine.error) == (0, "")
    await store.aclose()


async def test_a_source_that_accepts_and_never_answers_ends_and_leaves_the_others_their_turn(
    store: Store, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "FIRST_RETRY_DELAY_S", 0.01)
    async with half_open() as dead, FakePapers() as alive:
        sources = [
            HuggingFace(SourceClient(clock, timeout=ClientTimeout(total=0.3)), dead),
            Feed(SourceClient(clock), f"{alive.url}/feed.xml", "feed", DirectSandbox()),
        ]
        looks = await asyncio.wait_for(Ingester(store.papers, sources, clock).fetch_all(), 30)
        for source in sources:
            await source.aclose()
    by_source = {look.source: look for look in looks}
    assert by_source["huggingface"].error
    assert not by_source[sources[1].name].error
    told = {fetch.source: fetch.error for fetch in await store.papers.last_fetches()}
    assert told["huggingface"] == by_source["huggingface"].error
    assert told[sources[1].name] == ""


@pytest.mark.parametrize("private", ["none", "configured"])
async def test_sources_are_fetched_through_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, clock: FixedClock, private: http.PrivateAddresses
) -> None:
    """The proxy resolves names, and is itself in the network that sources must not reach."""
    seen: list[str] = []

    async def take(request: web.BaseRequest) -> web.Response:
        seen.append(str(request.url))
        return web.Response(text="[]")

    async with RawTestServer(take) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.host}:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "direct.invalid")
        client = SourceClient(clock, private_addresses=private, max_attempts=1)
        await client.get("http://papers.invalid/list")
        for blocked in ("http://direct.invalid/list", *(["http://10.0.0.1/"] if private == "none" else [])):
            with pytest.raises(SourceError):
                await client.get(blocked)
        await client.aclose()
    assert seen == ["http://papers.invalid/list"]
