"""Votes as they change, as an open page is told."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest

from adapters.site.adapter import SiteAdapter
from adapters.site.members import live
from bot.chat.message import Action
from bot.errors import StoreError
from bot.papers.model import Tally
from tests.builders import ADA, BOB
from tests.core.conftest import Channel
from tests.platforms.site.members.conftest import Opens
from tests.platforms.site.members.site import Browser

NESTS, FEATHERS = "arxiv:2503.00001", "arxiv:2503.00002"


class Stream:
    """What one page is told."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer

    async def next(self, seconds: float = 10) -> dict[str, int]:
        """The next news; empty at the end."""
        async with asyncio.timeout(seconds):
            async for line in self.answer.content:
                if line.startswith(b"data: "):
                    return dict(json.loads(line[6:]))
        return {}


@asynccontextmanager
async def watching(adapter: SiteAdapter, *ids: str, client: str = "127.0.0.1") -> AsyncIterator[Stream]:
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, local_addr=(client, 0))) as session,
        session.get(f"{adapter.url}/live?ids={','.join(ids)}") as answer,
    ):
        assert answer.status == 200
        yield Stream(answer)


@pytest.fixture
async def plain(opens: Opens) -> AsyncIterator[SiteAdapter]:
    """The site without sign-in: everyone sees the counts."""
    async with opens() as found:
        yield found


async def test_an_open_page_gets_the_counts_and_then_each_change(plain: SiteAdapter, channel: Channel) -> None:
    await channel.presses(Action("vote", (FEATHERS,)), who=BOB)
    async with watching(plain, NESTS, FEATHERS) as stream:
        assert stream.answer.content_type == "text/event-stream"
        assert stream.answer.headers["Cache-Control"] == "no-store"
        assert await stream.next() == {NESTS: 0, FEATHERS: 1}
        await channel.presses(Action("vote", (NESTS,)), who=ADA)
        started = time.monotonic()
        assert await stream.next() == {NESTS: 1}
        assert time.monotonic() - started < live.READ_EVERY_S + 3
        await channel.presses(Action("unvote", (NESTS,)), who=ADA)
        assert await stream.next() == {NESTS: 0}


async def test_a_page_gets_counts_of_its_own_papers_without_voters(plain: SiteAdapter, channel: Channel) -> None:
    async with watching(plain, NESTS) as one, watching(plain, FEATHERS) as other:
        assert (await one.next(), await other.next()) == ({NESTS: 0}, {FEATHERS: 0})
        await channel.presses(Action("vote", (FEATHERS,)), who=BOB)
        assert await other.next() == {FEATHERS: 1}
        with pytest.raises(TimeoutError):
            await one.next(seconds=1)


@pytest.mark.parametrize(
    "query", ["", "?ids=", "?ids=,,,", "?ids=" + ",".join(f"arxiv:{n}" for n in range(201)), "?ids=" + "x" * 101]
)
async def test_no_papers_or_too_many_are_refused(plain: SiteAdapter, ada: Browser, query: str) -> None:
    assert (await ada.get(f"{plain.url}/live{query}")).status == 400


async def test_hostile_ids_are_just_unknown(plain: SiteAdapter) -> None:
    async with watching(plain, "%27;DROP%20TABLE%20marks", "%0d%0adata:%20x", "%00") as stream:
        assert set((await stream.next()).values()) == {0}


async def test_a_page_too_many_is_turned_away_and_let_in_when_another_goes(
    plain: SiteAdapter, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MAX_STREAMS", 2)
    async with watching(plain, NESTS):
        async with watching(plain, NESTS):
            refused = await ada.get(f"{plain.url}/live?ids={NESTS}")
            assert refused.status == 503
            assert refused.headers["Retry-After"] == "60"
        await _until_let_in(plain)


async def test_a_few_pages_cannot_watch_everything(
    plain: SiteAdapter, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MAX_WATCHED_IDS", 3)
    async with watching(plain, NESTS, FEATHERS):
        assert (await ada.get(f"{plain.url}/live?ids=arxiv:1,arxiv:2")).status == 503
        async with watching(plain, "arxiv:1"):
            pass
    await _until_let_in(plain)


async def test_one_client_cannot_hold_every_stream(plain: SiteAdapter, ada: Browser) -> None:
    async with AsyncExitStack() as open_pages:
        for _ in range(live.MAX_CLIENT_STREAMS):
            await open_pages.enter_async_context(watching(plain, NESTS))
        assert (await ada.get(f"{plain.url}/live?ids={NESTS}")).status == 429
        async with watching(plain, NESTS, client="127.0.0.2"):
            pass
    await _until_let_in(plain)


async def test_silence_is_kept_alive_and_a_page_ends_after_a_while(
    plain: SiteAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.05)
    monkeypatch.setattr(live, "STREAM_MAX_AGE_S", 0.5)
    async with watching(plain, NESTS) as stream:
        body = await asyncio.wait_for(stream.answer.read(), 30)
    assert body.startswith(b"retry: 5000\n\ndata: ")
    assert body.count(b"\n:\n") >= 3


async def test_stopping_lets_every_page_go_at_once(opens: Opens) -> None:
    async with opens() as adapter, watching(adapter, NESTS) as one, watching(adapter, FEATHERS) as other:
        await one.next()
        await other.next()
        started = time.monotonic()
        await adapter.aclose()
        assert time.monotonic() - started < 1.5
        assert await one.next() == {}
        assert await other.next() == {}


async def test_a_store_that_fails_for_a_moment_stops_nothing(
    plain: SiteAdapter, channel: Channel, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    works, failed = channel.core.catalog.vote_counts, asyncio.Event()

    async def fails(ids: object) -> dict[str, Tally]:
        failed.set()
        raise StoreError("The database is busy.")

    async with watching(plain, NESTS) as stream:
        await stream.next()
        monkeypatch.setattr(channel.core.catalog, "vote_counts", fails)
        await asyncio.wait_for(failed.wait(), 30)
        monkeypatch.setattr(channel.core.catalog, "vote_counts", works)
        await channel.presses(Action("vote", (NESTS,)), who=ADA)
        assert await stream.next() == {NESTS: 1}
    assert "The database is busy." in caplog.text


async def test_three_hundred_pages_cost_the_store_what_one_does(
    plain: SiteAdapter, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, works = [0], channel.core.catalog.vote_counts

    async def counted(ids: list[str]) -> object:
        asked[0] += 1
        return await works(ids)

    async with asyncio.TaskGroup() as group:
        ready = asyncio.Barrier(301)

        async def page(number: int) -> None:
            async with watching(plain, NESTS, FEATHERS, client=f"127.0.1.{number // 15}") as stream:
                await stream.next(60)
                await ready.wait()
                assert (await stream.next(60)) == {NESTS: 1}

        for number in range(300):
            group.create_task(page(number))
        await ready.wait()
        monkeypatch.setattr(channel.core.catalog, "vote_counts", counted)
        await channel.presses(Action("vote", (NESTS,)), who=ADA)
    assert 1 <= asked[0] <= 10


async def _until_let_in(adapter: SiteAdapter) -> None:
    async with asyncio.timeout(live.HEARTBEAT_S + 10):
        while True:
            async with aiohttp.ClientSession() as session, session.get(f"{adapter.url}/live?ids={NESTS}") as answer:
                if answer.status == 200:
                    return
            await asyncio.sleep(0.1)
