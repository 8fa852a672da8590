"""When a source's list of a day is complete, and on which days there is none. Pure; holidays are data.

Hugging Face lists papers through the working day (UTC). arXiv announces Sunday to Thursday at 20:00 New York time,
for the following day; its feed is built at midnight there (info.arxiv.org/help/availability.html).
"""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files

from bot.store.records import Fetch

QUIET = timedelta(hours=3)  # a list that has not grown for so long, late in the day, is taken for complete
LATE = time(15, 0)  # UTC; the recorded days had nearly all their papers by then
SATURDAY = 5

PUBLISHED = 11  # the month from which the next year's holidays are known


def _holidays(source: str) -> frozenset[date]:
    years = tomllib.loads(files("bot.delivery").joinpath("holidays.toml").read_text("utf-8"))[source]
    return frozenset(date.fromisoformat(f"{year}-{day}") for year, days in years.items() for day in days)


ARXIV_HOLIDAYS = _holidays("arxiv")


def out_of_date(today: date) -> str:
    """What `holidays.toml` lacks by now, for people; empty when it lacks nothing."""
    years = {day.year for day in ARXIV_HOLIDAYS}
    wanted = today.year + (today.month > PUBLISHED)
    return "" if wanted in years else f"arXiv's holidays of {wanted} are not known: update Paperboy"


def closed(source: str, day: date) -> str:
    """Why a source lists nothing on a day: `weekend`, `holiday`; empty when a list is expected."""
    if day.weekday() >= SATURDAY and source in {"huggingface", "arxiv"}:
        return "weekend"
    return "holiday" if source == "arxiv" and day in ARXIV_HOLIDAYS else ""


def complete(source: str, day: date, listed: int, fetch: Fetch | None, now: datetime) -> bool:
    """Whether the list of a day can be taken as complete at `now`."""
    if now >= datetime.combine(day + timedelta(days=1), time(), UTC):
        return True
    if not listed:
        return False
    if source == "arxiv":  # announced as a whole
        return True
    looked = fetch if fetch and fetch.day == day and not fetch.error else None
    late = now >= datetime.combine(day, LATE, UTC)
    # It counts as quiet only for as long as somebody looked.
    return late and looked is not None and looked.last_grew is not None and looked.at - looked.last_grew >= QUIET
