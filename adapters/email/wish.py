"""What a subscriber asked for: as they fill it in, as the core is asked for it, and in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from zoneinfo import available_timezones

from msgspec import Struct

from bot.chat.form import Field
from bot.chat.message import clean
from bot.errors import AskError

EACH = {
    "weekdays": "Every weekday",
    "daily": "Every day",
    "mon": "Every Monday",
    "tue": "Every Tuesday",
    "wed": "Every Wednesday",
    "thu": "Every Thursday",
    "fri": "Every Friday",
    "sat": "Every Saturday",
    "sun": "Every Sunday",
}
HOURS = tuple(f"{hour:02d}:00" for hour in range(24))
COUNTS = (5, 10, 20, 30)
MOST_QUERY = 200


FIELDS = (
    Field(name="address", label="Your address", hint="ada@example.org", required=True, secret=True, max_length=254),
    Field(name="days", label="When", value="weekdays", choices=tuple(EACH.items())),
    Field(name="time", label="At", value="09:00", choices=tuple((hour, hour) for hour in HOURS)),
    Field(name="zone", label="Time zone", hint="Europe/Berlin", value="UTC", max_length=40),
    Field(name="query", label="About", hint="Words, or nothing: everything", max_length=MOST_QUERY),
)


class Wish(Struct, frozen=True, kw_only=True):
    """Which papers, how many and when."""

    days: str = "weekdays"
    time: str = "09:00"
    zone: str = "UTC"
    query: str = ""
    count: int = 10

    @property
    def command(self) -> str:
        """What makes the core bring it. The options stand before the query, so that its words are taken for none."""
        about = f" about {self.query}" if self.query else ""
        return f"schedule {self.days} {self.time} {self.zone} top {self.count} votes 0 compact{about}"

    @property
    def words(self) -> str:
        """`every weekday at 09:00 (Europe/Berlin), up to 10 papers on “diffusion”`"""
        return f"{self.chosen} on “{self.query}”" if self.query else self.chosen

    @property
    def chosen(self) -> str:
        """The same without what was typed: for a mail to somebody who may not have typed it."""
        when = EACH[self.days]
        return f"{when[0].lower()}{when[1:]} at {self.time} ({self.zone}), up to {self.count} papers"


def read(values: Mapping[str, str]) -> Wish:
    """The wish of a form; what is missing is as usual. Raises `AskError` for what the form doesn't offer."""
    usual = Wish()
    return Wish(
        days=_one_of("days", values.get("days") or usual.days, EACH),
        time=_one_of("time", values.get("time") or usual.time, HOURS),
        zone=_one_of("time zone", values.get("zone", "").strip() or usual.zone, zones()),
        query=clean(values.get("query", ""), MOST_QUERY),
        count=int(_one_of("number of papers", values.get("count") or str(usual.count), map(str, COUNTS))),
    )


@cache
def zones() -> tuple[str, ...]:
    """The time zones there are, as people choose them."""
    named = (name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return (*sorted(named), "UTC")


def _one_of(what: str, value: str, offered: Iterable[str]) -> str:
    if value not in tuple(offered):
        raise AskError(f"{clean(value, 40)!r} is no {what} that is offered here.", "Choose one from the list.")
    return value
