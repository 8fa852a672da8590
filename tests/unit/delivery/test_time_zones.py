"""Schedules against a wall clock that is watched minute by minute, wherever and whenever clocks were changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from bot.schedule import Clocked, Cron, occurrences

MINUTE = timedelta(minutes=1)
KNOWN = [  # where the rules themselves were changed, or a change is unlike the others
    ("Europe/Lisbon", 1992),
    ("Europe/Lisbon", 1996),
    ("America/Sao_Paulo", 2018),  # clocks go forward at midnight; given up in 2019
    ("America/Sao_Paulo", 2019),
    ("Asia/Pyongyang", 2015),
    ("Asia/Pyongyang", 2018),  # half an hour, up to midnight
    ("Africa/Casablanca", 2024),  # back for Ramadan
    ("Pacific/Apia", 2011),  # a day left out
    ("Australia/Lord_Howe", 2025),  # half an hour
    ("Europe/Berlin", 2025),
    ("America/New_York", 2007),
    ("Africa/Cairo", 2023),
    ("Asia/Beirut", 2024),
    ("Antarctica/Troll", 2024),  # two hours
    ("CET", 2024),
    ("EST5EDT", 2024),
]
ZONES = sorted(zone for zone in available_timezones() if zone not in {"Factory", "localtime"})
Wanted = Callable[[datetime], bool]
"""Whether a schedule means this minute of the wall clock."""

quick = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@cache
def changes(zone: str, year: int) -> list[datetime]:
    """When the clocks of a zone were changed in a year: the first minutes after it, UTC."""
    local = ZoneInfo(zone)
    days = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=12 * n) for n in range(732)]
    spans = [pair for pair in pairwise(days) if len({moment.astimezone(local).utcoffset() for moment in pair}) > 1]
    return [_change(early, late, local) for early, late in spans]


def _change(early: datetime, late: datetime, local: ZoneInfo) -> datetime:
    while late - early > MINUTE:
        middle = early + (late - early) // MINUTE // 2 * MINUTE
        same = middle.astimezone(local).utcoffset() == early.astimezone(local).utcoffset()
        early, late = (middle, late) if same else (early, middle)
    return late


def watched(wanted: Wanted, zone: str, after: datetime, until: datetime, *, each: bool = False) -> list[datetime]:
    """What somebody notes who looks at a wall clock each minute: when it reaches a wanted time, or jumps over some,
    for the first time. `each`: whenever it shows one, however often."""
    local, found = ZoneInfo(zone), list[datetime]()
    moment = (after - timedelta(days=2)).replace(second=0, microsecond=0)
    latest = _wall(moment, local)
    while (moment := moment + MINUTE) <= until:
        wall = _wall(moment, local)
        reached = wanted(wall) if each else any(map(wanted, _passed(latest, wall)))
        if reached and moment > after:
            found.append(moment)
        latest = max(latest, wall)
    return found


def _wall(moment: datetime, local: ZoneInfo) -> datetime:
    return moment.astimezone(local).replace(tzinfo=None)


def _passed(latest: datetime, wall: datetime) -> Iterator[datetime]:
    while latest < wall:
        latest += MINUTE
        yield latest


@st.composite
def around_a_change(draw: st.DrawFn) -> tuple[str, datetime, datetime]:
    """A zone and a stretch of some days with a change of its clocks in it, if there was one."""
    zone, year = draw(st.one_of(st.sampled_from(KNOWN), st.tuples(st.sampled_from(ZONES), st.integers(1990, 2037))))
    change = draw(st.sampled_from(changes(zone, year) or [datetime(year, 2, 28, tzinfo=UTC)]))
    after = change - draw(st.integers(-180, 36 * 60)) * MINUTE
    return zone, after, after + draw(st.integers(1, 60)) * timedelta(hours=1)


times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 29, 30, 45, 59]))
weekdays = st.one_of(st.just(frozenset(range(7))), st.frozensets(st.integers(0, 6), min_size=1))


@quick
@given(around_a_change(), st.sets(times, min_size=1, max_size=3), weekdays)
@example(
    ("Pacific/Apia", datetime(2011, 12, 29, 11, tzinfo=UTC), datetime(2011, 12, 31, tzinfo=UTC)), {time(0)}, {*range(7)}
)
@example(
    ("Asia/Pyongyang", datetime(2018, 5, 4, tzinfo=UTC), datetime(2018, 5, 6, tzinfo=UTC)),
    {time(0), time(23, 45)},
    {*range(7)},
)
def test_a_time_of_day_comes_once_wherever_clocks_are_changed(
    stretch: tuple[str, datetime, datetime], times: set[time], days: frozenset[int]
) -> None:
    zone, after, until = stretch
    schedule = Clocked(times=tuple(sorted(times)), days=frozenset(days), zone=zone)
    seen = watched(lambda wall: wall.time() in times and wall.weekday() in days, zone, after, until)
    assert list(occurrences(schedule, after, until)) == seen


def crons(minutes: set[int], hours: set[int], dates: set[int], days: set[int]) -> tuple[str, Wanted]:
    """A cron expression, and what it means: where days of the month and of the week are both named, either counts."""
    fields = [",".join(map(str, sorted(found))) or "*" for found in (minutes, hours, dates)]
    named = ",".join(str((day + 1) % 7) for day in sorted(days)) or "*"

    def on(day: date) -> bool:
        if dates and days:
            return day.day in dates or day.weekday() in days
        return (not dates or day.day in dates) and (not days or day.weekday() in days)

    def wanted(wall: datetime) -> bool:
        return (not minutes or wall.minute in minutes) and (not hours or wall.hour in hours) and on(wall)

    return f"{' '.join(fields)} * {named}", wanted


numbers = st.sets(st.sampled_from([0, 1, 2, 3, 9, 12, 22, 23]), min_size=1, max_size=3)
dates = st.one_of(st.just(set[int]()), st.sets(st.integers(1, 28), min_size=1, max_size=10))
some_days = st.one_of(st.just(set[int]()), st.sets(st.integers(0, 6), min_size=1))


@quick
@given(around_a_change(), st.sets(st.integers(0, 59), min_size=1, max_size=3), numbers, dates, some_days)
@example(
    ("Europe/Berlin", datetime(2025, 10, 26, 1, 15, tzinfo=UTC), datetime(2025, 10, 27, 3, tzinfo=UTC)),
    {30},
    {2},
    set(),
    set(),
)
def test_a_cron_time_comes_once_wherever_clocks_are_changed(
    stretch: tuple[str, datetime, datetime], minutes: set[int], hours: set[int], dates: set[int], days: set[int]
) -> None:
    zone, after, until = stretch
    expression, wanted = crons(minutes, hours, dates, days)
    found = list(occurrences(Cron(expression=expression, zone=zone), after, until))
    assert found == watched(wanted, zone, after, until)


@quick
@given(around_a_change(), st.sets(st.sampled_from([0, 20, 40]), min_size=1), dates, some_days)
def test_a_cron_of_every_hour_comes_every_hour_that_passes(
    stretch: tuple[str, datetime, datetime], minutes: set[int], dates: set[int], days: set[int]
) -> None:
    zone, after, until = stretch
    assume(_by_hours(zone, after, until))  # cronsim 2.8 passes over the full hour inside a change of half an hour
    expression, wanted = crons(minutes, set(), dates, days)
    found = list(occurrences(Cron(expression=expression, zone=zone), after, until))
    assert found == watched(wanted, zone, after, until, each=True)


def _by_hours(zone: str, after: datetime, until: datetime) -> bool:
    """Whether the clocks are changed by whole hours only, and no day is left out (Apia, 30 December 2011)."""
    days = timedelta(days=1)
    found = (moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in (after - days, until + days))
    offsets = [offset for offset in found if offset is not None]
    whole = len({offset % timedelta(hours=1) for offset in offsets}) == 1
    return whole and max(offsets) - min(offsets) < timedelta(hours=12)
