"""Programs with a key for the API, and the digests of their keys."""

from __future__ import annotations

from datetime import datetime

from bot.chat.catalog import ApiClient
from bot.store.sqlite.codec import moment, stamp
from bot.store.sqlite.engine import OnEngine


class SqliteApiKeys(OnEngine):
    """Implements `bot.store.protocol.ApiKeys`."""

    async def add_key(self, name: str, digest: str, at: datetime) -> bool:
        sql = "INSERT OR IGNORE INTO api_keys VALUES (?, ?, ?)"
        return await self._engine.write(lambda db: bool(db.execute(sql, (digest, name, stamp(at))).rowcount))

    async def by_digest(self, digest: str) -> ApiClient | None:
        sql = "SELECT name, made FROM api_keys WHERE digest = ?"
        row = await self._engine.read(lambda db: db.execute(sql, (digest,)).fetchone())
        return ApiClient(name=row[0], made=moment(row[1])) if row else None

    async def all_keys(self) -> list[ApiClient]:
        sql = "SELECT name, made FROM api_keys ORDER BY name"
        rows = await self._engine.read(lambda db: db.execute(sql).fetchall())
        return [ApiClient(name=name, made=moment(made)) for name, made in rows]

    async def remove_key(self, name: str) -> bool:
        sql = "DELETE FROM api_keys WHERE name = ?"
        return await self._engine.write(lambda db: bool(db.execute(sql, (name,)).rowcount))
