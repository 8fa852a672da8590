"""Time zones as people name them: `Europe/Berlin`, `Zürich`, `berlin time`, `PST`, `UTC+2`, `+02:00`. Pure."""

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any
from zoneinfo import available_timezones

from msgspec import Struct
from msgspec.structs import replace


def word_set(words: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(words.split())


def read_table(name: str) -> Mapping[str, Any]:
    """A table of words beside this file: `time_zones`, `schedule_words`, `holidays`."""
    return tomllib.loads(files("bot.delivery").joinpath(f"{name}.toml").read_text("utf-8"))


SCHEDULE_WORDS = read_table("schedule_words")
WORDS = {name: word_set(words) for name, words in SCHEDULE_WORDS["words"].items()}
REGIONS = {"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
MAX_NAME_WORDS = 3  # `Rio de Janeiro`
WORDS_TOO, NOT_ZONES = WORDS["zones_and_words"], WORDS["not_zones"]
OFFSET = re.compile(r"(utc|gmt)?([+-])(\d{1,2})(?::?(\d{2}))?")
UTC_NAMES = frozenset({"utc", "gmt"})
LOCAL = {("local",), ("my",), ("our",)}
PREFIXES = {("time", "zone"), ("timezone",), ("time-zone",), ("tz",), ("zone",)}


class ZoneReading(Struct, frozen=True, kw_only=True):
    """A time zone in the next words; `words` is 0 when there is none."""

    words: int = 0
    zone: str = ""  # a name of the tz database; empty with `is_local`, `choices` or `unknown`
    is_local: bool = False  # `local time`: the default zone
    choices: Mapping[str, str] = MappingProxyType({})  # of a shared abbreviation: where → zone
    unknown: str = ""  # a name that must be a zone, and isn't one we know
    is_doubtful: bool = False  # a city in lower case before other words: it may begin a topic


NOTHING = ZoneReading()


def read_zone(words: Sequence[str], *, ends: bool, is_started: bool, default_zone: str = "") -> ZoneReading:
    """The zone that `words` begin with. The words are without commas and brackets, in their own case.

    `ends`: nothing but these words is left of the phrase. `is_started`: a time was read before. `default_zone` is meant
    by its own name, whatever else that stands for: `EST`.
    """
    plain = [fold(word) for word in words]
    for prefix in PREFIXES:
        if tuple(plain[: len(prefix)]) == prefix and len(plain) > len(prefix) and is_started:
            found = _read_name(words[len(prefix) :], ends=True)
            if found.words:
                return replace(found, words=found.words + len(prefix), is_doubtful=False)
    name, equals, value = words[0].partition("=" if "=" in words[0] else ":")
    if equals and fold(name) in {"tz", "timezone", "cron_tz"}:
        found = _read_name([value], ends=True)
        return found if found.words else ZoneReading(words=1, unknown=value)
    if tuple(plain[:1]) in LOCAL and plain[1:2] == ["time"]:
        return ZoneReading(words=2, is_local=True)
    offset = _read_offset(words, is_started=is_started)
    if words[0] == default_zone and (offset is None or offset.words == 1):
        return ZoneReading(words=1, zone=default_zone)  # `GMT+0` too, but not `UTC +2`
    return offset or _read_name(words, ends=ends)


def nearest_zone(name: str) -> str:
    """The zone whose name is most like this one; empty: none is."""
    if not name[:1].isalpha() or any(c.isdecimal() for c in name):
        return ""
    near = difflib.get_close_matches(fold(name[:40]).replace(" ", "_"), _zones(), 1, cutoff=0.6 if "/" in name else 0.8)
    return _zones()[near[0]] if near else ""


def names_zone(word: str) -> bool:
    """Whether a word within a topic can only be a zone: `Europe/Berlin`, `UTC+2`, `PST`."""
    plain = fold(word)
    if "/" in word and plain in _zones():
        return True
    if (match := OFFSET.fullmatch(plain)) and match[1]:
        return True
    table = _table()
    return word.isupper() and plain not in WORDS_TOO and (plain in table["abbreviations"] or plain in table["shared"])


def fold(word: str) -> str:
    """Lower case without accents: `Zürich` and `zurich` are one."""
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))


def _read_offset(words: Sequence[str], *, is_started: bool) -> ZoneReading | None:
    """`UTC+2`, `GMT -5`, `UTC + 5:30`, `+02:00` after a time."""
    for count in (3, 2, 1):
        match = OFFSET.fullmatch("".join(map(fold, words[:count]))) if len(words) >= count else None
        if match and (match[1] or (is_started and count == 1)):
            minutes = int(match[3]) * 60 + int(match[4] or 0)
            zone = _zone_of_offset(minutes if match[2] == "+" else -minutes)
            said = " ".join(words[:count])
            return ZoneReading(words=count, zone=zone) if zone else ZoneReading(words=count, unknown=said)
    return None


def _zone_of_offset(minutes: int) -> str:
    if minutes % 60:
        return str(_table()["offsets"].get(str(minutes), ""))
    hours = -minutes // 60
    name = f"Etc/GMT{hours:+d}" if hours else "UTC"
    return name if name in available_timezones() else ""


def _read_name(words: Sequence[str], *, ends: bool) -> ZoneReading:
    """A name of the tz database, a city, a region or an abbreviation, with `time` after it or without."""
    for count in range(min(MAX_NAME_WORDS, len(words)), 0, -1):
        plain = " ".join(map(fold, words[:count])).removesuffix("'s")
        after = [fold(word) for word in words[count : count + 2]]
        time_words = 2 if after == ["time", "zone"] else int(after[:1] == ["time"] and plain not in NOT_ZONES)
        if found := _lookup(plain, words[:count], is_last=ends and count == len(words), is_time=bool(time_words)):
            return replace(found, words=count + time_words)
    word = fold(words[0])
    if "/" in word and word.partition("/")[0] in {name.partition("/")[0].casefold() for name in available_timezones()}:
        return ZoneReading(words=1, unknown=words[0])
    if ends and len(words) == 2 and fold(words[1]) == "time" and word not in NOT_ZONES:
        return ZoneReading(words=2, unknown=words[0])
    return NOTHING


def _lookup(plain: str, words: Sequence[str], *, is_last: bool, is_time: bool) -> ZoneReading | None:
    table, spelled = _table(), "".join(words)
    zone = _zones().get(plain.replace(" ", "_")) or _zones().get(plain.replace(" ", "/"), "")
    zone = zone or table["names"].get(plain, "")
    abbreviation, choices = table["abbreviations"].get(plain, ""), table["shared"].get(plain)
    known = abbreviation or zone
    found = ZoneReading(zone=known) if known else None
    if plain in UTC_NAMES or "/" in plain:
        return found
    is_spelled = spelled.isupper() if abbreviation or choices else words[0][:1].isupper()
    if is_time or (is_last and choices) or _is_taken(plain, is_spelled=is_spelled, is_last=is_last):
        return ZoneReading(choices=choices) if choices else found
    if found is None or (plain in WORDS_TOO and not is_last):
        return None
    return replace(found, is_doubtful=True)


def _is_taken(plain: str, *, is_spelled: bool, is_last: bool) -> bool:
    """Whether a name counts: as it is spelled or as the last word, and one that is a word too only where both hold, for
    `CAT scans` may be a topic."""
    return (is_last and is_spelled) if plain in WORDS_TOO else (is_last or is_spelled)


@cache
def _table() -> Mapping[str, Any]:
    return read_table("time_zones")


@cache
def _zones() -> dict[str, str]:
    """Every zone of the tz database by its name, then by its city."""
    names = sorted(available_timezones())
    cities = {name.rpartition("/")[2]: name for name in names if name.partition("/")[0] in REGIONS}
    return {fold(name): zone for name, zone in (cities | {name: name for name in names}).items()}
