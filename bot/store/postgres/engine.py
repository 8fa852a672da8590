"""A PostgreSQL database, asked from a few threads, never from the event loop.

A write is one serializable transaction, tried again when another one crossed it: so code that reads and then writes
means the same as on SQLite, where writers take turns. Writes of the outbox lock the tenant's queue instead
(`own_locks`). Statements carry their values in their text and nothing is set for a session, so a pooler may stand
between.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar

import psycopg
from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation
from psycopg_pool import ConnectionPool, PoolTimeout

from bot.errors import StoreError
from bot.store.postgres import dialect
from bot.store.postgres.schema import bring_up_to_date
from bot.store.sql.engine import remember_event

T = TypeVar("T")

_CONNECTION: dict[str, Any] = {
    "autocommit": True,
    "cursor_factory": psycopg.ClientCursor,
    "fallback_application_name": "paperboy",
}
CONNECTIONS = 6  # of a process, at most
WAIT_S = 15.0  # for a free connection, or for a server that restarts
COMPARE_CLOCKS_S = 30.0  # between two looks at the server's clock
MAX_CLOCK_ERROR_S = 0.5  # as good as equal: leases are longer
WRITES = 12  # tries of a write that other writes cross
READS = 6  # tries of what changes nothing, when its connection is lost
LOST = (psycopg.OperationalError,)
CROSSED = (SerializationFailure, DeadlockDetected, UniqueViolation)  # the last: seen too late by a serializable one


class Connection:
    """A connection of psycopg that takes the store's SQL, as SQLite's connection does."""

    def __init__(self, connection: psycopg.Connection[Any], keys: dialect.Keys) -> None:
        self._connection = connection
        self._keys = keys

    def execute(self, sql: str, bound: Sequence[object] | Mapping[str, object] = ()) -> psycopg.Cursor[Any]:
        """Run a statement of the store."""
        named = isinstance(bound, Mapping)
        statement = dialect.statement(sql, dialect.replacing(sql, self._keys), named=named)
        return self._connection.execute(statement, dialect.values(bound, sql))

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> psycopg.Cursor[Any]:
        """Run a statement for each row of values."""
        statement, cursor = dialect.statement(sql, dialect.replacing(sql, self._keys)), self._connection.cursor()
        cursor.executemany(statement, [dialect.values(row, sql) for row in rows])
        return cursor


class PostgresEngine:
    """Runs functions on the database, off the event loop; translates its failures into `StoreError`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool = ConnectionPool(
            url,
            min_size=0,
            max_size=CONNECTIONS,
            timeout=WAIT_S,
            open=False,
            check=ConnectionPool.check_connection,
            kwargs=_CONNECTION,
        )
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="paperboy-store")
        self._keys: dialect.Keys = {}
        self.clock_ahead = timedelta(0)  # of the server's clock, before this machine's
        self._compare_clocks_at = 0.0

    async def open(self) -> None:
        """Connect, and bring the schema up to date."""
        await self._in_thread(lambda: _again(self._prepare, LOST, READS))
        self._pool.open()

    async def read(self, work: Callable[[Any], T]) -> T:
        """The result of `work` on a read-only transaction, all of it from one moment."""
        return await self._in_thread(lambda: _again(lambda: self._run(work, "REPEATABLE READ READ ONLY"), LOST, READS))

    async def write(self, work: Callable[[Any], T], *, cause: str | None = None, own_locks: bool = False) -> T:
        """The result of `work`, done in one transaction or not at all; it may be run several times.

        Raises `AlreadyDone` when the event `cause` had its effect before.
        """

        def once(db: Any) -> T:
            if cause is not None:
                remember_event(db, cause)
            return work(db)

        isolation = "READ COMMITTED" if own_locks else "SERIALIZABLE"
        return await self._in_thread(lambda: _again(lambda: self._run(once, isolation), CROSSED, WRITES))

    async def aclose(self) -> None:
        """Finish what is under way and close."""
        await asyncio.to_thread(self._threads.shutdown)
        await asyncio.to_thread(self._pool.close)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except psycopg.Error as error:
            raise explain(error) from error

    def _prepare(self) -> None:
        # Not from the pool: that would wait, and not tell a wrong password from a server that is away.
        with psycopg.connect(self._url, **_CONNECTION) as connection, connection.transaction():
            self._keys = bring_up_to_date(connection)
            self._compare_clocks(connection)

    def _run(self, work: Callable[[Any], T], isolation: str) -> T:
        with self._pool.connection() as connection:
            if time.monotonic() > self._compare_clocks_at:
                self._compare_clocks(connection)
            with connection.transaction():
                connection.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}".encode())
                return work(Connection(connection, self._keys))

    def _compare_clocks(self, connection: psycopg.Connection[Any]) -> None:
        before = time.time()
        ((server,),) = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchall()
        ahead_s, self._compare_clocks_at = server - (before + time.time()) / 2, time.monotonic() + COMPARE_CLOCKS_S
        self.clock_ahead = timedelta(seconds=ahead_s if abs(ahead_s) > MAX_CLOCK_ERROR_S else 0)


def _again(work: Callable[[], T], errors: tuple[type[Exception], ...], tries: int) -> T:
    """The result of `work`, tried again after these errors, each time a little later."""
    for attempt in range(1, tries):
        try:
            return work()
        except PoolTimeout:
            raise  # it waited long enough
        except errors:
            time.sleep(random.uniform(0, 0.005 * 2 ** min(attempt, 6)))  # noqa: S311 - who goes first, no secret
    return work()


def explain(error: psycopg.Error) -> StoreError:
    """What PostgreSQL's failure means to the operator, and what to do."""
    hints = {
        psycopg.errors.DiskFull: "The server's disk is full. Free some space; nothing is half-written.",
        psycopg.errors.InsufficientPrivilege: "Give its user all rights in its own database.",
        psycopg.errors.InvalidCatalogName: "Create the database, or correct PAPERBOY_STORE_URL.",
        psycopg.errors.TooManyConnections: "Raise max_connections, or put a pooler between.",
        psycopg.OperationalError: "Check that the server runs and that PAPERBOY_STORE_URL is right.",
        PoolTimeout: "Check that the server runs and that PAPERBOY_STORE_URL is right.",
    }
    hint = next((hint for kind, hint in hints.items() if isinstance(error, kind)), "The log has the details.")
    return StoreError(f"The database failed: {str(error).partition(chr(10))[0]}.", hint)
