"""Papers in any number: the recorded ones, then the same again with a tenth of their words changed."""

from __future__ import annotations

import gzip
import json
import random
import time
from collections.abc import Iterator
from typing import Any

from bot.clock import SystemClock
from bot.papers.model import Paper
from bot.store.sql import Store
from tests.builders import SHARED, listing, paper

CHANGED = 0.1  # of the words of a paper that comes again
BATCH = 1_000
MOST_SECONDS = 1_200.0  # on a slow machine there are fewer papers then, and the table says how many


async def fill(store: Store, size: int) -> int:
    """Keep so many papers, or as many as there is time for; returns how many."""
    began, now, batch, kept = time.monotonic(), SystemClock().now(), [], 0
    for item in _papers(size):
        batch.append(listing(item, source="arxiv"))
        if len(batch) == BATCH:
            await store.papers.add_listings(batch, now)
            kept, batch = kept + len(batch), []
            if time.monotonic() - began > MOST_SECONDS:
                return kept
    await store.papers.add_listings(batch, now)
    return kept + len(batch)


def _papers(size: int) -> Iterator[Paper]:
    rows = _recorded() or list(_invented())
    chance = random.Random(1)
    for n in range(size):
        row = rows[n % len(rows)]
        title, abstract = row["title"], row["abstract"]
        if n >= len(rows):
            other = chance.choice(rows)["abstract"].split()
            title, abstract = _changed(title, other, chance), _changed(abstract, other, chance)
        yield paper(f"text:{n:016x}", title, abstract=abstract, authors=tuple(row["authors"]))


def _changed(text: str, words: list[str], chance: random.Random) -> str:
    return " ".join(chance.choice(words) if words and chance.random() < CHANGED else word for word in text.split())


def _recorded() -> list[dict[str, Any]]:
    file = SHARED / "arxiv-new" / "corpus.jsonl.gz"
    if not file.exists():
        return []
    with gzip.open(file) as lines:
        return [json.loads(line) for line in lines]


def _invented() -> Iterator[dict[str, Any]]:
    chance = random.Random(1)
    words = [f"{a}{b}" for a in ("neuro", "graph", "meta", "hyper") for b in ("net", "form", "tune", "bird", "flow")]
    for _ in range(10_000):
        text = " ".join(chance.choices(words, k=150))
        yield {"title": " ".join(chance.choices(words, k=8)), "abstract": text, "authors": ["Ada Lovelace"]}
