"""The store on one SQLite file."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.errors import StoreError
from bot.store import protocol
from bot.store.sqlite.costs import SqliteCosts
from bot.store.sqlite.engine import Engine, explain
from bot.store.sqlite.full_texts import SqliteFullTexts
from bot.store.sqlite.key_value import SqliteKeyValue, SqliteLongQueries, SqliteRateSlots
from bot.store.sqlite.outbox import SqliteOutbox
from bot.store.sqlite.ownership import SqliteOwnership
from bot.store.sqlite.papers import SqlitePapers
from bot.store.sqlite.people import SqliteApiKeys, SqlitePeople, SqliteSubmissions
from bot.store.sqlite.subscriptions import SqliteSubscriptions
from bot.store.sqlite.summaries import SqliteSummaries
from bot.store.sqlite.vectors import SqliteVectors
from bot.store.sqlite.votes import SqliteVotes


class SqliteStore:
    """Implements `bot.store.protocol.Store`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.papers: protocol.Papers = SqlitePapers(engine)
        self.vectors: protocol.Vectors = SqliteVectors(engine)
        self.summaries: protocol.Summaries = SqliteSummaries(engine)
        self.full_texts: protocol.FullTexts = SqliteFullTexts(engine)
        self.costs: protocol.Costs = SqliteCosts(engine)
        self.subscriptions: protocol.Subscriptions = SqliteSubscriptions(engine)
        self.outbox: protocol.Outbox = SqliteOutbox(engine)
        self.votes: protocol.Votes = SqliteVotes(engine)
        self.people: protocol.People = SqlitePeople(engine)
        self.api_keys: protocol.ApiKeys = SqliteApiKeys(engine)
        self.submissions: protocol.Submissions = SqliteSubmissions(engine)
        self.ownership: protocol.Ownership = SqliteOwnership(engine)
        self.long_queries: protocol.LongQueries = SqliteLongQueries(engine)
        self.rate_slots: protocol.RateSlots = SqliteRateSlots(engine)

    def key_value(self, owner: str) -> SqliteKeyValue:
        return SqliteKeyValue(self._engine, owner)

    async def check(self, *, deep: bool = False) -> str:
        try:
            await self._engine.read(lambda db: db.execute("SELECT count(*) FROM subscriptions").fetchone())
            await self._engine.write(
                lambda db: db.execute("INSERT OR REPLACE INTO handled_events VALUES ('check', datetime())")
            )
            return await self._engine.write(_examine) if deep else ""
        except StoreError as error:
            return str(error)

    async def back_up(self, target: Path) -> None:
        if target.exists():
            raise StoreError(f"{target} exists already.", "Name a new file, so that no backup is overwritten.")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            await self._engine.read(lambda db: _copy(db, target))
        except OSError as error:
            raise StoreError(f"{target} can't be written: {error.strerror}.", "Choose another file.") from error

    async def aclose(self) -> None:
        await self._engine.aclose()


def _examine(db: sqlite3.Connection) -> str:
    """Every page."""
    found: str = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    return (
        "" if found == "ok" else f"The database is damaged: {found}. Restore a backup (`paperboy backup` makes them)."
    )


def _copy(db: sqlite3.Connection, target: Path) -> None:
    """Into a file beside it first: a backup that was cut off must not look like one."""
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_RDWR | os.O_CREAT, 0o600))
    try:
        with closing(sqlite3.connect(part)) as copy:
            db.backup(copy)
    except sqlite3.Error as error:
        part.unlink(missing_ok=True)
        raise explain(error, target) from error
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.rename(target)


async def open_sqlite(path: Path) -> SqliteStore:
    """Open the store of a file; create it if there is none. Raises `StoreError`."""
    engine = Engine(path)
    try:
        await engine.open()
    except OSError as error:
        await engine.aclose()
        raise StoreError(
            f"{path} can't be opened: {error.strerror}.", "Set PAPERBOY_HOME to another folder."
        ) from error
    except StoreError:
        await engine.aclose()
        raise
    return SqliteStore(engine)
