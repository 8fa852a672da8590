"""The list that a community makes itself, of the papers its people bring: a source like any other, one a tenant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from bot.papers.model import PaperId

SOURCE = "community"  # as a schedule names it; the list itself is named after its tenant


class Submission(Struct, frozen=True, kw_only=True):
    """A paper that a person submitted."""

    tenant: str
    paper: PaperId
    person: str  # `Person.key`
    why: str = ""  # in their words
    at: datetime


def community_list(tenant: str) -> str:
    """The name of a tenant's own list."""
    return f"{SOURCE}:{tenant}"


def is_community_list(source: str) -> bool:
    """Whether a source is such a list, or stands for one."""
    return source.partition(":")[0] == SOURCE


def resolve_sources(sources: Iterable[str], tenant: str) -> tuple[str, ...]:
    """The sources as a tenant reads them: no list but its own."""
    return tuple(community_list(tenant) if is_community_list(source) else source for source in sources)
