"""Editions: a set of sources and a date. Papers that come late belong to the same one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from bot.store.protocol import Papers
from bot.store.records import Listed


class Edition(Struct, frozen=True, kw_only=True):
    """A set of sources and a date, with what they listed."""

    id: str  # `huggingface:2025-03-18`: the sources that are read, whether or not all listed something
    day: date
    sources: tuple[str, ...]  # those that listed something
    listed: tuple[Listed, ...]


async def newest(papers: Papers, sources: Sequence[str], day: date, *, exact: bool = False) -> Edition | None:
    """The newest list of the sources up to `day`, or of that very day; None when there is none."""
    days = [d for d, _ in await papers.days(sources, limit=1, until=day) if d == day or not exact]
    if not days:
        return None
    listed = await papers.listed(sources, days[0], days[0])
    id = f"{'+'.join(sorted(sources))}:{days[0].isoformat()}"
    return Edition(id=id, day=days[0], sources=tuple(sorted({item.source for item in listed})), listed=tuple(listed))


def parse_id(id: str) -> tuple[list[str], date]:
    """The sources and the day of an edition."""
    sources, _, day = id.rpartition(":")
    return sources.split("+"), date.fromisoformat(day)
