"""A store of the recorded papers for the benchmark of the pages, and addresses that readers of it ask for."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from urllib.parse import quote

from bot.clock import SystemClock
from bot.search import open_embedder
from bot.store import open_store
from bot.store.sql import Store
from bot.summaries import SummaryService
from tests.benchmarks.search_speed import _queries, _vectors
from tests.builders import SHARED
from tests.fakes.world import launch

KINDS = {  # how often each is asked for, of a hundred
    "newest day": 20,
    "a day": 14,
    "a week": 5,
    "a month": 4,
    "trending": 8,
    "trending on a topic": 3,
    "a paper": 26,
    "search": 10,
    "a topic": 4,
    "an author": 3,
    "topics": 1,
    "archive": 2,
}


class Addresses:
    """Pages as readers ask for them."""

    def __init__(
        self,
        days: Sequence[date],
        ids: Sequence[str],
        authors: Sequence[str],
        topics: Sequence[str],
        asked: Sequence[str],
    ) -> None:
        self._days = days
        self._ids = ids
        self._authors = authors
        self._topics = topics
        self._asked = asked

    def one(self, kind: str, chance: random.Random) -> str:
        day = chance.choice(self._days)
        year, week, _ = day.isocalendar()
        span = chance.choice(("day", "week", "month"))
        return {
            "newest day": lambda: "/",
            "a day": lambda: f"/date/{day}",
            "a week": lambda: f"/week/{year}-W{week:02d}",
            "a month": lambda: f"/month/{day:%Y-%m}",
            "trending": lambda: f"/trending/{span}",
            "trending on a topic": lambda: f"/trending/{span}?topic={quote(chance.choice(self._topics))}",
            "a paper": lambda: f"/paper/{chance.choice(self._ids)}",
            "search": lambda: f"/search?q={quote(chance.choice(self._asked))}",
            "a topic": lambda: f"/topic/{quote(chance.choice(self._topics))}",
            "an author": lambda: f"/author/{quote(chance.choice(self._authors))}",
            "topics": lambda: "/topics",
            "archive": lambda: "/archive",
        }[kind]()


async def fill(home: Path) -> Addresses:
    """Take in the recorded papers, once, and draw what will be asked for."""
    if not (home / "paperboy.db").exists():
        folders = [SHARED / "arxiv-new" / "corpus.jsonl.gz", SHARED / "hf-daily-papers"]
        process = await launch(home, "ingest", "--no-vectors", *map(str, folders))
        assert await process.wait() == 0
    store = await open_store(home / "paperboy.db")
    embedder = open_embedder("", 1)
    assert embedder is not None
    await _vectors(store, embedder)
    ids = await store.papers.newest_ids(100_000)
    await _lines(store, ids)
    chance = random.Random(5)
    days = [day for day, _ in await store.papers.listed_days(("huggingface",), limit=10_000)]
    papers = list((await store.papers.get_papers(chance.sample(ids, 2_000))).values())
    authors = sorted({name for paper in papers for name in paper.authors})
    topics = ["cs.CL", "cs.CV", "diffusion models", "reinforcement learning", "large language models", "robotics"]
    queries = await _queries(store)
    print(f"{len(ids):,} papers, {len(days)} days with a list", flush=True)
    await embedder.aclose()
    await store.aclose()
    return Addresses(days, [id.removeprefix("arxiv:") for id in ids], authors, topics, queries)


async def _lines(store: Store, ids: Sequence[str]) -> None:
    """Every paper's line, as the running process makes them beside its work (`bot/app/serve.py`)."""
    lines = SummaryService(store.summaries, writer=None, clock=SystemClock())
    began, used = time.perf_counter(), time.process_time()
    for start in range(0, len(ids), 500):
        await lines.of(list((await store.papers.get_papers(ids[start : start + 500])).values()))
    used, took = time.process_time() - used, time.perf_counter() - began
    print(f"  lines of {len(ids):,} papers in {took:,.0f} s, {used:,.0f} s of the processor's time", flush=True)
    await lines.aclose()
