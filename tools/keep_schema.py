"""Keeps a small store of today's schema in tests/stores, as SQL: `python -m tools.keep_schema` after a release.

Tests bring each kept store up to date. Its texts are invented; its posts are planned, being sent, or of unknown
outcome.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from bot.chat.event import Place
from bot.store import open_store
from bot.store.records import VoteMark
from tests.builders import ADA, NOW, PAPERS, listing, paper, post, subscription

KEPT = Path(__file__).parent.parent / "tests" / "stores"
MINUTE = timedelta(minutes=1)


async def fill(path: Path) -> None:
    store = await open_store(path)
    await store.papers.add_listings([listing(paper(n)) for n in range(1, 4)], NOW)
    await store.subscriptions.add_subscription(subscription("kept", schedule="mondays 09:00 UTC"))
    mark = VoteMark(
        tenant=PAPERS.tenant, person=ADA.key, paper=paper(1).id, origin="button", emoji="👍", value=1, at=NOW
    )
    await store.votes.add_mark(mark)
    await store.people.save_paper(ADA.key, paper(2).id, NOW)
    places = [Place("web", "home", name) for name in ("planned", "claimed", "unsure")]
    await store.outbox.add_posts([post(f"kept-{place.channel}", place=place) for place in places])
    outbox, again = store.outbox, NOW + MINUTE
    for sent in await outbox.claim_posts(NOW, token="t", lease=MINUTE, limit=3, platforms=["web"]):  # noqa: S106
        if sent.post.place.channel == "planned":
            await outbox.settle_retry(sent.post.key, token=sent.token, reason="busy", again=again)
        elif sent.post.place.channel == "unsure":
            await outbox.settle_unsure(sent.post.key, token=sent.token, reason="no answer", again=again)
    await store.aclose()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "paperboy.db")
        asyncio.run(fill(path))
        with closing(sqlite3.connect(path)) as db:
            (last,) = db.execute("SELECT name FROM _sqlite_migrations ORDER BY rowid DESC").fetchone()
            KEPT.mkdir(exist_ok=True)
            (KEPT / f"{last}.sql").write_text("\n".join(db.iterdump()) + "\n", "utf-8")


if __name__ == "__main__":
    main()
