"""Reads words of a schedule phrase: days, times, and what no schedule can express. Pure; looks ahead a few words."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import time

from msgspec import Struct

from bot.delivery.time_zones import SCHEDULE_WORDS, WORDS
from bot.languages import mark
from bot.schedule import DAY_NAMES, EVERY_DAY, WEEKDAYS, WEEKEND

FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT_DAYS = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3} | {name: n for n, name in enumerate(DAY_NAMES)}
_DAYS = {"every_day": EVERY_DAY, "weekdays": WEEKDAYS, "weekend": WEEKEND}
SETS = {word: days for name, days in _DAYS.items() for word in WORDS[name]}
PHRASES = {
    tuple(phrase.split()): _DAYS[name] for name, phrases in SCHEDULE_WORDS["phrases"].items() for phrase in phrases
}
PARTS_OF_DAY = {"morning": 0, "mornings": 0, "afternoon": 12, "evening": 12, "evenings": 12, "night": 12}  # hours added
MINUTES: Mapping[str, int] = SCHEDULE_WORDS["minutes"]
NUMBERS = {name: number for number, name in enumerate(SCHEDULE_WORDS["numbers"].split(), 1)}
NOON = {"noon": time(12), "midday": time(12), "midnight": time(0)}
HALF = {"am": "am", "pm": "pm", "a.m": "am", "p.m": "pm", "a.m.": "am", "p.m.": "pm"}
TIME = re.compile(
    r"t?(\d{1,2})(?:[:.h](\d{2}))?(?::(\d{2}))?(am|pm|a\.m\.?|p\.m\.?|h|hrs?|uhr)?(z|\+\d{1,2}(?::?\d{2})?)?"
)
MILITARY = re.compile(r"(\d{2})(\d{2})(?:h|hrs?)?")
UNITS = re.compile(r"(?:sec|second|min|minute|hour|hr|day|week|month|quarter|year|fortnight|night|time)s?")
MONTHS = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*")
MAX_SHOWN_CHARS = 60  # of a phrase in a sentence about it
EXAMPLES = mark("For example: weekdays 09:00 Europe/Berlin · mon,thu 8:30 · daily 18:00 UTC · when complete")


class Unreadable(Exception):
    """A phrase is no schedule: a sentence that says so, and what to write instead."""

    def __init__(self, problem: str, hint: str = EXAMPLES) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


class Word(Struct, frozen=True):
    """One word of a phrase."""

    at: int  # where it begins in the text
    spelled: str  # without brackets and quotes
    plain: str  # the same in lower case, with plain dashes and quotes


class TimeReading(Struct, frozen=True):
    """A time of day in the next words."""

    words: int
    time: time
    offset: str = ""  # of a glued one: `09:00+02:00`
    is_bare: bool = False  # `9`: counts only where a time is expected
    half: str = ""  # `am`, `pm`


def shorten(text: str) -> str:
    """A phrase, short enough to be named in a sentence."""
    plain = " ".join(text[: 4 * MAX_SHOWN_CHARS].split())
    return plain if len(plain) <= MAX_SHOWN_CHARS else plain[: MAX_SHOWN_CHARS - 1] + "…"


def split_words(text: str) -> list[Word]:
    """The words of a text; commas, `;` and `&` are words of their own."""
    return [_word(match) for match in re.finditer(r"[,;&·|]|[^\s,;&·|]+", text)]


def _word(match: re.Match[str]) -> Word:
    spelled = unicodedata.normalize("NFKC", match[0])
    spelled = re.sub("[‐‑‒–—−]", "-", spelled).replace("’", "'").replace("‘", "'").replace("\\", "/").replace("…", "..")
    spelled = spelled.strip("()[]{}<>\"'`“”«»!?") or spelled
    return Word(match.start(), spelled, spelled.casefold())


def read_days(words: Sequence[Word]) -> tuple[frozenset[int], int]:
    """The days that the next words name, and how many words that takes; 0: none."""
    plain = [word.plain for word in words[:5]]
    for phrase, days in PHRASES.items():
        if tuple(plain[: len(phrase)]) == phrase:
            return days, len(phrase)
    first = plain[0].rstrip(".:")
    if first in SETS:
        return SETS[first], 1
    if (start := day_number(first)) is None:
        return _glued_days(first), int(bool(_glued_days(first)))
    if plain[1:2] and plain[1] in {"-", "to", "through", "thru", "until", "till", ".."} and len(plain) > 2:
        end = day_number(plain[2].rstrip("."))
        if end is not None:
            return _range(start, end), 3
    return frozenset({start}), 1


def _glued_days(word: str) -> frozenset[int]:
    """`mon-thu`, `Mon..Fri`, `mon/wed/fri`, `mon+wed`."""
    found: set[int] = set()
    for part in re.split(r"[/+]", word)[:8]:
        ends = [day_number(end) for end in re.split(r"-|\.\.", part)][:3]
        if None in ends or len(ends) > 2:
            return frozenset()
        found |= _range(ends[0] or 0, ends[-1] or 0)
    return frozenset(found)


def _range(start: int, end: int) -> frozenset[int]:
    return frozenset((start + n) % 7 for n in range((end - start) % 7 + 1))


def day_number(word: str) -> int | None:
    """0 for Monday; None: no day."""
    if word in SHORT_DAYS:
        return SHORT_DAYS[word]
    name = word.removesuffix("'s").removesuffix("s") if word.endswith(("days", "day's")) else word
    return FULL_DAYS.index(name) if name in FULL_DAYS else None


def read_time(words: Sequence[Word], *, is_expected: bool) -> TimeReading | None:
    """The time of day that the next words say. `is_expected`: after `at`, a day or a connective."""
    plain = [word.plain for word in words[:5]]
    if plain[0] in NOON:
        return TimeReading(1, NOON[plain[0]]) if is_expected else None
    if plain[:2] == ["12", "noon"] or plain[:2] == ["12", "midnight"]:
        return TimeReading(2, NOON[plain[1]])
    if plain[0] in {"half", "quarter"} and plain[1:2] in (["past"], ["to"]) and len(plain) > 2:
        return _spoken(plain)
    if (match := MILITARY.fullmatch(plain[0])) and is_expected and int(match[1]) < 24 and int(match[2]) < 60:
        used = 1 + (plain[1:2] in (["hours"], ["hrs"], ["h"]))
        return TimeReading(used, time(int(match[1]), int(match[2])))
    return _digits(plain, is_expected=is_expected)


def _spoken(plain: Sequence[str]) -> TimeReading | None:
    """`half past 9`, `quarter to nine`, with am or pm after it."""
    hour, used, half = _hour(plain[2]), 3, ""
    if hour is None:
        return None
    if plain[3:4] and plain[3] in HALF:
        half, used = HALF[plain[3]], 4
    minute = 30 if plain[0] == "half" else 15
    if plain[1] == "to":
        hour, minute = hour - 1, 60 - minute
    if half and (found := _clock(hour or 12, minute, half)):
        return TimeReading(used, found, half=half)
    return TimeReading(used, time(hour % 24, minute)) if hour < 24 else None


def _hour(word: str) -> int | None:
    return int(word) if word.isdecimal() and len(word) < 3 else NUMBERS.get(word)


def _digits(plain: Sequence[str], *, is_expected: bool) -> TimeReading | None:
    """`9`, `9:30`, `9am`, `9 a.m.`, `9 o'clock`, `nine o'clock`, `09:00:00`, `9h30`, `09:00Z`."""
    after, last = (*plain[1:], "", "")[:2]
    if plain[0] in NUMBERS and after in MINUTES and is_expected:
        half = HALF.get(last, "")
        spoken = _clock(NUMBERS[plain[0]], MINUTES[after], half)
        return TimeReading(2 + bool(half), spoken, half=half) if spoken else None
    is_spelled = plain[0] in NUMBERS and (is_expected or after in HALF or after in WORDS["o_clock"])
    match = TIME.fullmatch(str(NUMBERS[plain[0]]) if is_spelled else plain[0].rstrip(".:"))
    if not match or int(match[3] or 0):
        return None
    half, used = HALF.get(match[4] or "", ""), 1
    if after in HALF and not half:
        half, used = HALF[after], 2
    elif after in WORDS["o_clock"] or (after in {"hours", "hr"} and match[2]):
        used = 2
        if last in HALF:
            half, used = HALF[last], 3
    found = _clock(int(match[1]), int(match[2] or 0), half)
    is_bare = match[2] is None and not half and used == 1 and not match[4]
    if found is None or (is_bare and (not is_expected or after in WORDS["counted"] or UNITS.fullmatch(after))):
        return None
    return TimeReading(used, found, "UTC" if match[5] == "z" else match[5] or "", is_bare, half)


def _clock(hour: int, minute: int, half: str) -> time | None:
    """`13:00 pm` is 13:00; `0:30 am` is 00:30; `15 am` is no time."""
    if half == "pm" and hour < 12:
        hour += 12
    if half == "am":
        if hour > 12:
            return None
        hour %= 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def impossible(words: Sequence[Word]) -> str:
    """The words at the front that say what no schedule of days and times can say: `every 2 hours`, `first monday`,
    `tomorrow`, `in 2 hours`, `on 5 May`; empty: none do."""
    plain = [word.plain.rstrip(".") for word in words[:5]]
    is_rare = int(plain[0] in WORDS["rare"])
    counts = (is_rare, _interval(plain), _ordinal(plain), _date(plain), _times_a_week(plain))
    return " ".join(plain[: next(filter(None, counts), 0)])


def _interval(plain: Sequence[str]) -> int:
    """`every 2 hours`, `every other`, `in 2 hours`, `every 15th`: how many words."""
    if plain[0] not in {"every", "each", "ev", "in", "once"} or len(plain) < 2:
        return 0
    if plain[1] in WORDS["no_counts"] or re.fullmatch(r"\d+(?:st|nd|rd|th)", plain[1]):
        return 2
    if plain[0] != "in" and re.fullmatch(r"\d+(?:s|m|h|d|w|min|hrs?)", plain[1]):
        return 2
    is_counted = (plain[1].isdecimal() or plain[1] in NUMBERS or plain[1] == "half") and len(plain) > 2
    return 3 if is_counted and UNITS.fullmatch(plain[2]) and tuple(plain[1:5]) not in PHRASES else 0


def _ordinal(plain: Sequence[str]) -> int:
    """`first monday`, `last day`, `next week`."""
    after = plain[1] if len(plain) > 1 else ""
    is_day = day_number(after) is not None or after in {"day", "week", "weekday"}
    return 2 if is_day and plain[0] in WORDS["ordinals"] else 0


def _date(plain: Sequence[str]) -> int:
    """`15th of`, `May 5`, `5 May`, `2026-05-05`, `5/5/2026`."""
    after = plain[1] if len(plain) > 1 else ""
    if re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)", plain[0]) and (after in {"", "of", "at"} or _is_month(after)):
        return 1
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}(?:t.*)?|\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{1,2}\.\d{1,2}\.\d{4}", plain[0]):
        return 1
    is_day = re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)?", after if _is_month(plain[0]) else plain[0])
    return 2 if is_day and (_is_month(plain[0]) or _is_month(after)) else 0


def _times_a_week(plain: Sequence[str]) -> int:
    """`3 times a week`, `two days a week`."""
    is_count = len(plain) > 2 and _hour(plain[0]) and plain[1] in {"times", "days", "x"}
    return 3 if is_count and tuple(plain[:4]) not in PHRASES else 0


def _is_month(word: str) -> bool:
    return bool(MONTHS.fullmatch(word)) and word not in {"mark", "market", "marker", "mars", "octo", "decay"}


def is_time_range(words: Sequence[Word]) -> bool:
    """`9-17`, `9:00 - 17:00`, `9am to 5pm`: a time and where it ends."""
    plain = [word.plain for word in words[:4]]
    first, dash, last = plain[0].partition("-")
    if dash and TIME.fullmatch(first) and TIME.fullmatch(last):
        return True
    skip = 1 + int(len(plain) > 1 and plain[1] in HALF)
    ends = plain[skip : skip + 2]
    has_end = len(ends) == 2 and ends[0] in {"-", "to", "until", "till"} and TIME.fullmatch(ends[1])
    return bool(has_end and TIME.fullmatch(plain[0]))
