"""When a source's list of a day is complete, and on which days it has none. Pure; holidays are data.

Hugging Face lists papers through the working day (UTC). arXiv announces Sunday to Thursday at 20:00 New York time,
for the following day; its feed is built at midnight there (info.arxiv.org/help/availability.html).
"""

from datetime import UTC, date, datetime, time, timedelta

from bot.delivery.time_zones import read_table
from bot.languages import mark
from bot.store.records import Fetch

QUIET_PERIOD = timedelta(hours=3)  # a list that has not grown for this long, late in the day, counts as complete
LATE_IN_DAY = time(15, 0)  # UTC; by then the lists of recorded days had nearly all their papers
SATURDAY = 5

NEXT_YEAR_KNOWN_IN = 11  # the month in which arXiv publishes the holidays of the next year


ARXIV_HOLIDAYS = frozenset(
    date.fromisoformat(f"{year}-{day}") for year, days in read_table("holidays")["arxiv"].items() for day in days
)


def out_of_date(today: date) -> str:
    """What `holidays.toml` should know by now and does not, in words; empty: nothing."""
    years = {day.year for day in ARXIV_HOLIDAYS}
    needed = today.year + (today.month > NEXT_YEAR_KNOWN_IN)
    return "" if needed in years else f"arXiv's holidays of {needed} are missing. Update Paperboy."


def closed_reason(source: str, day: date) -> str:
    """Why a source has no list on a day: `weekend` or `holiday`; empty: a list is expected."""
    if day.weekday() >= SATURDAY and source in {"huggingface", "arxiv"}:
        return mark("weekend")
    return mark("holiday") if source == "arxiv" and day in ARXIV_HOLIDAYS else ""


def is_complete(source: str, day: date, listed: int, fetch: Fetch | None, now: datetime) -> bool:
    """Whether the list of a day counts as complete at `now`."""
    if now >= datetime.combine(day + timedelta(days=1), time(), UTC):
        return True
    if not listed:
        return False
    if source == "arxiv":  # announced as a whole
        return True
    looked = fetch if fetch and fetch.day == day and not fetch.error else None
    late = now >= datetime.combine(day, LATE_IN_DAY, UTC)
    # Only the time up to the last fetch counts as quiet.
    return late and looked is not None and looked.last_grew is not None and looked.at - looked.last_grew >= QUIET_PERIOD
