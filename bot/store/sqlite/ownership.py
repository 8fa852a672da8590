"""What belongs to whom: export and forgetting."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from bot.papers.community import SOURCE as COMMUNITY
from bot.store.records import Subscription
from bot.store.sqlite.codec import pack, stamp, unpack
from bot.store.sqlite.engine import Engine

_TENANT = {  # where a tenant's rows are; `?` is the tenant
    "subscriptions": "tenant = ?",
    "runs": "subscription IN (SELECT id FROM subscriptions WHERE tenant = ?)",
    "outbox": "tenant = ?",
    "shown": "tenant = ?",
    "marks": "community = ?",
    "saved": "substr(person, 1, length(?1) + 1) = ?1 || '/'",
    "follows": "substr(person, 1, length(?1) + 1) = ?1 || '/'",
    "tastes": "substr(person, 1, length(?1) + 1) = ?1 || '/'",
    "submissions": "tenant = ?",
    "listings": f"source = '{COMMUNITY}:' || ?",
    "departed": "tenant = ?",
}
_DIGESTS = "SELECT id FROM subscriptions WHERE json_extract(doc, '$.follows') = ?1"
_PERSON = {
    "listings": f"""(source, seq) IN (SELECT '{COMMUNITY}:' || s.tenant, p.seq FROM submissions s
                    JOIN papers p ON p.id = s.paper WHERE s.person = ?)""",
    "submissions": "person = ?",
    "shown": f"key IN (SELECT key FROM outbox WHERE subscription IN ({_DIGESTS}))",
    "outbox": f"subscription IN ({_DIGESTS})",
    "runs": f"subscription IN ({_DIGESTS})",
    "marks": "person = ?",
    "saved": "person = ?",
    "follows": "person = ?",
    "tastes": "person = ?",
    "subscriptions": f"id IN ({_DIGESTS})",
}
_ORDER = (  # what names, first
    *("runs", "shown", "outbox", "marks", "saved", "follows", "tastes"),
    *("subscriptions", "listings", "submissions", "departed"),
)


class SqliteOwnership:
    """Implements `bot.store.protocol.Records`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def export(self, owner: str) -> dict[str, list[dict[str, object]]]:
        return await self._engine.read(lambda db: {t: _rows(db, t, w, owner) for t, w in _owned(owner).items()})

    async def forget(self, owner: str) -> int:
        def work(db: sqlite3.Connection) -> int:
            owned = _owned(owner)
            _unname(db, owner)
            gone = sum(
                db.execute(f"DELETE FROM {table} WHERE {owned[table]}", (owner,)).rowcount
                for table in _ORDER
                if table in owned
            )
            return gone + _blank(db, owner)

        return await self._engine.write(work)

    async def mark_departed(self, tenant: str, at: datetime) -> None:
        sql = "INSERT OR REPLACE INTO departed VALUES (?, ?)"
        await self._engine.write(lambda db: db.execute(sql, (tenant, stamp(at))))

    async def mark_returned(self, tenant: str) -> None:
        await self._engine.write(lambda db: db.execute("DELETE FROM departed WHERE tenant = ?", (tenant,)))

    async def departed_before(self, before: datetime) -> list[str]:
        sql = "SELECT tenant FROM departed WHERE at < ?"
        return [t for (t,) in await self._engine.read(lambda db: db.execute(sql, (stamp(before),)).fetchall())]


def _owned(owner: str) -> dict[str, str]:
    return _PERSON if "/" in owner else _TENANT


def _rows(db: sqlite3.Connection, table: str, where: str, owner: str) -> list[dict[str, object]]:
    found = db.execute(f"SELECT * FROM {table} WHERE {where}", (owner,))
    names = [column[0] for column in found.description]
    return [{n: v.decode() if isinstance(v, bytes) else v for n, v in zip(names, row, strict=True)} for row in found]


def _blank(db: sqlite3.Connection, person: str) -> int:
    """Schedules stay with the channel; who made them is forgotten."""
    rows = db.execute("SELECT doc FROM subscriptions WHERE json_extract(doc, '$.created_by') = ?", (person,)).fetchall()
    for (doc,) in rows:
        subscription = replace(unpack(doc, Subscription), created_by="")
        db.execute("UPDATE subscriptions SET doc = ? WHERE id = ?", (pack(subscription), subscription.id))
    return len(rows)


def _unname(db: sqlite3.Connection, person: str) -> None:
    """Posts keep the papers that somebody brought, and forget who it was."""
    tenant, _, id = person.partition("/")
    sql = """SELECT key, post FROM outbox WHERE tenant = ? AND instr(CAST(post AS TEXT), '"person":true')
             AND key IN (SELECT key FROM shown_papers JOIN submissions s USING (tenant, paper) WHERE s.person = ?)"""
    for key, doc in db.execute(sql, (tenant, person)).fetchall():
        nameless = json.dumps(_without(json.loads(doc), id)).encode()
        db.execute("UPDATE outbox SET post = ? WHERE key = ?", (nameless, key))


def _without(doc: Any, person: str) -> Any:
    """A record with nobody where it had this person."""
    match doc:
        case {"person": True, "text": text} if text == person:
            return doc | {"person": False, "text": "somebody"}
        case dict():
            return {name: _without(value, person) for name, value in doc.items()}
        case list():
            return [_without(value, person) for value in doc]
    return doc
