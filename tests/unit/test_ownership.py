"""Every table belongs to someone, or says why not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bot.store import open_store
from bot.store.sql import Store
from bot.store.sql.ownership import OWNED
from tests.builders import post

EXEMPT = {  # why a table has no rows of a tenant or a person
    "_sqlite_migrations": "the steps of the schema that this database has had",
    "papers": "published papers",
    "paper_changes": "ids of published papers",
    "fetches": "about sources",
    "vectors": "made from papers",
    "summaries": "about papers",
    "summary_requests": "about papers; they end after some hours",
    "summary_batches": "about papers; they end after some hours",
    "full_texts": "published papers; they are kept for days",
    "queued_channels": "goes with the outbox, by triggers",
    "queued_tenants": "goes with the outbox, by triggers",
    "model_costs": "sums by day and model",
    "model_reservations": "sums for calls under way",
    "notices": "what the operator was told of costs",
    "api_keys": "the operator's; `paperboy keys` removes them",
    "rate_slots": "about sources",
    "key_values": "each adapter's own; it removes what belongs to a tenant or a person that leaves",
    "handled_events": "ids alone; they are kept for days",
}


async def test_every_table_is_exported_and_forgotten_or_exempt_with_a_reason(tmp_path: Path) -> None:
    await (await open_store(tmp_path / "x.db")).aclose()
    db = sqlite3.connect(tmp_path / "x.db")
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    db.close()
    assert tables - {"sqlite_sequence"} == set(OWNED) | set(EXEMPT)
    assert not set(OWNED) & set(EXEMPT)
    assert all(EXEMPT.values())


async def test_a_post_of_an_earlier_version_forgets_its_submitter_too(store: Store) -> None:
    await store.outbox.add_posts([post("k1")])
    old = b'{"key":"k1","message":{"blocks":[{"facts":[{"text":"bob","person":true}]}]}}'
    await store.outbox._change("UPDATE outbox SET post = ?", old)
    await store.ownership.forget("web:home/bob")
    exported = (await store.ownership.export("web:home"))["outbox"]
    assert ["bob" in str(row["post"]) for row in exported] == [False]
