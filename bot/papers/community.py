"""The list of papers that the people of a community submit: a source like any other, one for each tenant."""

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
    why: str = ""  # their reason, in their words
    at: datetime


def community_list(tenant: str) -> str:
    """The name of a tenant's list as a source."""
    return f"{SOURCE}:{tenant}"


def is_community_list(source: str) -> bool:
    """Whether a source is the list of a community, of this tenant or any."""
    return source.partition(":")[0] == SOURCE


def resolve_sources(sources: Iterable[str], tenant: str) -> tuple[str, ...]:
    """`sources` for one tenant: `community` becomes its own list, and the lists of others are never read."""
    return tuple(community_list(tenant) if is_community_list(source) else source for source in sources)
