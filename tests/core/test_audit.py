"""What the sources' lists lack, by their habit and by each other; and the days on which nothing is to be expected."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from bot.delivery.audit import audit
from bot.delivery.calendar import ARXIV_HOLIDAYS, SATURDAY, closed_reason, out_of_date
from bot.delivery.planning_pass import jitter
from bot.store.records import Fetch
from bot.store.sql import Store
from tests.builders import listing, paper

FRIDAY = date(2025, 3, 21)
EVENING = datetime(2025, 3, 22, 1, tzinfo=UTC)


async def listed(store: Store, source: str, *counts: int) -> None:
    """So many papers a day, the last on Friday; each on one list only."""
    for back, count in enumerate(reversed(counts)):
        day = FRIDAY - timedelta(days=back)
        papers = [listing(paper(back * 100 + n), day=day, source=source) for n in range(count)]
        await store.papers.add_listings(papers, EVENING)


async def states(store: Store, *sources: str) -> list[tuple[str, str]]:
    found = await audit(store.papers, sources, FRIDAY - timedelta(days=6), FRIDAY, EVENING)
    return [(f"{day.day:%a} {day.source}", day.state) for day in found]


async def test_a_list_that_is_missing_or_much_shorter_than_usual_is_named(store: Store) -> None:
    await listed(store, "huggingface", 30, 0, 28, 9, 31)
    assert await states(store, "huggingface") == [
        ("Sat huggingface", "closed"),
        ("Sun huggingface", "closed"),
        ("Mon huggingface", "complete"),
        ("Tue huggingface", "missing"),
        ("Wed huggingface", "complete"),
        ("Thu huggingface", "short"),
        ("Fri huggingface", "complete"),
    ]


async def test_a_day_is_explained_by_its_own_fetch(store: Store) -> None:
    at = EVENING - timedelta(days=3)
    await store.papers.record_fetch(
        Fetch(source="huggingface", day=FRIDAY - timedelta(days=3), at=at, error="no answer")
    )
    found = await audit(store.papers, ("huggingface",), FRIDAY - timedelta(days=4), FRIDAY - timedelta(days=3), EVENING)
    assert [(day.state, day.why) for day in found] == [("missing", "no papers listed"), ("missing", "no answer")]


async def test_papers_that_only_another_source_listed_are_named(store: Store) -> None:
    await listed(store, "huggingface", 3)
    shared = replace(listing(paper(0), day=FRIDAY), source="arxiv")
    await store.papers.add_listings([shared, listing(paper(7_000), day=FRIDAY, source="arxiv")], EVENING)
    found = await audit(store.papers, ("huggingface", "arxiv"), FRIDAY, FRIDAY, EVENING)
    only_there, only_here = ("arxiv:2503.07000",), ("arxiv:2503.00001", "arxiv:2503.00002")
    assert {day.source: day.elsewhere for day in found} == {"huggingface": only_there, "arxiv": only_here}


async def test_a_day_that_goes_on_is_open_not_missing(store: Store) -> None:
    (today,) = await audit(store.papers, ("huggingface",), FRIDAY, FRIDAY, EVENING - timedelta(hours=12))
    assert today.state == "open"


def test_arxivs_holidays_fall_on_days_that_it_would_announce() -> None:
    assert len(ARXIV_HOLIDAYS) >= 9
    assert all(day.weekday() < SATURDAY for day in ARXIV_HOLIDAYS)
    assert closed_reason("arxiv", date(2026, 12, 25)) == "holiday"
    assert closed_reason("huggingface", date(2026, 12, 25)) == ""


@pytest.mark.parametrize(("today", "lacks"), [((2026, 11, 21), ""), ((2026, 12, 1), "2027"), ((2027, 1, 2), "2027")])
def test_holidays_that_run_out_are_told_in_time(today: tuple[int, int, int], lacks: str) -> None:
    said = out_of_date(date(*today))
    assert (lacks in said) == bool(said or not lacks)
    assert bool(said) == bool(lacks)


def test_a_subscriptions_place_in_the_window_is_its_own_and_stays() -> None:
    window = timedelta(minutes=10)
    places = [jitter(f"s{n}", window) for n in range(1_000)]
    assert places == [jitter(f"s{n}", window) for n in range(1_000)]
    assert all(timedelta(0) <= place < window for place in places)
    tenths = [sum(n * 60 <= place.total_seconds() < (n + 1) * 60 for place in places) for n in range(10)]
    assert max(tenths) < 2 * min(tenths)
    assert jitter("s1", timedelta(0)) == timedelta(0)
