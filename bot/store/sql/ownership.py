"""Which rows belong to which tenant or person, for export and forgetting."""

import json
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from bot.papers.community import SOURCE as COMMUNITY
from bot.store.records import Subscription
from bot.store.sql.codec import pack, stamp, unpack
from bot.store.sql.engine import Database, OnEngine

_MEMBERS = "substr(person, 1, length(?1) + 1) = ?1 || '/'"
_DIGESTS = "SELECT id FROM subscriptions WHERE json_extract(doc, '$.follows') = ?1"

# Every table is in one of these two. Rows are deleted in this order: what names others, first. `?1` is the owner.
OWNED: dict[str, tuple[str, str]] = {  # a tenant's rows; a person's, empty where a table has none of a person
    "runs": ("subscription IN (SELECT id FROM subscriptions WHERE tenant = ?1)", f"subscription IN ({_DIGESTS})"),
    "shown_papers": ("tenant = ?1", f"key IN (SELECT key FROM outbox WHERE subscription IN ({_DIGESTS}))"),
    "outbox": ("tenant = ?1", f"subscription IN ({_DIGESTS})"),
    "vote_marks": ("tenant = ?1", "person = ?1"),
    "heard_reactions": ("tenant = ?1", "person = ?1"),
    "saved_papers": (_MEMBERS, "person = ?1"),
    "list_papers": ("substr(owner, 1, length(?1) + 1) = ?1 || '/'", "person = ?1"),
    "paper_notes": (_MEMBERS, "person = ?1"),
    "zotero_keys": (_MEMBERS, "person = ?1"),
    "followed_topics": (_MEMBERS, "person = ?1"),
    "personal_tastes": (_MEMBERS, "person = ?1"),
    "our_authors": ("tenant = ?1", "person = ?1"),
    "readers": ("tenant = ?1", "person = ?1"),
    "long_queries": (_MEMBERS, "person = ?1"),
    "subscriptions": ("tenant = ?1", f"id IN ({_DIGESTS})"),
    "listings": (
        f"source = '{COMMUNITY}:' || ?1",
        f"""(source, seq) IN (SELECT '{COMMUNITY}:' || s.tenant, p.seq FROM submissions s
            JOIN papers p ON p.id = s.paper WHERE s.person = ?1)""",
    ),
    "submissions": ("tenant = ?1", "person = ?1"),
    "departed_tenants": ("tenant = ?1", ""),
}


class Ownership(OnEngine):
    """Export and deletion of what belongs to a tenant or a person."""

    async def export(self, owner: str) -> dict[str, list[dict[str, object]]]:
        """Everything stored of a tenant (`slack:T1`) or a person (`slack:T1/U1`), by table."""
        return await self._engine.read(
            lambda db: {table: _rows(db, table, where, owner) for table, where in _owned(owner)}
        )

    async def forget(self, owner: str) -> int:
        """Delete it; returns how many rows went."""

        def work(db: Database) -> int:
            _unname(db, owner)
            gone = sum(
                db.execute(f"DELETE FROM {table} WHERE {where}", (owner,)).rowcount for table, where in _owned(owner)
            )
            return gone + _blank(db, owner)

        return await self._engine.write(work)

    async def mark_departed(self, tenant: str, at: datetime) -> None:
        """Record that Paperboy was removed from a tenant."""
        await self._change("INSERT OR REPLACE INTO departed_tenants VALUES (?, ?)", tenant, stamp(at))

    async def mark_returned(self, tenant: str) -> None:
        """Record that Paperboy is in the tenant again."""
        await self._change("DELETE FROM departed_tenants WHERE tenant = ?", tenant)

    async def departed_before(self, before: datetime) -> list[str]:
        """Tenants that it was removed from before that."""
        return [t for (t,) in await self._rows("SELECT tenant FROM departed_tenants WHERE at < ?", stamp(before))]


def _owned(owner: str) -> list[tuple[str, str]]:
    """Tables, and which of their rows belong to an owner."""
    of_person = "/" in owner
    return [(table, where[of_person]) for table, where in OWNED.items() if where[of_person]]


def _rows(db: Database, table: str, where: str, owner: str) -> list[dict[str, object]]:
    found = db.execute(f"SELECT * FROM {table} WHERE {where}", (owner,))
    names = [column[0] for column in found.description]
    return [{n: v.decode() if isinstance(v, bytes) else v for n, v in zip(names, row, strict=True)} for row in found]


def _blank(db: Database, person: str) -> int:
    """Schedules stay with the channel; who made them is forgotten."""
    rows = db.execute("SELECT doc FROM subscriptions WHERE json_extract(doc, '$.created_by') = ?", (person,)).fetchall()
    for (doc,) in rows:
        subscription = replace(unpack(doc, Subscription), created_by="")
        db.execute("UPDATE subscriptions SET doc = ? WHERE id = ?", (pack(subscription), subscription.id))
    return len(rows)


def _unname(db: Database, person: str) -> None:
    """Posts keep the papers that a person submitted, wrote or reads the like of, and forget who it was."""
    tenant, _, id = person.partition("/")
    names = [name for (name,) in db.execute("SELECT name FROM our_authors WHERE person = ?", (person,))]
    sql = "SELECT key, post FROM outbox WHERE tenant = ? AND instr(CAST(post AS TEXT), ?) > 0"
    for word in (id, *names):
        for key, doc in db.execute(sql, (tenant, f'"text":{pack(word).decode()}')).fetchall():
            nameless = json.dumps(_without(json.loads(doc), word)).encode()
            db.execute("UPDATE outbox SET post = ? WHERE key = ?", (nameless, key))


def _without(doc: Any, person: str) -> Any:
    """A record with `someone` in the place of this person."""
    match doc:
        case {"text": text, "person": is_person} if text == person and (is_person or doc.get("tie")):
            return doc | {"person": False, "text": "someone", "url": ""}
        case {"pings": pings}:
            return {name: _without(value, person) for name, value in (doc | {"pings": [*{*pings} - {person}]}).items()}
        case dict():
            return {name: _without(value, person) for name, value in doc.items()}
        case list():
            return [_without(value, person) for value in doc]
    return doc
