"""Things that tests talk about, with only what a test cares about to be said."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from bot.chat.event import Person, Place
from bot.chat.message import Message
from bot.delivery.schedule_parser import parse_schedule
from bot.papers.model import Counts, Links, Listing, Paper
from bot.store.records import Delivery, Post, Reservation, Run, Spending, SpendingLimits, Subscription, VoteMark
from bot.store.sql import Store

NOW = datetime(2025, 3, 18, 9, 30, tzinfo=UTC)  # a Tuesday
TODAY = NOW.date()
PAPERS = Place("web", "home", "papers")
ADA = Person(platform="web", space="home", id="ada", name="Ada", admin=True)
BOB = Person(platform="web", space="home", id="bob", name="Bob")

SHARED = Path(__file__).parents[1] / ".." / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the recorded data (../shared/data) is not here")


def paper(number: int | str = 1, title: str = "", *, upvotes: int = 0, **more: Any) -> Paper:
    """A paper of this number; its text is invented."""
    id = f"arxiv:2503.{int(number):05d}" if isinstance(number, int) else number
    more.setdefault("published", NOW - timedelta(days=1))
    more.setdefault("abstract", f"Birds sing. We present nest number {number}, a house for birds. It keeps rain out.")
    more.setdefault("links", Links(page=f"https://arxiv.org/abs/{id.removeprefix('arxiv:')}"))
    return Paper(id=id, title=title or f"A House for Birds, Part {number}", counts=Counts(upvotes=upvotes), **more)


def listing(of: Paper, *, day: date = TODAY, source: str = "huggingface") -> Listing:
    from msgspec.structs import replace

    return Listing(paper=replace(of, sources=of.sources | {source}), source=source, day=day)


def subscription(
    id: str = "s1", *, place: Place = PAPERS, schedule: str = "daily 09:00 UTC", **more: Any
) -> Subscription:
    more.setdefault("created", NOW - timedelta(days=1))
    return Subscription(id=id, place=place, schedule=parse_schedule(schedule, "UTC"), **more)


def post(key: str = "k1", *, place: Place = PAPERS, due: datetime = NOW, **more: Any) -> Post:
    return Post(key=key, place=place, message=Message(plain=f"message {key}"), due=due, **more)


async def delivery_of(store: Store, key: str) -> Delivery | None:
    """The delivery of a post that belongs to no schedule, as `post` makes them."""
    planned = await store.outbox.in_edition("", "")
    return next((delivery for delivery in planned if delivery.post.key == key), None)


def mark(person: str = "web:home/ada", of: str = "arxiv:2503.00001", **more: Any) -> VoteMark:
    values: dict[str, Any] = {"tenant": "web:home", "origin": "button", "emoji": "👍", "value": 1, "at": NOW}
    return VoteMark(person=person, paper=of, **(values | more))


def recorded_texts() -> Iterator[str]:
    """All titles and abstracts of the recorded data, as they were written."""
    for file in sorted(SHARED.rglob("*.json*")):
        if "queries" in file.name or "fixtures" in str(file) or "scitldr" in str(file):
            continue
        raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        records = map(json.loads, raw.splitlines()) if ".jsonl" in file.name else json.loads(raw)
        pages = records.values() if isinstance(records, dict) else [records]
        for record in (record for page in pages for record in page):
            paper = record.get("paper", record)
            for name in ("title", "abstract", "summary"):
                text = paper.get(name)
                if text:
                    yield " ".join(text) if isinstance(text, list) else text


async def runs_of(store: Store, id: str) -> list[Run]:
    """All runs of a schedule, newest first."""
    found = await store.subscriptions.get_subscription(id)
    rows = (await store.ownership.export(found.place.tenant))["runs"] if found else []
    runs = [msgspec.json.decode(str(row["doc"]), type=Run) for row in rows if row["subscription"] == id]
    return sorted(runs, key=lambda run: run.slot, reverse=True)


async def add_spending(store: Store, spent: Spending) -> None:
    """Book what a call to a model cost."""
    reservation = Reservation(id=uuid4().hex, model=spent.model, cost=0.0, until=None)
    assert await store.costs.reserve(reservation, SpendingLimits(), now=NOW)
    await store.costs.settle(reservation, spent)
