"""Fair turns: two small tables that let the outbox hand out a post without reading the rest.

`queued_channels` has a row per channel with open posts: its oldest is next, at `due`; `lease` says until when one is
under way. `queued_tenants` has a row per tenant: how many are under way, when the next is due, and until when it rests.
Triggers keep both in step with the outbox, so that a claim costs what it hands out, however much is waiting.
"""

from collections.abc import Collection, Iterator
from itertools import islice

from bot.store.sql.engine import Database

OPEN = "('planned', 'claimed', 'unsure')"  # as in the indexes of `tables.sql`

_TURN = """SELECT due, head, tenant FROM queued_tenants WHERE platform = ? AND held = ? AND due <= ?
           ORDER BY due, head LIMIT ?"""
_HEAD = """
    SELECT o.seq, o.key, o.parent = '' OR coalesce(p.state, '') = 'sent'
    FROM queued_channels JOIN outbox o ON o.seq = head
    LEFT JOIN outbox p ON p.key = o.parent AND o.parent != ''
    WHERE queued_channels.tenant = ? AND queued_channels.due <= ? ORDER BY queued_channels.due, head LIMIT 1
"""


def release(db: Database, now: str) -> None:
    """Free the channels whose lease ended."""
    db.execute("UPDATE queued_channels SET lease = '' WHERE lease != '' AND lease <= ?", (now,))


def rest(db: Database, key: str, until: str) -> None:
    """Let all posts of a post's tenant wait until then."""
    tenant = "SELECT tenant FROM outbox WHERE key = ?2"
    db.execute(f"UPDATE queued_tenants SET rest = ?1, due = max(due, ?1) WHERE tenant = ({tenant})", (until, key))


def turns(db: Database, platforms: Collection[str], held: int, now: str, most: int) -> list[str]:
    """Tenants that have so many posts being sent and another one due, the longest waiting first."""
    found = [row for name in platforms for row in db.execute(_TURN, (name, held, now, most))]
    return [tenant for _, _, tenant in islice(sorted(found), most)]


def heads(db: Database, tenant: str, now: str) -> Iterator[tuple[int, str, bool]]:
    """The tenant's posts that may be claimed, the longest waiting first: number, key, and whether its thread was sent.
    Each must be claimed or given up before the next is read."""
    while row := db.execute(_HEAD, (tenant, now)).fetchone():
        yield row[0], row[1], bool(row[2])


def next_due(db: Database, platforms: Collection[str]) -> str | None:
    """When the next post may be claimed."""
    sql = "SELECT due FROM queued_tenants WHERE platform = ? ORDER BY due LIMIT 1"
    return min((due for name in platforms for (due,) in db.execute(sql, (name,))), default=None)
