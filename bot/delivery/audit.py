"""Missing papers: for each source and day, whether its list is there, complete, and as long as usual."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Literal

from msgspec import Struct

from bot.delivery.calendar import closed_reason, is_complete
from bot.papers.model import PaperId
from bot.store.records import Fetch
from bot.store.sql.papers import Papers

SHORT_SHARE = 0.4  # of the usual length; a shorter list is doubtful
MIN_LISTS_FOR_USUAL = 3  # fewer lists don't show what is usual

State = Literal["complete", "open", "short", "missing", "closed"]


class Day(Struct, frozen=True, kw_only=True):
    """One source's list of one day."""

    source: str
    day: date
    listed: int
    usual: int  # median of its other days; 0: not known
    state: State
    why: str = ""
    elsewhere: tuple[PaperId, ...] = ()  # listed by other sources that day, and never by this one


async def audit(papers: Papers, sources: Sequence[str], first: date, last: date, now: datetime) -> list[Day]:
    """Each day of each source, oldest first, compared with its other days and with the other sources."""
    fetches = {fetch.source: fetch for fetch in await papers.last_fetches()}
    lists: dict[tuple[str, date], set[PaperId]] = {}
    for item in await papers.listed_between(sources, first, last):
        lists.setdefault((item.source, item.day), set()).add(item.paper.id)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [_day(source, day, lists, fetches.get(source), now) for day in days for source in sources]


def _day(
    source: str, day: date, lists: Mapping[tuple[str, date], set[PaperId]], fetch: Fetch | None, now: datetime
) -> Day:
    here = lists.get((source, day), set())
    others = [len(ids) for (name, other), ids in lists.items() if name == source and other != day]
    usual = int(median(others)) if len(others) >= MIN_LISTS_FOR_USUAL else 0
    ever = {id for (name, _), ids in lists.items() if name == source for id in ids}
    that_day = {id for (name, other), ids in lists.items() if name != source and other == day for id in ids}
    elsewhere = tuple(sorted(that_day - ever))
    error = fetch.error if fetch and fetch.day == day else ""
    is_done = is_complete(source, day, len(here), fetch, now)
    state, why = _state(source, day, len(here), usual, error, is_done=is_done)
    return Day(source=source, day=day, listed=len(here), usual=usual, state=state, why=why, elsewhere=elsewhere)


def _state(source: str, day: date, listed: int, usual: int, error: str, *, is_done: bool) -> tuple[State, str]:
    if not listed and (why := closed_reason(source, day)):
        return "closed", why
    if not is_done:
        return "open", error
    if not listed:
        return "missing", error or "no papers listed"
    if listed < SHORT_SHARE * usual:
        return "short", f"usually about {usual}"
    return "complete", ""
