"""When papers come: in real time zones, each time once."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.schedule_parser import parse_schedule, read_schedule
from bot.errors import AskError
from bot.schedule import Clocked, WhenComplete, describe, first_reach, next_times, occurrences, reach

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo"]
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("typed", "canonical", "rest"),
    [
        ("weekdays 09:00 Europe/Berlin", "weekdays 09:00 Europe/Berlin", ""),
        ("mon 08:30 diffusion models top 5", "mon 08:30 UTC", "diffusion models top 5"),
        ("mon,wed, fri 8:30am", "mon,wed,fri 08:30 UTC", ""),
        ("every day at 18:00 UTC", "daily 18:00 UTC", ""),
        ("every Monday at 9 am europe/paris", "mon 09:00 Europe/Paris", ""),
        ("daily 9", "daily 09:00 UTC", ""),
        ("weekends 10:00 America/New_York", "weekends 10:00 America/New_York", ""),
        ("mon-thu 07:15", "mon,tue,wed,thu 07:15 UTC", ""),
        ("daily 12am", "daily 00:00 UTC", ""),
        ("daily 9:00, 17:00", "daily 09:00,17:00 UTC", ""),
        ("when complete", "daily when complete UTC", ""),
        ("weekdays when complete cat:cs.CL", "weekdays when complete UTC", "cat:cs.CL"),
        ("9:00 3d vision", "daily 09:00 UTC", "3d vision"),
        ("weekdays 09:00 SAT solvers", "weekdays 09:00 UTC", "SAT solvers"),
        ("weekdays 09:00 vision/language models", "weekdays 09:00 UTC", "vision/language models"),
        ("weekdays, 09:00, Europe/Berlin", "weekdays 09:00 Europe/Berlin", ""),
        ("weekdays 09:00, top 5", "weekdays 09:00 UTC", "top 5"),
        ("cron 0 9 * * 1-5 Europe/Berlin graphs", "cron 0 9 * * 1-5 Europe/Berlin", "graphs"),
    ],
)
def test_people_write_times_as_they_like(typed: str, canonical: str, rest: str) -> None:
    schedule, left = read_schedule(typed, "UTC").accept()
    assert (str(schedule), left) == (canonical, rest)
    assert parse_schedule(canonical, "Asia/Tokyo") == schedule


@pytest.mark.parametrize("typed", ["", "soon", "daily 25:00", "15 am", "cron a b", "hypernetworks"])
def test_what_is_no_time_is_answered_with_examples(typed: str) -> None:
    with pytest.raises(AskError) as caught:
        read_schedule(typed, "UTC").accept()
    assert caught.value.hint


def test_a_mistyped_zone_is_answered_with_the_nearest() -> None:
    with pytest.raises(AskError, match="Did you mean Europe/Berlin"):
        read_schedule("weekdays 9:00 Europe/Berln", "UTC").accept()


def test_a_time_that_spring_skips_comes_right_after_the_gap() -> None:
    schedule = parse_schedule("daily 02:30 Europe/Berlin", "")
    assert next_times(schedule, at(2025, 3, 29, 12), 2) == [at(2025, 3, 30, 1), at(2025, 3, 31, 0, 30)]


def test_a_time_that_autumn_repeats_comes_once() -> None:
    schedule = parse_schedule("daily 02:30 Europe/Berlin", "")
    assert next_times(schedule, at(2025, 10, 25, 12), 2) == [at(2025, 10, 26, 0, 30), at(2025, 10, 27, 1, 30)]


def test_a_leap_day_is_a_day() -> None:
    assert at(2028, 2, 29, 9) in next_times(parse_schedule("daily 09:00", "UTC"), at(2028, 2, 28, 10), 1)


def test_a_day_that_never_comes_is_refused_when_it_is_typed() -> None:
    with pytest.raises(AskError, match="cron expression"):
        parse_schedule("cron 0 9 30 2 *", "UTC")


def test_when_complete_has_no_clock() -> None:
    assert list(occurrences(WhenComplete(), at(2025, 1, 1), at(2026, 1, 1))) == []


def test_a_schedule_is_told_in_words() -> None:
    assert describe(parse_schedule("weekdays 9:00 Europe/Berlin", "")) == "weekdays at 09:00 (Europe/Berlin)"


@given(
    moments,
    st.sampled_from(ZONES),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 23),
    st.sampled_from([0, 15, 59]),
)
def test_agrees_with_an_independent_library_on_ordinary_days(
    after: datetime, zone: str, days: set[int], hour: int, minute: int
) -> None:
    """cronsim knows the same days and times; around changes of the clock the rules are tested above."""
    until = after + timedelta(days=9)
    ours = list(occurrences(Clocked(times=(time(hour, minute),), days=frozenset(days), zone=zone), after, until))
    expression = f"{minute} {hour} * * {','.join(str((d + 1) % 7) for d in sorted(days))}"
    theirs: list[datetime] = []
    for moment in CronSim(expression, after.astimezone(ZoneInfo(zone))):
        if moment > until:
            break
        theirs.append(moment.astimezone(UTC))
    assert [m for m in ours if _is_calm(m, zone)] == [m for m in theirs if _is_calm(m, zone)]


@given(moments, st.sampled_from(ZONES), st.integers(0, 23), st.integers(0, 59))
def test_each_day_comes_exactly_once_and_in_order(after: datetime, zone: str, hour: int, minute: int) -> None:
    schedule = Clocked(times=(time(hour, minute),), zone=zone)
    found = list(occurrences(schedule, after, after + timedelta(days=400)))
    assert found == sorted(set(found))
    assert len(found) in {399, 400, 401}
    assert all(after < moment for moment in found)


@given(moments, st.integers(1, 60))
def test_asking_in_two_parts_is_asking_once(after: datetime, days: int) -> None:
    """A restart in between neither loses an occurrence nor repeats one."""
    schedule = parse_schedule("weekdays 09:00 America/New_York", "")
    middle, until = after + timedelta(days=days / 2), after + timedelta(days=days)
    whole = list(occurrences(schedule, after, until))
    assert [*occurrences(schedule, after, middle), *occurrences(schedule, middle, until)] == whole


def _is_calm(moment: datetime, zone: str) -> bool:
    """No change of the clocks within two days."""
    local = ZoneInfo(zone)
    return len({(moment + timedelta(hours=h)).astimezone(local).utcoffset() for h in range(-48, 49, 6)}) == 1


@pytest.mark.parametrize(
    ("text", "day", "days"),
    [
        ("daily 09:00", "2025-03-18", 1),
        ("daily 09:00,18:00", "2025-03-18", 1),
        ("weekdays 09:00", "2025-03-18", 1),
        ("weekdays 09:00", "2025-03-17", 3),  # a Monday
        ("mon 09:00", "2025-03-17", 7),
        ("mon,thu 09:00", "2025-03-20", 3),
        ("mon,thu 09:00", "2025-03-17", 4),
        ("mon when complete", "2025-03-17", 7),
        ("weekdays when complete", "2025-03-17", 3),
        ("when complete", "2025-03-18", 1),
        ("cron */5 * * * *", "2025-03-18", 1),
        ("cron 0 9 1 * *", "2025-03-01", 28),
        ("cron 0 9 1 1 *", "2025-01-01", 31),  # a year's papers are no list
        ("mon 02:30 Europe/Berlin", "2025-03-31", 7),  # the night before, the clocks changed
    ],
)
def test_an_occurrence_reaches_back_to_the_one_before(text: str, day: str, days: int) -> None:
    schedule = parse_schedule(text, "UTC")
    start = datetime.fromisoformat(f"{day}T00:00+00:00")
    due = next(occurrences(schedule, start, start + timedelta(days=1)), start + timedelta(hours=12))
    assert reach(schedule, due) == days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("daily 09:00,18:00", 1),
        ("weekdays 09:00", 1),
        ("mon 09:00", 7),
        ("mon,thu 09:00", 3),
        ("weekdays when complete", 1),
        ("fri when complete", 7),
        ("cron */5 * * * *", 1),
        ("cron 0 9 1 * *", 28),
        ("cron 0 9 1 1 *", 31),
    ],
)
@pytest.mark.parametrize("day", range(7))
def test_a_first_edition_reaches_back_the_same_on_every_day(text: str, days: int, day: int) -> None:
    assert first_reach(parse_schedule(text, "UTC"), at(2025, 1, 15 + day, 12)) == days
