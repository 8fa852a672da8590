"""What the parts of the store need of a database engine: an SQLite file, or a PostgreSQL server."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeAlias, TypeVar

from attrs import define

from bot.errors import AlreadyDone

T = TypeVar("T")

EVENTS_KEPT = timedelta(days=30)  # platforms redeliver for a day at most (Slack's delayed events: 24 h)


Database: TypeAlias = sqlite3.Connection
"""A connection within a transaction. PostgreSQL's has the same methods, and translates the statements."""


class Engine(Protocol):
    """Runs functions on the database, off the event loop. Raises `StoreError`."""

    async def read(self, work: Callable[[Any], T]) -> T:
        """The result of `work`, all of it from one moment."""

    async def write(self, work: Callable[[Any], T], *, cause: str | None = None, own_locks: bool = False) -> T:
        """The result of `work`, done in one transaction or not at all; it may be run several times.

        `own_locks`: it locks what it changes, so that others need not wait for it. Raises `AlreadyDone` when the event
        `cause` had its effect before.
        """

    async def aclose(self) -> None:
        """Finish what is under way and close."""


@define(eq=False)
class OnEngine:
    """A part of the store: its methods run on the engine."""

    _engine: Engine

    async def _rows(self, sql: str, *bound: object) -> list[Any]:
        return await self._engine.read(lambda db: db.execute(sql, bound).fetchall())

    async def _row(self, sql: str, *bound: object) -> Any:
        return await self._engine.read(lambda db: db.execute(sql, bound).fetchone())

    async def _number(self, sql: str, *bound: object) -> int:
        """The one number that a query gives."""
        return int((await self._rows(sql, *bound))[0][0])

    async def _change(self, sql: str, *bound: object, cause: str | None = None) -> bool:
        """Run a statement in a transaction of its own; whether it changed a row."""
        return await self._engine.write(lambda db: db.execute(sql, bound).rowcount > 0, cause=cause)


def remember_event(db: Database, cause: str) -> None:
    """Note that an event has its effect in this transaction. Raises `AlreadyDone` when it had it before."""
    # The database's own clock: only for how long event ids are kept.
    now = datetime.fromtimestamp(db.execute("SELECT unixepoch()").fetchone()[0], UTC)
    new = db.execute("INSERT OR IGNORE INTO handled_events VALUES (?, ?)", (cause, now.isoformat())).rowcount
    if not new:
        raise AlreadyDone(f"event {cause} had its effect before")
    db.execute("DELETE FROM handled_events WHERE at < ?", ((now - EVENTS_KEPT).isoformat(),))
