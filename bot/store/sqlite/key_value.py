"""Adapters' own records."""

from __future__ import annotations

from collections.abc import Sequence

from bot.store.sqlite.engine import Engine


class SqliteKeyValue:
    """Implements `bot.chat.adapter.KeyValue` for one owner."""

    def __init__(self, engine: Engine, owner: str) -> None:
        self._engine = engine
        self._owner = owner

    async def get(self, key: str) -> bytes | None:
        sql = "SELECT value FROM key_values WHERE owner = ? AND key = ?"
        row = await self._engine.read(lambda db: db.execute(sql, (self._owner, key)).fetchone())
        return row[0] if row else None

    async def put(self, key: str, value: bytes, *, if_absent: bool = False) -> bool:
        sql = f"INSERT OR {'IGNORE' if if_absent else 'REPLACE'} INTO key_values VALUES (?, ?, ?)"
        return await self._engine.write(lambda db: bool(db.execute(sql, (self._owner, key, value)).rowcount))

    async def delete(self, key: str) -> None:
        sql = "DELETE FROM key_values WHERE owner = ? AND key = ?"
        await self._engine.write(lambda db: db.execute(sql, (self._owner, key)))

    async def scan(self, prefix: str, *, after: str = "", last: int | None = None) -> Sequence[tuple[str, bytes]]:
        order = "DESC LIMIT ?" if last is not None else "LIMIT ?"
        sql = f"""SELECT key, value FROM key_values WHERE owner = ? AND key >= ? AND key < ? AND key > ?
                  ORDER BY key {order}"""
        bound = (self._owner, prefix, prefix + "\U0010ffff", after, -1 if last is None else last)
        rows = await self._engine.read(lambda db: db.execute(sql, bound).fetchall())
        return rows[::-1] if last is not None else rows
