"""Are papers found by the names in their titles? `python -m tests.benchmarks.names [--papers N] [--names N]`.

Names are words of recorded titles with a digit or a hyphen: `DeepSeek-R1`, `PD-L1`, `1.5B`. Each is searched for by
words alone, as the title spells it. It is found when the first paper of the answer carries that name, in any case.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.papers.model import Paper
from bot.papers.text import readable
from bot.search import Mode, Search
from bot.store import open_store
from tests.builders import NOW, SHARED, listing, paper

BATCH = 1_000
_EDGES = ".,:;()[]{}\"'?!“”‘’`*$/\\&-‐‑–"
_LATEX = str.maketrans("", "", "$^{}_\\")
_NAME = re.compile(r"(?=.*[\d‐‑-])(?=.*[^\W\d_]).{2,40}")


def recorded(most: int) -> Iterator[Paper]:
    """Papers of the recorded lists, at most so many of each."""
    with gzip.open(SHARED / "arxiv-new" / "corpus.jsonl.gz") as lines:
        for n, row in enumerate(json.loads(line) for line, _ in zip(lines, range(most), strict=False)):
            yield paper(
                f"text:{n:016x}", readable(row["title"]), abstract=row["abstract"], authors=tuple(row["authors"])
            )
    daily = (row for file in sorted((SHARED / "hf-daily-papers").glob("*.json.gz")) for row in _rows(file))
    for n, (row, _) in enumerate(zip(daily, range(most), strict=False)):
        yield paper(
            f"text:{0xF0000000 + n:016x}", readable(row["title"]), abstract=row.get("summary") or "", authors=()
        )


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with gzip.open(file) as opened:
        yield from (row.get("paper", row) for row in json.load(opened))


def names(title: str) -> list[str]:
    """Words of a title with a digit or a hyphen, and a letter."""
    return [name for word in title.split() if _NAME.fullmatch(name := word.strip(_EDGES))]


def carries(item: Paper, name: str) -> bool:
    """Whether a paper's title or abstract has the name as it is spelt, in any case."""
    text = f"{item.title} {item.abstract}".casefold().translate(_LATEX)
    return re.search(rf"(?<!\w){re.escape(name.casefold().translate(_LATEX))}(?!\w)", text) is not None


async def missed(papers: Sequence[Paper], count: int) -> tuple[int, list[tuple[str, str, str]]]:
    """How many names were tried; those whose first paper is another one, with a title of theirs and the one found."""
    chance = random.Random(7)
    named = [(name, item.title) for item in papers for name in names(item.title)]
    chosen = chance.sample(named, min(count, len(named)))
    wrong: list[tuple[str, str, str]] = []
    with tempfile.TemporaryDirectory() as home:
        store = await open_store(Path(home) / "paperboy.db")
        for start in range(0, len(papers), BATCH):
            await store.papers.add_listings([listing(item) for item in papers[start : start + BATCH]], NOW)
        search = Search(store.papers, store.vectors, None)
        await search.update_index()
        for name, title in chosen:
            hits = (await search.find_papers(name, limit=1, mode=Mode.KEYWORD)).hits
            found = (await store.papers.get_papers([hits[0].id]))[hits[0].id] if hits else None
            if found is None or not carries(found, name):
                wrong.append((name, title, found.title if found else ""))
        await store.aclose()
    return len(chosen), wrong


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=100_000, help="of each recorded list, at most")
    parser.add_argument("--names", type=int, default=2_000)
    chosen = parser.parse_args()
    tried, wrong = asyncio.run(missed(list(recorded(chosen.papers)), chosen.names))
    for name, title, found in wrong:
        print(f"{name!r}  of {title!r}  finds {found!r}")
    print(f"{tried - len(wrong):,} of {tried:,} names find a paper that carries them first")


if __name__ == "__main__":
    main()
