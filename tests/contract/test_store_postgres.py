"""What holds when several processes share a PostgreSQL database."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from bot.chat.event import Place, Ref
from bot.clock import FixedClock
from bot.config import load
from bot.errors import ConfigError, StoreError
from bot.store import open_store
from bot.store.sql import Store
from tests.builders import NOW, listing, paper, post
from tests.fakes.postgres import NewDatabase

pytestmark = pytest.mark.slow
LEASE = timedelta(minutes=5)
TENANTS, CHANNELS, EACH = 5, 3, 4


@pytest.fixture
def database(new_database: NewDatabase) -> str:
    return new_database()


@pytest.fixture
async def stores(database: str) -> AsyncIterator[list[Store]]:
    """Two processes' worth; they open it at once."""
    opened = list(await asyncio.gather(open_store(database), open_store(database)))
    yield opened
    for one in opened:
        await one.aclose()


async def test_changes_are_read_in_the_order_of_their_commits_and_a_long_load_holds_none_up(
    stores: list[Store],
) -> None:
    slow, quick = stores
    begun, may_end = threading.Event(), threading.Event()

    def load(db: object) -> None:
        db.execute("INSERT INTO papers(seq, id, upvotes, text_hash, doc) VALUES (900, 'arxiv:slow', 0, 0, '{}')")  # type: ignore[attr-defined]
        begun.set()
        may_end.wait(30)

    loading = asyncio.create_task(slow._engine.write(load))  # type: ignore[attr-defined]
    await asyncio.to_thread(begun.wait, 30)
    await quick.papers.add_listings([listing(paper(1))], NOW)
    (first,) = await quick.papers.changes_since(0, 10)
    assert first.paper
    assert first.paper.id == paper(1).id
    may_end.set()
    await loading
    numbers = await quick._engine.read(  # type: ignore[attr-defined]
        lambda db: db.execute("SELECT seq, paper FROM paper_changes WHERE seq > ?", (first.seq,)).fetchall()
    )
    assert [name for _, name in numbers] == ["arxiv:slow"]


async def test_each_post_is_handed_out_once_and_the_queues_stay_true(stores: list[Store]) -> None:
    places = [(f"T{tenant}", f"C{channel}") for tenant in range(TENANTS) for channel in range(CHANNELS)]
    posts = [
        post(f"{space}-{channel}-{n}", place=Place("web", space, channel), due=NOW)
        for space, channel in places
        for n in range(EACH)
    ]
    await stores[0].outbox.add_posts(posts)
    claims: Counter[str] = Counter()

    async def deliver(store: Store, token: str) -> None:
        for _ in range(60):
            for claimed in await store.outbox.claim_posts(NOW, token=token, lease=LEASE, limit=4, platforms=["web"]):
                claims[claimed.post.key] += 1
                ref = Ref(claimed.post.place, claimed.post.key)
                assert await store.outbox.settle_sent(claimed.post.key, token=token, ref=ref, at=NOW)
            if sum(claims.values()) == len(posts):
                return

    await asyncio.gather(*(deliver(store, f"t{n}") for n, store in enumerate(stores * 2)))
    assert claims == Counter({one.key: 1 for one in posts})
    for table in ("queued_channels", "queued_tenants"):
        left = await stores[0]._engine.read(lambda db, table=table: db.execute(f"SELECT * FROM {table}").fetchall())  # type: ignore[attr-defined]
        assert left == [], table


async def test_two_processes_that_merge_one_paper_at_once_lose_neither_listing(stores: list[Store]) -> None:
    await asyncio.gather(
        *(
            store.papers.add_listings([listing(paper(n)) for n in range(40)], NOW + timedelta(seconds=turn))
            for turn, store in enumerate(stores * 3)
        )
    )
    assert await stores[0].papers.count_papers() == 40
    assert len(await stores[0].papers.changes_since(0, 100)) == 40


async def test_a_machine_whose_clock_is_off_takes_the_servers_time(stores: list[Store], database: str) -> None:
    behind = FixedClock(NOW)
    ours = stores[0].clock(behind)
    stores[0]._engine.clock_ahead = timedelta(minutes=7)  # type: ignore[attr-defined]  # as it measures it
    assert ours.now() - NOW == timedelta(minutes=7)


async def test_a_database_of_a_newer_version_is_refused(stores: list[Store], database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("INSERT INTO schema_steps VALUES ('of next year')")
    with pytest.raises(StoreError, match="of next year"):
        await open_store(database)


async def test_what_cannot_be_reached_is_said_at_once() -> None:
    with pytest.raises(StoreError, match="Check that the server runs"):
        await open_store("postgresql://nobody:secret@127.0.0.1:9/paperboy?connect_timeout=2")


def test_the_database_url_of_another_program_is_left_alone() -> None:
    assert load(None, {"DATABASE_URL": "mysql://localhost/shop"}).store.url == ""
    assert load(None, {"DATABASE_URL": "postgres://localhost/papers"}).store.url.startswith("postgres:")
    with pytest.raises(ConfigError, match="postgresql"):
        load(None, {"PAPERBOY_STORE_URL": "mysql://localhost/shop"})


async def test_a_backup_is_made_by_the_databases_own_tool(stores: list[Store], tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="pg_dump"):
        await stores[0].back_up(tmp_path / "copy")
