"""Schedules: when papers are posted to a channel. Pure: a schedule and a moment give the next moments.

Times are on the wall of a time zone. A time that a spring change skips comes right after the gap; a time that an
autumn change repeats comes once, the first time (the rule of cron since 2002, and of RFC 5545).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from typing import TypeAlias, assert_never
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from babel.lists import format_list
from cronsim import CronSim
from msgspec import Struct

from bot.languages import locale, tr

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))
WEEKDAYS = frozenset(range(5))
WEEKEND = frozenset((5, 6))
MAX_REACH_DAYS = 31  # days whose lists one edition can cover
HORIZON = timedelta(days=366 * 5)  # a schedule with no time within this never posts


class Clocked(Struct, frozen=True, kw_only=True, tag="clocked"):
    """At certain times of day, on certain days of the week."""

    times: tuple[time, ...]
    days: frozenset[int] = EVERY_DAY  # 0 is Monday
    zone: str = "UTC"

    def __str__(self) -> str:
        return f"{_days(self.days)} {','.join(f'{t:%H:%M}' for t in self.times)} {self.zone}"


class Cron(Struct, frozen=True, kw_only=True, tag="cron"):
    """A cron expression of five fields."""

    expression: str
    zone: str = "UTC"

    def __str__(self) -> str:
        return f"cron {self.expression} {self.zone}"


class WhenComplete(Struct, frozen=True, kw_only=True, tag="complete"):
    """As soon as the list of the day is complete."""

    days: frozenset[int] = EVERY_DAY
    zone: str = "UTC"

    def __str__(self) -> str:
        return f"{_days(self.days)} when complete {self.zone}"


Schedule: TypeAlias = Clocked | Cron | WhenComplete


def occurrences(schedule: Schedule, after: datetime, until: datetime) -> Iterator[datetime]:
    """The moments after `after`, up to and including `until`, in UTC. `WhenComplete` has none: the list decides."""
    match schedule:
        case Clocked():
            yield from _clocked(schedule, after, until)
        case Cron(expression=expression, zone=zone):
            # The iterator starts at the next whole minute.
            for local in CronSim(expression, after.astimezone(ZoneInfo(zone))):
                if (at := local.astimezone(UTC)) > until:
                    return
                if at > after:  # in the second pass of a repeated hour, it starts with the first
                    yield at
        case WhenComplete():
            return
        case _:
            assert_never(schedule)


def next_times(schedule: Schedule, after: datetime, count: int) -> list[datetime]:
    """The next moments in UTC: `count`, or as many as there are within five years."""
    return list(islice(occurrences(schedule, after, after + HORIZON), count))


def reach(schedule: Schedule, at: datetime) -> int:
    """How many days of lists an occurrence covers, at most: those since the occurrence before."""
    match schedule:
        case WhenComplete(days=days):
            return next(back for back in range(1, 8) if _weekday(schedule, at, -back) in days)
        case Clocked() | Cron():
            before = _before(schedule, at)
            return max(1, _days_between(before, at, schedule.zone)) if before else MAX_REACH_DAYS


def first_reach(schedule: Schedule, at: datetime) -> int:
    """The same for the first occurrence: the fewest days between two. For weekdays that is one, also on a Monday."""
    match schedule:
        case WhenComplete(days=days):
            return min(reach(schedule, at + timedelta(days=n)) for n in range(7) if _weekday(schedule, at, n) in days)
        case Clocked() | Cron():
            times = next_times(schedule, at, 8)
            gaps = [_days_between(one, two, schedule.zone) for one, two in pairwise(times)]
            return min(max(1, min(gaps, default=MAX_REACH_DAYS)), MAX_REACH_DAYS)


def _weekday(schedule: Schedule, at: datetime, later: int) -> int:
    return (at.astimezone(ZoneInfo(schedule.zone)).weekday() + later) % 7


def _days_between(first: datetime, last: datetime, zone: str) -> int:
    return (last.astimezone(ZoneInfo(zone)).date() - first.astimezone(ZoneInfo(zone)).date()).days


def _before(schedule: Schedule, at: datetime) -> datetime | None:
    """The last occurrence before a moment. Looks back step by step: a cron of minutes has thousands."""
    for back in (timedelta(hours=2), *(timedelta(days=days, hours=1) for days in (1, 3, 7, MAX_REACH_DAYS))):
        found = list(occurrences(schedule, at - back, at - timedelta(seconds=1)))
        if found:
            return found[-1]
    return None


def on_day(schedule: Schedule, day: date) -> bool:
    """Whether a schedule posts on this day in its zone."""
    match schedule:
        case Clocked(days=days) | WhenComplete(days=days):
            return day.weekday() in days
        case Cron(zone=zone):
            start = datetime.combine(day, time(), ZoneInfo(zone)) - timedelta(seconds=1)
            return any(occurrences(schedule, start, start + timedelta(days=1)))


def zone_label(zone: str) -> str:
    """How a zone is shown: `UTC+2` for `Etc/GMT-2`, whose sign is the other way round; others by their name."""
    sign, hours = zone.removeprefix("Etc/GMT")[:1], zone.removeprefix("Etc/GMT")[1:]
    if not zone.startswith("Etc/GMT") or sign not in {"+", "-"}:
        return zone
    return f"UTC{'-' if sign == '+' else '+'}{hours}"


def describe(schedule: Schedule) -> str:
    """For people: `weekdays at 09:00 (Europe/Berlin)`."""
    match schedule:
        case Clocked(times=times, days=days, zone=zone):
            named = format_list([f"{t:%H:%M}" for t in times], locale=locale())
            return tr("{days} at {times} ({zone})", days=_days_in_words(days), times=named, zone=zone_label(zone))
        case Cron(expression=expression, zone=zone):
            return tr("by cron “{expression}” ({zone})", expression=expression, zone=zone_label(zone))
        case WhenComplete(days=days, zone=zone):
            return tr(
                "{days}, as soon as the list is complete ({zone})", days=_days_in_words(days), zone=zone_label(zone)
            )


def _clocked(schedule: Clocked, after: datetime, until: datetime) -> Iterator[datetime]:
    zone = ZoneInfo(schedule.zone)
    # One day early: a time moved by a clock change may be on the day before or after in UTC.
    day = after.astimezone(zone).date() - timedelta(days=1)
    last = until.astimezone(zone).date()
    while day <= last:
        if day.weekday() in schedule.days:
            for at in sorted({_instant(day, t, zone) for t in schedule.times}):
                if after < at <= until:
                    yield at
                    after = at  # a gap up to midnight moves two days' times onto one moment
        day += timedelta(days=1)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment a wall clock first shows this time or, when it skips it, the first moment after the gap."""
    wall = datetime.combine(day, at, zone)
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    # Inside a gap, fold 0 reads the old offset and fold 1 the new: the change lies between the two readings.
    early, late = sorted(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    offset = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)


def _days(days: frozenset[int]) -> str:
    names = {EVERY_DAY: "daily", WEEKDAYS: "weekdays", WEEKEND: "weekends"}
    return names.get(days) or ",".join(DAY_NAMES[day] for day in sorted(days))


def _days_in_words(days: frozenset[int]) -> str:
    names = {EVERY_DAY: tr("every day"), WEEKDAYS: tr("weekdays"), WEEKEND: tr("weekends")}
    short = get_day_names("abbreviated", context="stand-alone", locale=locale())
    return names.get(days) or ", ".join(short[day] for day in sorted(days))
