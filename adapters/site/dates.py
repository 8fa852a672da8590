"""Days, weeks and months, as addresses name them. Pure."""

from calendar import Calendar, monthrange
from datetime import date, timedelta
from typing import Literal, TypeAlias

from msgspec import Struct

from adapters.site.formatting import long_day, short_day

Kind: TypeAlias = Literal["date", "week", "month"]

FIRST_YEAR, LAST_YEAR = 1900, 2999  # of an address; there is room for a week before and after
_FIRST_DAY = {"date": "", "week": "-1", "month": "-01"}  # completes an address to a day


class Period(Struct, frozen=True, kw_only=True):
    """A day, week or month that has a page."""

    kind: Kind
    first: date
    last: date

    @property
    def path(self) -> str:
        return path(self.kind, self.first)

    @property
    def title(self) -> str:
        """`Tuesday, 18 March 2025`; `Week 12 of 2025`; `March 2025`."""
        if self.kind == "date":
            return long_day(self.first)
        year, week, _ = self.first.isocalendar()
        return f"Week {week} of {year}" if self.kind == "week" else f"{self.first:%B %Y}"

    @property
    def span(self) -> str:
        """`17 to 23 March 2025` for a week; empty where the title says it already."""
        if self.kind != "week":
            return ""
        same_month = self.first.month == self.last.month
        return f"{self.first.day if same_month else f'{self.first.day} {self.first:%B}'} to {short_day(self.last)}"


def period(kind: Kind, day: date) -> Period:
    """The day, week or month that a day is in."""
    if kind == "week":
        first = day - timedelta(days=day.weekday())
        return Period(kind=kind, first=first, last=first + timedelta(days=6))
    if kind == "month":
        return Period(kind=kind, first=day.replace(day=1), last=day.replace(day=monthrange(day.year, day.month)[1]))
    return Period(kind=kind, first=day, last=day)


def parse(kind: Kind, raw: str) -> Period | None:
    """`2025-03-18`, `2025-W12` or `2025-03`; None for a date that doesn't exist or is centuries away."""
    try:
        found = period(kind, date.fromisoformat(raw + _FIRST_DAY[kind]))
    except ValueError:
        return None
    is_written_so = found.path == f"/{kind}/{raw}"  # `fromisoformat` reads more forms of a date
    return found if is_written_so and FIRST_YEAR <= int(raw[:4]) <= LAST_YEAR else None


def weeks_of(month: date) -> list[list[date]]:
    """The weeks of a month, each from Monday to Sunday, with the days of other months that fill them up."""
    return Calendar().monthdatescalendar(month.year, month.month)


def path(kind: Kind, day: date) -> str:
    """The address of the day, week or month that a day is in."""
    return day.strftime({"date": "/date/%Y-%m-%d", "week": "/week/%G-W%V", "month": "/month/%Y-%m"}[kind])
