"""Which papers touch what a person follows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from bot.papers.model import PaperId
from bot.store.protocol import People


class Finds(Protocol):
    """What this needs of search."""

    async def among(self, text: str, ids: Collection[PaperId]) -> dict[PaperId, str]: ...


async def followed(person: str, ids: Collection[PaperId], people: People, search: Finds) -> dict[PaperId, str]:
    """Those of `ids` on a topic of the person (`Person.key`), each with the first topic as its reason."""
    why: dict[PaperId, str] = {}
    for topic in await people.following(person):
        for id in await search.among(topic, ids):
            why.setdefault(id, f"you follow “{topic}”")
    return why
