"""Editions: what a set of sources listed on a date, or since the last edition. Late papers belong to the same one."""

from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import Struct

from bot.papers.community import community_list, is_community_list
from bot.store.records import ListedPaper
from bot.store.sql.papers import Papers


class Edition(Struct, frozen=True, kw_only=True):
    """The papers that a set of sources listed on one date or, for a schedule that isn't daily, on several."""

    id: str  # `huggingface:2025-03-18`: all sources that are read, also those that listed nothing
    first: date  # the oldest list
    day: date  # the newest list
    sources: tuple[str, ...]  # those that listed something
    listed: tuple[ListedPaper, ...]


class Span(Struct, frozen=True):
    """The lists to read: the newest up to `until` (`exact`: that day only) and `reach` days back from there, but only
    lists after `after`, the last day of the edition before."""

    until: date
    reach: int = 1
    after: date | None = None
    exact: bool = False


def split_sources(sources: Sequence[str], tenant: str) -> tuple[tuple[str, ...], str]:
    """The sources whose days make editions, and the community's own list if it is read. Submissions come with the next
    edition, or late into the last one; where the community is the only source, its list makes editions."""
    own = community_list(tenant) if any(map(is_community_list, sources)) else ""
    others = tuple(source for source in sources if not is_community_list(source))
    return (others, own) if others else ((own,), "")


async def newest_edition(papers: Papers, sources: Sequence[str], span: Span) -> Edition | None:
    """The papers that the sources listed in a span; None when there is no list."""
    found = [day for day, _ in await papers.listed_days(sources, limit=1, until=span.until)]
    if not found or (span.exact and found[0] != span.until) or (span.after and found[0] <= span.after):
        return None
    first = found[0] - timedelta(days=span.reach - 1)
    if span.after:
        first = max(first, span.after + timedelta(days=1))
    listed = await papers.listed_between(sources, first, found[0])
    first, last = listed[0].day, found[0]
    return Edition(
        id=f"{'+'.join(sorted(sources))}:{first if first == last else f'{first}/{last}'}",
        first=first,
        day=last,
        sources=tuple(sorted({item.source for item in listed})),
        listed=tuple(listed),
    )


def parse_id(id: str) -> tuple[list[str], date, date]:
    """The sources of an edition, its first and its last day. Raises `ValueError`."""
    sources, _, days = id.rpartition(":")
    first, _, last = days.partition("/")
    return sources.split("+"), date.fromisoformat(first), date.fromisoformat(last or first)
