"""The people of a community by name, and those who want to be named beside papers like those they read."""

from datetime import datetime

from bot.chat.event import Place
from bot.papers.author_names import OurAuthor
from bot.store.records import Reader
from bot.store.sql.codec import record, stamp
from bot.store.sql.engine import OnEngine


class OurPeople(OnEngine):
    """The people of each community whose papers are marked, and those who want to be named in a channel."""

    async def add_author(self, author: OurAuthor, at: datetime, *, cause: str | None = None) -> None:
        """Add someone, or replace what is known under this name."""
        row = (author.tenant, author.name, author.person, author.orcid, stamp(at))
        await self._change("INSERT OR REPLACE INTO our_authors VALUES (?, ?, ?, ?, ?)", *row, cause=cause)

    async def remove_author(self, tenant: str, name: str, *, cause: str | None = None) -> bool:
        """False if there was none."""
        return await self._change("DELETE FROM our_authors WHERE tenant = ? AND name = ?", tenant, name, cause=cause)

    async def authors_in(self, tenant: str) -> list[OurAuthor]:
        """By name."""
        sql = "SELECT tenant, name, person, orcid FROM our_authors WHERE tenant = ? ORDER BY name"
        return [record(row, OurAuthor) for row in await self._rows(sql, tenant)]

    async def set_reader(self, place: Place, reader: Reader, at: datetime, *, cause: str | None = None) -> None:
        row = (place.tenant, place.channel, reader.person, reader.is_notified, reader.about, stamp(at))
        await self._change("INSERT OR REPLACE INTO readers VALUES (?, ?, ?, ?, ?, ?)", *row, cause=cause)

    async def remove_reader(self, place: Place, person: str, *, cause: str | None = None) -> bool:
        sql = "DELETE FROM readers WHERE tenant = ? AND channel = ? AND person = ?"
        return await self._change(sql, place.tenant, place.channel, person, cause=cause)

    async def readers_in(self, place: Place) -> list[Reader]:
        sql = "SELECT person, is_notified, about FROM readers WHERE tenant = ? AND channel = ? ORDER BY at, person"
        return [record(row, Reader) for row in await self._rows(sql, place.tenant, place.channel)]
