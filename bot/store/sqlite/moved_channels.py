"""Gives everything of a channel another channel's id: its schedules, posts, and the papers it was shown."""

from __future__ import annotations

import sqlite3

_THERE = "tenant = :tenant AND channel = :old"
_SET_PLACE = "CAST(json_set({0}, '$.place.channel', :new) AS BLOB)"
_MOVES = (
    f"UPDATE subscriptions SET channel = :new, doc = {_SET_PLACE.format('doc')} WHERE {_THERE}",
    f"UPDATE OR REPLACE shown_papers SET channel = :new WHERE {_THERE}",
    # `next_attempt` is named so that the trigger on it queues the posts in the new channel.
    f"""UPDATE outbox SET channel = :new, next_attempt = next_attempt, post = {_SET_PLACE.format("post")},
        ref_channel = iif(ref_channel = :old, :new, ref_channel),
        ref = iif(ref IS NULL, NULL, {_SET_PLACE.format("ref")}) WHERE {_THERE}""",
    f"DELETE FROM queued_channels WHERE {_THERE}",
)


def move_channel(db: sqlite3.Connection, tenant: str, old: str, new: str) -> int:
    """Returns how many schedules moved."""
    names = {"tenant": tenant, "old": old, "new": new}
    schedules, *_ = [db.execute(sql, names).rowcount for sql in _MOVES]
    return schedules
