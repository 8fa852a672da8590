"""What is missing: for each source and day, whether its list is there, is as long as usual, and is complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from bot.delivery.calendar import closed, complete
from bot.papers.model import PaperId
from bot.store.protocol import Papers
from bot.store.records import Fetch

SHORT = 0.4  # of the usual length, below which a list is doubtful
USUAL_OF = 3  # lists at least that tell what is usual

State = Literal["complete", "open", "short", "missing", "closed"]


Lists: TypeAlias = Mapping[tuple[str, date], set[PaperId]]
"""The papers that a source listed on a day."""


class Day(Struct, frozen=True, kw_only=True):
    """One source's list of one day."""

    source: str
    day: date
    listed: int
    usual: int  # median of its other days looked at; 0: not known
    state: State
    why: str = ""
    elsewhere: tuple[PaperId, ...] = ()  # papers that other sources listed that day and this one never did


async def audit(papers: Papers, sources: Sequence[str], first: date, last: date, now: datetime) -> list[Day]:
    """Each day of each source, oldest first. Compares sources with each other and with their own habit."""
    fetches = {fetch.source: fetch for fetch in await papers.last_fetches()}
    lists: dict[tuple[str, date], set[PaperId]] = {}
    for item in await papers.listed_between(sources, first, last):
        lists.setdefault((item.source, item.day), set()).add(item.paper.id)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [_day(source, day, lists, fetches.get(source), now) for day in days for source in sources]


def _day(source: str, day: date, lists: Lists, fetch: Fetch | None, now: datetime) -> Day:
    here = lists.get((source, day), set())
    others = [len(ids) for (name, other), ids in lists.items() if name == source and other != day]
    usual = int(median(others)) if len(others) >= USUAL_OF else 0
    ever = {id for (name, _), ids in lists.items() if name == source for id in ids}
    that_day = {id for (name, other), ids in lists.items() if name != source and other == day for id in ids}
    elsewhere = tuple(sorted(that_day - ever))
    looked = fetch if fetch and fetch.day == day else None
    known = Day(source=source, day=day, listed=len(here), usual=usual, state="complete", elsewhere=elsewhere)
    state, why = _state(known, done=complete(source, day, len(here), fetch, now), error=looked.error if looked else "")
    return replace(known, state=state, why=why)


def _state(known: Day, *, done: bool, error: str) -> tuple[State, str]:
    if not known.listed and (why := closed(known.source, known.day)):
        return "closed", why
    if not done:
        return "open", error
    if not known.listed:
        return "missing", error or "nothing was listed"
    if known.listed < SHORT * known.usual:
        return "short", f"usually about {known.usual}"
    return "complete", ""
