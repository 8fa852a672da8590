"""Rows of the outbox: as records, and how they change within a transaction of the caller."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.chat.event import Ref
from bot.store.records import Delivery, DeliveryState, Post, Run
from bot.store.sql import outbox_queue as queue
from bot.store.sql.codec import moment, pack, stamp, unpack
from bot.store.sql.engine import Database

_CLAIM = """UPDATE outbox SET doubtful = iif(state = 'planned', doubtful, 1), state = 'claimed', token = ?1, lease = ?2,
            tried = iif(doubtful = 0 AND state = 'planned', ?4, tried), attempts = attempts + 1 WHERE seq = ?3"""
_COLUMNS = """o.post, o.state, o.attempts, o.doubtful, o.token, o.ref, o.reason, o.next_attempt, o.sent, o.edited,
              o.tried, (SELECT p.ref FROM outbox p WHERE p.key = o.parent AND o.parent != '')"""


def deliveries(db: Database, where: str, *bound: object) -> list[Delivery]:
    """Posts (`o` in `where`) and the state of their delivery."""
    rows = db.execute(f"SELECT {_COLUMNS} FROM outbox o WHERE {where}", bound).fetchall()
    return [
        Delivery(
            post=unpack(post, Post),
            state=DeliveryState(state),
            attempts=attempts,
            doubtful=bool(doubtful),
            tried=moment(tried) if tried else None,
            token=token,
            ref=unpack(ref, Ref) if ref else None,
            reason=reason,
            next_attempt=moment(again),
            sent=moment(sent) if sent else None,
            edited=moment(edited) if edited else None,
            parent_ref=unpack(parent, Ref) if parent else None,
        )
        for post, state, attempts, doubtful, token, ref, reason, again, sent, edited, tried, parent in rows
    ]


def take_next(db: Database, tenant: str, now: datetime, token: str, lease: timedelta) -> list[int]:
    """Claim the tenant's next post, if any. One whose thread was given up is given up too: otherwise it would block its
    channel for ever."""
    for seq, key, threaded in queue.heads(db, tenant, stamp(now)):
        if threaded:
            db.execute(_CLAIM, (token, stamp(now + lease), seq, stamp(now)))
            return [seq]
        bury_replies(db, [(key,)])
    return []


def bury_replies(db: Database, keys: Sequence[tuple[str]]) -> None:
    """Give up the posts of a thread whose first message was given up."""
    sql = "UPDATE outbox SET state = 'dead', reason = 'The first message of the thread was given up.' WHERE key = ?"
    db.executemany(sql, keys)
    db.executemany("DELETE FROM shown_papers WHERE key = ?", keys)


def fail_run(db: Database, key: str, reason: str) -> None:
    """Record that a run posted nothing, when the last of its posts is given up."""
    for run in _runs_of(db, key):
        sql = "SELECT 1 FROM outbox WHERE subscription = ? AND edition = ? AND state != 'dead' LIMIT 1"
        if run.outcome == "posted" and not db.execute(sql, (run.subscription, run.edition)).fetchone():
            _store_run(db, replace(run, outcome="failed", why=reason))


def revive(db: Database, now: datetime, which: str, *bound: str | None, named: str | None = None) -> int:
    """Plan dead posts again. The admin who names a doubtful post decided to send it: its next attempt counts as the
    first."""
    rows = db.execute(f"SELECT key, post FROM outbox WHERE state = 'dead' AND ({which})", bound).fetchall()
    for key, post in rows:
        sql = """UPDATE outbox SET state = 'planned', reason = '', next_attempt = ?1,
                 attempts = CASE WHEN doubtful = 1 AND key != coalesce(?2, '') THEN 1 ELSE 0 END WHERE key = ?3"""
        db.execute(sql, (stamp(now), named, key))
        _show(db, unpack(post, Post))
        for run in _runs_of(db, key):
            if run.outcome == "failed":
                _store_run(db, replace(run, outcome="posted", why=""))
    return len(rows)


def _runs_of(db: Database, key: str) -> list[Run]:
    """The runs that planned a post."""
    sql = "SELECT doc FROM runs JOIN outbox o USING (subscription, edition) WHERE o.key = ? AND edition != ''"
    return [unpack(doc, Run) for (doc,) in db.execute(sql, (key,))]


def _store_run(db: Database, run: Run) -> None:
    sql = "UPDATE runs SET doc = ? WHERE subscription = ? AND slot = ?"
    db.execute(sql, (pack(run), run.subscription, stamp(run.slot)))


def add_posts(db: Database, posts: Sequence[Post]) -> int:
    """Plan posts; returns how many were new."""
    sql = """INSERT OR IGNORE INTO outbox(key, platform, tenant, channel, parent, subscription, edition, state,
             next_attempt, post) VALUES (?, ?, ?, ?, ?, ?, ?, 'planned', ?, ?)"""
    new = 0
    for post in sorted(posts, key=lambda post: bool(post.parent)):  # a thread's head is older than its replies
        place = post.place
        where = (post.key, place.platform, place.tenant, place.channel)
        row = (*where, post.parent, post.subscription, post.edition)
        if db.execute(sql, (*row, stamp(post.due), pack(post))).rowcount:
            _show(db, post)
            new += 1
    return new


def _show(db: Database, post: Post) -> None:
    rows = ((post.place.tenant, post.place.channel, paper, post.key, stamp(post.due)) for paper in post.papers)
    db.executemany("INSERT OR IGNORE INTO shown_papers VALUES (?, ?, ?, ?, ?)", rows)
