"""One edition to ten thousand readers by mail: the real process, a real mail server (aiosmtpd), one mail each.

    python -m tests.benchmarks.inbox                      # or `make inbox`
    python -m tests.benchmarks.inbox --readers 1000 --answer 0.1   # a server that takes 0.1 s to say yes

All readers are in one tenant and seven domains, and none has a pace, so that the time is Paperboy's own and the
server's; `pace` adds 0.1 s between two mails to one domain.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from bot.clock import SystemClock
from bot.store import open_store
from bot.store.records import DeliveryState
from tests.builders import listing, paper, subscription
from tests.fakes.mail import FakeMail
from tests.fakes.world import launch
from tests.platforms.email.delivering import readers

PAPERS = 10


class Cost(Struct, frozen=True, kw_only=True):
    """Of one edition to so many readers."""

    readers: int
    mails: int  # that the server took
    twice: int  # readers that got more than one
    seconds: float  # from the start of the process to its end
    processor: float  # seconds of it
    memory: float  # MB at most
    largest: int  # bytes of a mail

    @property
    def clean(self) -> bool:
        return self.mails == self.readers and not self.twice

    def __str__(self) -> str:
        return (
            f"{self.readers:,} readers: {self.mails:,} mails, {self.twice} got two, in {self.seconds:.1f} s"
            f" ({self.mails / self.seconds:.0f} a second); {self.processor:.1f} s of processor,"
            f" {self.memory:.0f} MB; the largest mail has {self.largest:,} bytes"
        )


async def edition(count: int, answer: float) -> Cost:
    """Plan and send one."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        await _subscribed(home, count)
        async with FakeMail() as server:
            server.slow = lambda: answer
            began = time.monotonic()
            process = await launch(home, "run", "--until-idle", out=sys.stderr.fileno(), **_settings(server.port))
            assert await process.wait() == 0
            seconds = time.monotonic() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        await _all_sent(home, count)
        return Cost(
            readers=count,
            mails=len(server.received),
            twice=sum(count > 1 for count in server.by_reader.values()),
            seconds=seconds,
            processor=used.ru_utime + used.ru_stime,
            memory=used.ru_maxrss / 1024,
            largest=max(len(received.raw) for received in server.received),
        )


async def _subscribed(home: Path, count: int) -> None:
    places, now = await readers(home, count), SystemClock().now()
    store = await open_store(home / "paperboy.db")
    papers = [paper(n, f"A House for Birds, Part {n}", upvotes=n) for n in range(1, 3 * PAPERS)]
    await store.papers.add_listings([listing(p, day=now.date() - timedelta(days=1)) for p in papers], now)
    due = f"daily {now - timedelta(hours=1):%H:%M} UTC"
    wishes = (
        subscription(
            f"s{n}", place=place, schedule=due, layout="compact", count=PAPERS, created=now - timedelta(days=1)
        )
        for n, place in enumerate(places)
    )
    await asyncio.gather(*map(store.subscriptions.add_subscription, wishes))
    await store.aclose()


async def _all_sent(home: Path, count: int) -> None:
    store = await open_store(home / "paperboy.db")
    states = await store.outbox.count_by_state()
    await store.aclose()
    assert Counter(states) == Counter({DeliveryState.SENT: count}), states


def _settings(port: int) -> dict[str, str]:
    return {
        "PAPERBOY_SEARCH_SEMANTIC": "false",
        "PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false",
        "PAPERBOY_DELIVERY_SPREAD_MINUTES": "0",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(port),
        "EMAIL_TLS": "none",
        "EMAIL_SENDER": "papers@example.org",
        "EMAIL_BASE_URL": "https://papers.example.org",
        "EMAIL_LISTEN_PORT": "0",
        "EMAIL_PACE": "0",
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.inbox", description=__doc__)
    parser.add_argument("--readers", type=int, default=10_000)
    parser.add_argument("--answer", type=float, default=0.0, help="seconds until the server says that it has a mail")
    given = parser.parse_args()
    cost = asyncio.run(edition(given.readers, given.answer))
    print(cost)
    sys.exit(0 if cost.clean else 1)


if __name__ == "__main__":
    main()
