"""The store on PostgreSQL, for any number of processes on any number of machines."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from bot.clock import Clock
from bot.errors import StoreError
from bot.store.postgres.engine import PostgresEngine
from bot.store.sql import Store


class ServerClock:
    """The database server's time, by a machine's clock and how far that is off."""

    def __init__(self, local: Clock, server: PostgresEngine) -> None:
        self._local = local
        self._server = server

    def now(self) -> datetime:
        return self._local.now() + self._server.clock_ahead

    async def sleep(self, seconds: float) -> None:
        await self._local.sleep(seconds)


class PostgresStore(Store):
    """The store on a server."""

    def __init__(self, engine: PostgresEngine) -> None:
        super().__init__(engine)
        self._server = engine

    def clock(self, local: Clock) -> Clock:
        return ServerClock(local, self._server)

    async def back_up(self, target: Path, files: Mapping[str, bytes] | None = None) -> None:
        raise StoreError("A PostgreSQL database is backed up with its own tool.", "Run: pg_dump --format=custom")


async def open_postgres(url: str) -> PostgresStore:
    """Open the store of a database; create its tables if there are none. Raises `StoreError`."""
    engine = PostgresEngine(url)
    try:
        await engine.open()
    except StoreError:
        await engine.aclose()
        raise
    return PostgresStore(engine)
