"""Kill -9 while papers are stored and indexed: `python -m tests.faults.indexing --kills 200`.

After each kill, every paper in the store is found by the index, and none twice.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

from bot.search import Search
from bot.store import open_store
from tests.builders import NOW, listing, paper

PAPERS_PER_WRITE = 20
UP_S = 30.0  # that a process may take to start
LIFE_S = 0.4  # of a process after its first commit, at most


async def store_and_index(home: Path) -> None:
    """Store papers and index them until something ends this process."""
    store = await open_store(home / "paperboy.db")
    search = Search(store.papers, store.vectors, None, index_folder=home / "search-index")
    first = await store.papers.count_papers()
    for number in count(first, PAPERS_PER_WRITE):
        papers = [paper(n % 99_999, f"Owl {n}", upvotes=n) for n in range(number, number + PAPERS_PER_WRITE)]
        papers += [paper(random.randrange(number + 1), f"Owl {number}, again", upvotes=number)]
        await store.papers.add_listings([listing(one) for one in papers], NOW)
        await search.update_index()
        print(number, flush=True)


async def lost_and_doubled(home: Path) -> tuple[set[str], int]:
    """The stored papers that a search doesn't find, and how many it finds twice."""
    store = await open_store(home / "paperboy.db")
    search = Search(store.papers, store.vectors, None, index_folder=home / "search-index")
    known = set(await store.papers.newest_ids(1_000_000))
    found = [hit.id for hit in (await search.newest_papers("owl", limit=1_000_000)).hits]
    await search.aclose()
    await store.aclose()
    return known - set(found), len(found) - len(set(found))


def kill_while_indexing(home: Path, chance: random.Random) -> None:
    """Start a process that stores and indexes, and kill it at some moment of its work."""
    command = [sys.executable, "-m", "tests.faults.indexing", "--work", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline()
        time.sleep(chance.random() * LIFE_S)
        child.send_signal(signal.SIGKILL)


def _work(home: str) -> None:
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - until the kill
    asyncio.run(store_and_index(Path(home)))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--kills", type=int, default=200)
    chosen = parser.parse_args()
    if chosen.work:
        asyncio.run(store_and_index(chosen.work))
        return
    chance, lost, doubled = random.Random(1), 0, 0
    context = multiprocessing.get_context("forkserver")  # a process that has loaded everything is forked in no time
    context.set_forkserver_preload(["tests.faults.indexing"])
    with tempfile.TemporaryDirectory() as folder:
        for done in range(1, chosen.kills + 1):
            child = context.Process(target=_work, args=(folder,))
            child.start()
            time.sleep(chance.random() * LIFE_S * 4)
            child.kill()
            child.join()
            missing, twice = asyncio.run(lost_and_doubled(Path(folder)))
            lost, doubled = lost + len(missing), doubled + twice
            print(f"{done} kills: {lost} papers lost, {doubled} found twice", flush=True)


if __name__ == "__main__":
    main()
