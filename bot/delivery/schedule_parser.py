"""Schedules as people write them: `weekdays 09:00 Europe/Berlin`, `mon 8:30am`, `when complete`, `cron 0 9 * * 1-5`."""

from __future__ import annotations

import difflib
import re
from datetime import UTC, datetime, time
from functools import cache
from zoneinfo import available_timezones

from cronsim import CronSim, CronSimError
from msgspec import Struct

from bot.errors import AskError
from bot.schedule import DAY_NAMES, EVERY_DAY, WEEKDAYS, WEEKEND, Clocked, Cron, Schedule, WhenComplete, next_times

EXAMPLES = "Say for instance: weekdays 09:00 Europe/Berlin · mon,thu 8:30 · daily 18:00 UTC · when complete"
NOT_DAILY = "For that there is cron, every 2 hours for instance: cron 0 */2 * * *"
CRON_FIELDS = 5
MOST_TIMES = 6
_ANY = datetime(2025, 1, 1, tzinfo=UTC)
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s?(am|pm)?", re.I)
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_REGIONS = {"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
# Zones that mean something else more often: read as such only as the last word, and as they are spelled.
_ALSO_WORDS = {"act", "christmas", "easter", "factory", "gb", "met", "midway", "mst", "north", "nsw", "nz"}
_ALSO_WORDS |= {"prc", "roc", "rok", "south", "wake", "west"}
_NO_COUNTS = {"other", "second", "third"}  # every other day
_FILLERS = {"at", "on", "every", "each", "and", "in", ",", "the"}
_SETS = {
    "daily": EVERY_DAY,
    "everyday": EVERY_DAY,
    "day": EVERY_DAY,
    "days": EVERY_DAY,
    "weekdays": WEEKDAYS,
    "weekday": WEEKDAYS,
    "workdays": WEEKDAYS,
    "weekends": WEEKEND,
    "weekend": WEEKEND,
}


class ZoneChoice(Struct, frozen=True, kw_only=True):
    """One meaning of an abbreviation that several time zones share."""

    label: str  # for a button: `India (Asia/Kolkata)`
    zone: str  # `Asia/Kolkata`
    phrase: str  # what was typed, with this zone instead: `weekdays 09:00 Asia/Kolkata diffusion`


class ParsedSchedule(Struct, frozen=True, kw_only=True):
    """What a phrase says about when to post. One of `schedule`, `question` and `problem` is set."""

    schedule: Schedule | None = None
    topic: str = ""  # what follows the schedule, as it was typed: a topic, and options such as `top 5`
    names_zone: bool = False  # False: the schedule has the default zone, because the phrase names none
    question: str = ""  # to ask back, with a button for each of `choices`: `Which time zone is IST?`
    choices: tuple[ZoneChoice, ...] = ()
    problem: str = ""  # why it can't be read, a sentence: `I can't read “…”.`
    hint: str = ""  # what to write instead

    def next_times(self, now: datetime, count: int = 3) -> list[datetime]:
        """The next occurrences in UTC; none of a schedule that waits for a complete list, or without a schedule."""
        return next_times(self.schedule, now, count) if self.schedule else []

    def accept(self) -> tuple[Schedule, str]:
        """The schedule and the topic. Raises `AskError` with the question or the problem."""
        if self.schedule is None:
            names = " · ".join(choice.phrase for choice in self.choices)
            raise AskError(self.question or self.problem, names or self.hint)
        return self.schedule, self.topic


def read_schedule(text: str, default_zone: str) -> ParsedSchedule:
    """What `text` says, in the words of a person; the schedule comes first, the topic after it. Never raises."""
    try:
        schedule, topic = split_schedule(text, default_zone)
    except AskError as error:
        return ParsedSchedule(problem=error.message, hint=error.hint)
    return ParsedSchedule(schedule=schedule, topic=topic, names_zone=schedule.zone != default_zone)


class _Read(Struct):
    """What has been read so far."""

    times: list[time]
    days: set[int]
    zone: str = ""
    complete: bool = False


def parse_schedule(text: str, default_zone: str) -> Schedule:
    """The schedule that `text` is as a whole. Raises `AskError`."""
    schedule, rest = split_schedule(text, default_zone)
    if rest:
        raise _unclear(rest)
    return schedule


def split_schedule(text: str, default_zone: str) -> tuple[Schedule, str]:
    """The schedule that `text` begins with, and what follows it. Raises `AskError`."""
    words = text.split()
    if words and words[0].casefold() == "cron":
        return _cron(words[1:], default_zone)
    read, used = _Read(times=[], days=set()), 0
    while used < len(words) and (taken := _take(words[used:], read)):
        used += taken
    rest = " ".join(words[used:]).lstrip(" ,")
    if not (read.times or read.complete):
        raise _unclear(rest or text)
    days, zone = frozenset(read.days) or EVERY_DAY, read.zone or default_zone
    if read.complete and read.times:
        raise AskError("At a time, or when the list is complete: it can't be both.", "Leave one of them out.")
    if read.complete:
        return WhenComplete(days=days, zone=zone), rest
    times = tuple(sorted(set(read.times)))
    if len(times) > MOST_TIMES:
        raise AskError(f"A schedule has {MOST_TIMES} times a day at most.", NOT_DAILY)
    return Clocked(times=times, days=days, zone=zone), rest


def _take(words: list[str], read: _Read) -> int:
    """How many of the next words belong to the schedule; notes what they say."""
    word = words[0].casefold().strip(",")
    if word == "when" and len(words) > 1 and words[1].casefold().strip(",.") in {"complete", "ready", "done"}:
        read.complete = True
        return 2
    if word in {"every", "each"} and _is_interval(words[1:]):
        raise AskError(f"I can't read “{' '.join(words[:3])}”: a schedule has days and times of day.", NOT_DAILY)
    if word in _FILLERS:
        follows = words[1:] and _take(words[1:], read)
        return 1 + follows if follows else 0
    # A day after the time belongs to the schedule only if none was named before: `09:00 SAT solvers`.
    if (days := _days(word)) and not (read.times and read.days):
        read.days |= days
        return 1
    if days and words[1:] and ":" in words[1] and _time(words[1]):
        raise AskError("All days of a schedule have the same times.", "Make a second schedule for the others.")
    zone, used = _zone(words, started=bool(read.times or read.complete))
    read.zone = zone or read.zone
    return used or _take_times(words, read)


def _is_interval(words: list[str]) -> bool:
    """`2 hours`, `other day`: what a schedule of days and times can't say. `9 am` is a time."""
    first, then = [*(word.casefold().strip(",") for word in words), "", ""][:2]
    return first in _NO_COUNTS or (first.isdecimal() and bool(then) and then not in {"am", "pm"})


def _take_times(words: list[str], read: _Read) -> int:
    joined = words[0] + words[1] if words[1:] and words[1].casefold().strip(",") in {"am", "pm"} else ""
    for candidate, used in ((joined, 2), (words[0], 1)):
        times = [_time(part) for part in candidate.strip(",").split(",")] if candidate else [None]
        if None not in times:
            # A bare number after the times belongs to what follows: `9:00 3d vision`.
            if (read.times or read.complete) and candidate.isdecimal():
                return 0
            read.times += [t for t in times if t is not None]
            return used
    return 0


def _time(raw: str) -> time | None:
    match = _TIME.fullmatch(raw)
    if not match:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").casefold()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _days(word: str) -> set[int]:
    """`weekdays`, `mon`, `mon,wed`, `mon-thu`; nothing for anything else."""
    if word in _SETS:
        return set(_SETS[word])
    found: set[int] = set()
    for part in word.split(","):
        first, dash, last = part.partition("-")
        a, b = _day(first), _day(last) if dash else _day(first)
        if a is None or b is None:
            return set()
        found |= {(a + n) % 7 for n in range((b - a) % 7 + 1)}
    return found


def _day(word: str) -> int | None:
    word = word.removesuffix("s") if word.endswith("days") else word
    for n, full in enumerate(_FULL):
        if word == full or (len(word) >= 3 and word in {DAY_NAMES[n], full[:4], full[:5]}):
            return n
    return None


def _zone(words: list[str], *, started: bool) -> tuple[str, int]:
    """The time zone that the words begin with, and how many they are: `Europe/Berlin`, `Berlin`, `New York`, `CET`.
    An unknown one with a slash is an error that names the nearest."""
    for used in (2, 1):
        if zone := _known_zone("_".join(words[:used]).strip(","), last=len(words) <= used):
            return zone, min(used, len(words))
    word = words[0].casefold()
    if started and "/" in word and word.partition("/")[0] in {zone.partition("/")[0] for zone in _zones()}:
        near = difflib.get_close_matches(word, _zones(), 1, cutoff=0.6)
        hint = f"Did you mean {_zones()[near[0]]}?" if near else "Time zones look like Europe/Berlin."
        raise AskError(f"I know no time zone {words[0][:40]!r}.", hint)
    return "", 0


def _known_zone(name: str, *, last: bool) -> str:
    """A city or a short name counts as it is spelled or as the last word: `singapore math` may be a question."""
    zone = _zones().get(name.casefold(), "")
    if "/" in name or zone in {"UTC", "GMT"}:
        return zone
    as_spelled, plain = zone.endswith(name), name.casefold() not in _ALSO_WORDS
    return zone if (last and as_spelled) or (plain and (last or as_spelled)) else ""


@cache
def _zones() -> dict[str, str]:
    """Every zone by its name, then by its city."""
    names = sorted(available_timezones())
    cities = {city: name for name in names for area, _, city in [name.partition("/")] if area in _REGIONS}
    return {name.casefold(): zone for name, zone in (cities | {name: name for name in names}).items()}


def _cron(words: list[str], default_zone: str) -> tuple[Schedule, str]:
    fields, rest = words[:CRON_FIELDS], words[CRON_FIELDS:]
    zone, used = _zone(rest, started=True) if rest else ("", 0)
    try:
        # Built to be checked; the date is any.
        CronSim(" ".join(fields), _ANY)
    except CronSimError as error:
        said = f"“{' '.join(fields)}” is no cron expression ({error})."
        raise AskError(said, "Five fields: minute hour day month weekday.") from error
    return Cron(expression=" ".join(fields), zone=zone or default_zone), " ".join(rest[used:])


def _unclear(text: str) -> AskError:
    return AskError(f"When? I can't read a time in “{text[:60]}”.", EXAMPLES)
