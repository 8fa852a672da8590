"""Finds the papers on the topics that a person follows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from bot.languages import tr
from bot.papers.model import PaperId


class FindsMatches(Protocol):
    """The part of search that this module uses."""

    async def matching_among(self, text: str, ids: Collection[PaperId]) -> dict[PaperId, str]: ...


async def match_topics(topics: Sequence[str], ids: Collection[PaperId], search: FindsMatches) -> dict[PaperId, str]:
    """The papers of `ids` on one of the topics, each with the first topic it matches as its reason."""
    why: dict[PaperId, str] = {}
    for topic in topics:
        for id in await search.matching_among(topic, ids):
            why.setdefault(id, tr("you follow “{topic}”", topic=topic))
    return why
