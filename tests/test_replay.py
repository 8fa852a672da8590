"""Days as they were: each edition once, late papers into its thread, no paper twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.store import open_store
from bot.store.records import Delivery, DeliveryState, Subscription
from tests.builders import PAPERS, SHARED, needs_shared, runs_of, subscription
from tests.fakes.papers import FakePapers, entry
from tests.fakes.world import paperboy

DAYS = [date(2025, 3, 17) + timedelta(days=n) for n in range(14)]
WEEKDAYS = [day for day in DAYS if day.weekday() < 5]


async def schedule(home: Path, **more: object) -> None:
    store = await open_store(home / "paperboy.db")
    created = datetime.combine(DAYS[0], time(), UTC)
    wish: Subscription = subscription("daily", schedule="weekdays 09:00 UTC", created=created, **more)
    await store.subscriptions.add_subscription(wish)
    await store.aclose()


async def sent(home: Path) -> Sequence[Delivery]:
    store = await open_store(home / "paperboy.db")
    found = await store.outbox.sent_since(datetime(2000, 1, 1, tzinfo=UTC))
    assert set(await store.outbox.count_by_state()) <= {DeliveryState.SENT}
    await store.aclose()
    return found


async def at(home: Path, fake: FakePapers, day: date, hour: int) -> None:
    """Run once. No vectors: what is posted and why doesn't depend on them."""
    moment = datetime.combine(day, time(hour), UTC).isoformat()
    settings = {"PAPERBOY_SEARCH_SEMANTIC": "false"}
    ran = await paperboy(home, "run", "--until-idle", "--now", moment, source=fake.url, **settings)
    assert ran.code == 0, ran.err


def check(posts: Sequence[Delivery], days: Sequence[date]) -> None:
    heads = [delivery.post.edition for delivery in posts if delivery.post.part == "head"]
    assert heads == [f"huggingface:{day}" for day in days]
    papers = Counter(paper for delivery in posts for paper in delivery.post.papers)
    assert set(papers.values()) == {1}
    for delivery in posts:
        if delivery.post.part != "head":
            assert delivery.parent_ref is not None


@pytest.mark.slow
async def test_ten_weekdays_bring_ten_threads_and_late_papers_find_theirs(tmp_path: Path) -> None:
    await schedule(tmp_path)
    async with FakePapers() as fake:
        for n, day in enumerate(WEEKDAYS):
            numbers = [(n - 1) * 10 + 4] * (n > 0) + [n * 10 + k for k in range(5)]  # yesterday's last comes again
            fake.list(day, [entry(number, upvotes=9 - number % 10, day=day.isoformat()) for number in numbers])
        for day in WEEKDAYS:
            fake.early = 3
            await at(tmp_path, fake, day, 9)
            await at(tmp_path, fake, day, 9)  # started twice: nothing more to do
            fake.early = None
            await at(tmp_path, fake, day, 14)
    posts = await sent(tmp_path)
    check(posts, WEEKDAYS)
    assert len([d for d in posts if d.post.part != "head"]) == 5 * 10


async def test_what_was_missed_comes_once_if_it_is_young_and_is_explained_if_not(tmp_path: Path) -> None:
    await schedule(tmp_path)
    async with FakePapers() as fake:
        for n, day in enumerate(WEEKDAYS):
            fake.list(day, [entry(n * 10, day=day.isoformat())])
        await at(tmp_path, fake, WEEKDAYS[0], 10)
        await at(tmp_path, fake, WEEKDAYS[4], 20)  # down for days, back on Friday evening
    check(await sent(tmp_path), [WEEKDAYS[0], WEEKDAYS[4]])
    store = await open_store(tmp_path / "paperboy.db")
    runs = {run.slot.date(): run for run in await runs_of(store, "daily")}
    await store.aclose()
    assert [runs[day].outcome for day in WEEKDAYS[:5]] == ["posted", "missed", "missed", "missed", "posted"]
    assert "wasn't running" in runs[WEEKDAYS[1]].why


async def test_a_quiet_day_has_its_reason(tmp_path: Path) -> None:
    await schedule(tmp_path, query="penguins")
    async with FakePapers() as fake:
        fake.list(DAYS[0], [entry(1, day=DAYS[0].isoformat())])
        await at(tmp_path, fake, DAYS[0], 10)
        await at(tmp_path, fake, DAYS[1], 10)
    assert await sent(tmp_path) == []
    store = await open_store(tmp_path / "paperboy.db")
    second, first = await runs_of(store, "daily")
    await store.aclose()
    assert [item.reason for item in first.left_out] == ["no match"]
    assert first.outcome == second.outcome == "quiet"
    told = await paperboy(tmp_path, "why", str(PAPERS))
    assert "Nothing has been posted in this channel yet" in told.out


@pytest.mark.slow
@needs_shared
async def test_ten_recorded_weekdays(tmp_path: Path) -> None:
    folder = SHARED / "hf-daily-papers"
    recorded = [day for day in WEEKDAYS if (folder / f"{day}.json.gz").exists()]
    assert len(recorded) == 10
    await schedule(tmp_path)
    async with FakePapers(folder) as fake:
        for day in recorded:
            fake.early = 6
            await at(tmp_path, fake, day, 9)
            fake.early = None
            await at(tmp_path, fake, day, 15)
    posts = await sent(tmp_path)
    check(posts, recorded)
    assert max(Counter(d.post.edition for d in posts).values()) <= 1 + 10


async def test_when_complete_brings_each_day_once_and_skips_none(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "paperboy.db")
    created = datetime.combine(DAYS[0], time(), UTC)
    await store.subscriptions.add_subscription(
        subscription("done", schedule="weekdays when complete UTC", created=created)
    )
    await store.aclose()
    async with FakePapers() as fake:
        for n, day in enumerate(WEEKDAYS[:4]):
            fake.list(day, [entry(n * 10 + k, day=day.isoformat()) for k in range(2)])
        await at(tmp_path, fake, WEEKDAYS[0], 9)  # open still
        assert await sent(tmp_path) == []
        await at(tmp_path, fake, WEEKDAYS[1], 1)  # Monday is over
        await at(tmp_path, fake, WEEKDAYS[1], 2)
        await at(tmp_path, fake, WEEKDAYS[2], 9)  # down overnight: Tuesday's comes, though Wednesday's has begun
        await at(tmp_path, fake, WEEKDAYS[3], 23)
    check(await sent(tmp_path), WEEKDAYS[:3])
