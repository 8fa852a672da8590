"""Rows of the outbox as records."""

from bot.chat.event import Ref
from bot.store.records import Delivery, DeliveryState, Post
from bot.store.sql.codec import moment, unpack
from bot.store.sql.engine import Database

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
