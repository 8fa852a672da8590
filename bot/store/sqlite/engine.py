"""One SQLite file, written by one thread, read by a few, never from the event loop.

WAL lets readers go on while the writer writes, in this process and in others. Every write is one
`BEGIN IMMEDIATE` transaction, so two processes take turns instead of failing half-way. `synchronous` is FULL:
what was acknowledged survives a power cut too. Writes that wait for each other share a commit, each in a savepoint of
its own, so that what a commit costs (some milliseconds, most of them the disk's) is paid once for all of them.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

from attrs import define, field

from bot.errors import StoreError
from bot.store.sql.engine import remember_event
from bot.store.sqlite.backups import back_up_before
from bot.store.sqlite.schema import bring_up_to_date

T = TypeVar("T")

READERS = 3
BUSY_SECONDS = 15.0  # how long a write waits for another process
SHARED_SECONDS = 0.02  # work after which a shared transaction takes up no more
CHECKPOINT_EVERY = 200  # writes between checkpoints: unattended, a WAL grew to 374 MB under steady reads


class SqliteEngine:
    """Runs functions on the database, off the event loop; translates its failures into `StoreError`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="paperboy-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="paperboy-read")
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._waiting: deque[_Write[Any]] = deque()
        self._writes = 0

    async def open(self) -> None:
        """Make the file when there is none, and bring its schema up to date."""
        await self._in(self._writer, self._prepare)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The result of `work` on a read-only connection, all of it from one moment."""
        return await self._in(self._readers, lambda: _snapshot(self._connection(), work))

    async def write(
        self, work: Callable[[sqlite3.Connection], T], *, cause: str | None = None, own_locks: bool = False
    ) -> T:
        """The result of `work`, done in one transaction or not at all. `own_locks` is for PostgreSQL.

        Raises `AlreadyDone` when the event `cause` had its effect before.
        """
        asked = _Write(work, cause)
        self._waiting.append(asked)
        self._writer.submit(self._commit_waiting)
        try:
            return await asyncio.wrap_future(asked.done)
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    async def aclose(self) -> None:
        """Finish what is under way and close."""
        await asyncio.get_running_loop().run_in_executor(None, self._writer.shutdown)
        await asyncio.get_running_loop().run_in_executor(None, self._readers.shutdown)
        for connection in reversed(self._opened):  # the writer last: it alone can empty the WAL into the file
            connection.close()

    async def _in(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work)
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    def _prepare(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))  # votes are private
        connection = self._connection(writes=True)
        # Two processes starting at once both find the schema missing; the lock makes one of them wait.
        with _transaction(connection):
            bring_up_to_date(connection, self.path.name, lambda step: back_up_before(step, self.path))

    def _connection(self, *, writes: bool = False) -> sqlite3.Connection:
        """The connection of this thread."""
        if not hasattr(self._local, "connection"):
            self._local.connection = self._connect(writes=writes)
        found: sqlite3.Connection = self._local.connection
        return found

    def _connect(self, *, writes: bool) -> sqlite3.Connection:
        connection = sqlite3.connect(
            str(self.path) if writes else f"{self.path.absolute().as_uri()}?mode=ro",
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            uri=not writes,
        )
        connection.create_function("try_lock_tenant", 1, lambda tenant: 1)  # writers take turns anyway
        of_writer = ("journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 1000")
        for pragma in ("foreign_keys = ON", "cache_size = -8192", *(of_writer if writes else ())):
            connection.execute(f"PRAGMA {pragma}")
        self._opened.append(connection)
        return connection

    def _commit_waiting(self) -> None:
        """Run the waiting writes in one transaction; their callers are told once it is on disk."""
        connection, done = self._connection(writes=True), list[_Write[Any]]()
        try:
            with _transaction(connection):
                began = time.monotonic()
                while self._waiting and time.monotonic() - began < SHARED_SECONDS:
                    write = self._waiting.popleft()
                    if write.done.set_running_or_notify_cancel():
                        done.append(write)
                        write.run(connection)
        except Exception as error:  # noqa: BLE001 - the waiting caller must be told
            for write in done or self._pop():
                write.fail(error)
            return
        for write in done:
            write.tell()
        self._writes += len(done)
        if self._writes >= CHECKPOINT_EVERY:
            self._writes = 0
            _checkpoint(connection)

    def _pop(self) -> list[_Write[Any]]:
        """The first waiting write, when the transaction can't begin."""
        write = self._waiting.popleft() if self._waiting else None
        return [write] if write and write.done.set_running_or_notify_cancel() else []


@define(eq=False)
class _Write(Generic[T]):
    """One write that waits for its turn, then for the commit."""

    _work: Callable[[sqlite3.Connection], T]
    _cause: str | None
    done: Future[T] = field(init=False, factory=Future)
    _result: T | None = field(init=False, default=None)
    _error: Exception | None = field(init=False, default=None)

    def run(self, connection: sqlite3.Connection) -> None:
        """In a savepoint: its failure undoes its own work only. Raises when the whole transaction is gone."""
        connection.execute("SAVEPOINT one")
        try:
            if self._cause is not None:
                remember_event(connection, self._cause)
            self._result = self._work(connection)
        except Exception as error:
            if not connection.in_transaction:  # a full disk takes the transaction with it
                raise
            connection.execute("ROLLBACK TO one")
            self._error = error
        connection.execute("RELEASE one")

    def tell(self) -> None:
        """Give the caller its result, or the error of this write alone."""
        if self._error is not None:
            self.done.set_exception(self._error)
        else:
            self.done.set_result(self._result)  # type: ignore[arg-type]

    def fail(self, error: Exception) -> None:
        """Give the caller an error: nothing of the transaction is stored."""
        self.done.set_exception(self._error or error)


def _checkpoint(connection: sqlite3.Connection) -> None:
    """Empty the WAL into the file, waiting for readers a moment only; what is left is tried again."""
    connection.execute("PRAGMA busy_timeout = 250")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1_000)}")


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Begins a write, and commits it, or rolls it back when its block fails."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _snapshot(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    connection.execute("BEGIN")
    try:
        return work(connection)
    finally:
        connection.execute("COMMIT")


def explain(error: sqlite3.Error, path: Path) -> StoreError:
    """What SQLite's failure means to the operator, and what to do."""
    said = str(error)
    name = getattr(error, "sqlite_errorname", "")
    hints = {
        "SQLITE_FULL": "The disk is full. Free some space; nothing is half-written.",
        "SQLITE_READONLY": "The file or its folder can't be written. Check its owner and mode.",
        "SQLITE_CANTOPEN": "Check that the folder exists and can be written (PAPERBOY_HOME).",
        "SQLITE_BUSY": "Another process is using the database. Check whether a backup or an ingest is running.",
        "SQLITE_CORRUPT": "The file is damaged. Stop Paperboy and restore a backup (`paperboy backup` makes them).",
        "SQLITE_NOTADB": "This isn't a Paperboy database. Set PAPERBOY_HOME to another folder.",
        "SQLITE_IOERR": "The disk may be full. Free some space; if there is enough, check the system's log.",
    }
    hint = next((hint for start, hint in hints.items() if name.startswith(start)), "The log has the details.")
    return StoreError(f"The database {path.name} failed: {said}.", hint)
