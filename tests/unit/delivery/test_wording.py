"""What people type as a schedule is understood, or answered with what to say; nothing they said is dropped."""

from __future__ import annotations

from datetime import time
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.schedule_parser import parse_schedule, read_schedule
from bot.delivery.schedule_phrase import MAX_TIMES
from bot.errors import AskError
from bot.schedule import Clocked, Cron, Schedule, WhenComplete, describe, zone_label

zones = st.sampled_from(sorted(available_timezones()))
days = st.frozensets(st.integers(0, 6), min_size=1)
times = st.sets(st.builds(time, st.integers(0, 23), st.integers(0, 59)), min_size=1, max_size=MAX_TIMES)
crons = st.sampled_from(["0 9 * * 1-5", "*/20 * * * *", "0 9 29 2 *", "30 8 1,15 * *", "0 9 * * MON#1", "0 9 L * *"])
schedules = st.one_of(
    st.builds(Clocked, times=times.map(sorted).map(tuple), days=days, zone=zones),
    st.builds(WhenComplete, days=days, zone=zones),
    st.builds(Cron, expression=crons, zone=zones),
)


@given(schedules)
def test_a_schedule_survives_being_written_down(schedule: Schedule) -> None:
    assert parse_schedule(str(schedule), "Asia/Tokyo") == schedule


@pytest.mark.parametrize("zone", sorted(zone for zone in available_timezones() if "/" not in zone))
def test_a_zone_of_the_settings_survives_whatever_its_name(zone: str) -> None:
    schedule = parse_schedule("weekdays 09:00", zone)
    assert schedule.zone == zone
    assert parse_schedule(str(schedule), zone) == schedule  # as the form to change it does
    assert zone_label(zone) in describe(schedule)


@pytest.mark.parametrize(
    ("typed", "canonical", "rest"),
    [
        ("09:00 CET", "daily 09:00 CET", ""),
        ("09:00 Berlin", "daily 09:00 Europe/Berlin", ""),
        ("09:00 berlin", "daily 09:00 Europe/Berlin", ""),
        ("weekdays at 9am in New York", "weekdays 09:00 America/New_York", ""),
        ("weekdays 9 am, Los Angeles, robots", "weekdays 09:00 America/Los_Angeles", "robots"),
        ("09:00 Japan graph networks", "daily 09:00 Japan", "graph networks"),
        ("weekdays when complete EST5EDT", "weekdays when complete EST5EDT", ""),
        ("cron 0 9 * * * Singapore", "cron 0 9 * * * Singapore", ""),
        ("cron 0 9 * * * New York", "cron 0 9 * * * America/New_York", ""),
        ("09:00 ROC curves", "daily 09:00 UTC", "ROC curves"),
        ("09:00 Wake word detection", "daily 09:00 UTC", "Wake word detection"),
        ("when complete 3 body problem", "daily when complete UTC", "3 body problem"),
        ("every 9 am", "daily 09:00 UTC", ""),
        ("every day at 9", "daily 09:00 UTC", ""),
    ],
)
def test_cities_and_short_zones_are_read_and_questions_are_left(typed: str, canonical: str, rest: str) -> None:
    schedule, left = read_schedule(typed, "UTC").accept()
    assert (str(schedule), left) == (canonical, rest)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("every 2 hours", "cron 0 */2"),
        ("every 2 hours robots", "cron 0 */2"),
        ("every 3 days at 9:00", "cron"),
        ("9:00 every 2 weeks", "cron"),
        ("9:00 every other monday", "cron"),
        ("every second day 9:00", "cron"),
        ("every 30 minutes", "cron"),
        ("every hour", "cron 0 */2"),
        ("hourly", "cron 0 */2"),
        ("09:00 when complete", "can't be both"),
        ("when complete 09:00 robots", "can't be both"),
        ("mon 09:00 tue 10:00", "second schedule"),
        ("daily 1:00,2:00,3:00,4:00,5:00,6:00,7:00", "6 times"),
        ("09:00 Europe/Berln robots", "Europe/Berlin"),
    ],
)
def test_what_a_schedule_can_not_say_is_refused_with_what_to_say(typed: str, said: str) -> None:
    with pytest.raises(AskError) as caught:
        read_schedule(typed, "UTC").accept()
    assert said in str(caught.value)


@given(st.sampled_from(["", "mon,thu ", "weekdays "]), times, st.sampled_from(["", " CET", " Paris", " asia/tokyo"]))
def test_no_time_that_was_typed_is_dropped(named: str, typed: set[time], zone: str) -> None:
    schedule = parse_schedule(f"{named}{', '.join(f'{t:%H:%M}' for t in typed)}{zone}", "UTC")
    assert isinstance(schedule, Clocked)
    assert set(schedule.times) == typed
