"""The loop over a schedule phrase: which words belong to the schedule, and where the topic begins. Pure and bounded."""

import re
from collections.abc import Callable, Sequence
from datetime import time

from msgspec import Struct

from bot.delivery import schedule_words as read
from bot.delivery.schedule_words import EXAMPLES, Unreadable, Word, shorten
from bot.delivery.time_zones import UTC_NAMES, WORDS, ZoneReading, nearest_zone, read_zone, word_set
from bot.delivery.topic_words import VERBATIM
from bot.languages import mark, tr
from bot.schedule import EVERY_DAY, Clocked, Schedule, WhenComplete

CRON_HINT = mark("For that, write a cron expression. Every 2 hours, for example: cron 0 */2 * * *")
FIRST_MONDAY = mark("For that, write a cron expression. The first Monday of a month, for example: cron 0 9 * * MON#1")
MAX_TIMES = 6
MAX_WORDS = 60  # of the schedule itself
LOOK_AHEAD = 8  # words: `as soon as the list is complete`

JOINTS = frozenset({",", ";", "&", "and", "+", "plus", "|", "·"})
FILLERS = JOINTS | word_set("at @ on every each in the of around please ev - *-*-*")
WEEKLY = {("weekly",), ("every", "week"), ("each", "week"), ("once", "a", "week")}  # a day must follow, or stand before
POLITE = word_set("please thanks thx")
EXCEPT = word_set("except excluding but not without")
OPTIONS = word_set("top votes layout compact thread from")  # read by the command, after the topic
LIST = r"(?:(?:the )?(?:list is|lists are|list's) |it is |it's |all |they are )?"
_BEFORE_TOPIC = re.compile(r"^(?:[ ,;&·|]|[-–—](?=[\s–—-]))+")  # but the sign of `-survey` belongs to it
COMPLETE = re.compile(rf"(?:as soon as|when|once) {LIST}(?:complete|ready|done|finished|full)\b")


class Phrase(Struct, frozen=True):
    """A phrase that holds a schedule."""

    build: Callable[[str], Schedule]  # the schedule in a zone
    zone: ZoneReading
    zone_word: Word  # the first that names the zone
    rest: str  # what follows the schedule, as it was typed


class _State(Struct):
    """The parts of the phrase that have been read so far."""

    default_zone: str
    days: set[int]
    excluded: set[int]
    times: list[time]
    runs: list[str]  # `days`, `times`: in which order they came
    zone: ZoneReading | None = None
    zone_at: int = 0  # the first word of the zone
    part: str = ""  # `morning`: of bare hours
    half_missing: str = ""  # a bare hour before one with am or pm
    is_complete: bool = False
    is_weekly: bool = False
    is_excluding: bool = False
    is_joined: bool = True  # a joint, `at` or nothing stands before the next word

    @property
    def is_started(self) -> bool:
        return bool(self.times) or self.is_complete


def read_phrase(text: str, words: Sequence[Word], default_zone: str) -> Phrase:
    """The schedule that the words of `text` begin with. Raises `Unreadable`."""
    state, at, end = _State(default_zone=default_zone, days=set(), excluded=set(), times=[], runs=[]), 0, 0
    while at < min(len(words), MAX_WORDS):
        used = _take(words, at, state, text)
        if used:
            at = end = at + used
        elif words[at].plain.rstrip(".:") in FILLERS or words[at].plain in EXCEPT:
            state.is_excluding = state.is_excluding or words[at].plain in EXCEPT
            state.is_joined = state.is_joined or words[at].plain in JOINTS | {"at", "@"}
            at += 1
        else:
            break
    rest = _BEFORE_TOPIC.sub("", text[words[end].at :]) if end < len(words) else ""
    if {word.plain for word in words[end:]} <= POLITE:
        rest = ""
    if not state.is_started:
        raise Unreadable(tr("I can't read a time in “{text}”.", text=shorten(text)))
    if state.is_weekly and not state.days:
        raise Unreadable(
            tr("I can't read a day in “{text}”.", text=shorten(text)), tr("For example: every monday at 9:00")
        )
    build = _build(text, state)
    return Phrase(build, state.zone or ZoneReading(is_local=True), words[state.zone_at], rest)


def _take(words: Sequence[Word], at: int, state: _State, text: str) -> int:
    """How many of the next words belong to the schedule; notes what they say. Raises `Unreadable`."""
    ahead = words[at : at + LOOK_AHEAD]
    if match := COMPLETE.match(" ".join(word.plain.rstrip(".") for word in ahead)):
        state.is_complete, state.is_joined = True, False
        return len(match[0].split())
    for phrase in WEEKLY:
        is_read = tuple(word.plain for word in ahead[: len(phrase)]) == phrase
        if is_read and not (state.is_started and state.days):
            state.is_weekly = True
            return len(phrase)
    if (said := read.impossible(ahead)) and not (state.runs and _is_topic_start(ahead, said)):
        hint = FIRST_MONDAY if said.split()[0] in WORDS["ordinals"] or said[:1].isdecimal() else CRON_HINT
        raise Unreadable(
            tr("I can't read “{text}”: a schedule has days of the week and times of day.", text=said), hint
        )
    if read.is_time_range(ahead):
        raise Unreadable(
            tr("I can't read a time range in “{text}”.", text=shorten(text)), tr("A post has one time: weekdays 09:00")
        )
    return _take_days(ahead, state) or _take_time(ahead, state) or _take_zone(words, at, state)


def _is_topic_start(ahead: Sequence[Word], said: str) -> bool:
    """Whether words that could be a date begin a topic: after a time, a number does (`3 may` is rare, `1/2` is not)."""
    return said in {"this week"} or ahead[0].plain in {"once", "in"}


def _take_days(ahead: Sequence[Word], state: _State) -> int:
    days, used = read.read_days(ahead)
    if not used:
        return 0
    word = ahead[0].plain
    if word in read.PARTS_OF_DAY:
        if state.runs and not state.is_joined and "times" in state.runs:
            return 0
        state.part = word
        if state.days:
            return used
    after = ahead[used].plain if used < len(ahead) else ""
    is_short = word in read.SHORT_DAYS
    if state.is_started and is_short and not _continues(after):
        if "days" in state.runs and not state.is_joined:
            return 0  # `weekdays 09:00 SAT solvers`
        if word in {"sat", "sun", "mon"} and not state.is_joined:
            raise Unreadable(
                tr("Did you mean {word}?", word=read.FULL_DAYS[read.SHORT_DAYS[word]].capitalize()),
                tr("Write the day first."),
            )
    if state.is_excluding:
        state.excluded |= days
        return used
    _note_run(state, "days")
    state.days |= days
    state.is_joined = False
    return used


def _continues(word: str) -> bool:
    """Whether a word after a day goes on with the schedule."""
    return not word or word in FILLERS or word[:1].isdecimal() or read.day_number(word) is not None or word in read.SETS


def _take_time(ahead: Sequence[Word], state: _State) -> int:
    is_expected = state.is_joined or (state.runs[-1:] == ["days"] and not state.times)
    found = read.read_time(ahead, is_expected=is_expected)
    if found is None or (state.is_excluding and not state.excluded):
        return 0
    state.is_excluding = False
    hour, used = found.time.hour, found.words
    tail = [word.plain for word in ahead[used : used + 3]]
    part = state.part
    for lead in (["in", "the"], ["at"]):
        if tail[: len(lead)] == lead and tail[len(lead) :] and tail[len(lead)] in read.PARTS_OF_DAY:
            part, used = tail[len(lead)], used + len(lead) + 1
    if len(tail) == 1 and tail[0] in read.PARTS_OF_DAY:
        part, used = tail[0], used + 1
    if part and not found.half and 0 < hour < 12:
        hour += read.PARTS_OF_DAY[part] if part != "night" or hour > 4 else 0
    if found.half == "pm" and state.half_missing:
        raise Unreadable(
            tr("I can't read “{text}”.", text=f"{state.half_missing} … pm"),
            tr("Write am or pm after each time, or 17:00."),
        )
    state.half_missing = str(found.time.hour) if found.is_bare and not part and 0 < hour < 12 else ""
    _note_run(state, "times")
    state.times.append(found.time.replace(hour=hour))
    state.is_joined = False
    if found.offset:
        state.zone = read_zone([found.offset], ends=True, is_started=True)
    return used


def _note_run(state: _State, kind: str) -> None:
    if state.runs[-1:] != [kind]:
        state.runs.append(kind)
    if len(state.runs) > 2:
        hint = tr("Make a second schedule for the others.")
        raise Unreadable(tr("All days of a schedule have the same times."), hint)


def _take_zone(words: Sequence[Word], at: int, state: _State) -> int:
    is_utc = words[at].plain in UTC_NAMES
    ends_at = (n for n in range(at, min(at + 5, len(words))) if _ends_zone(words, n, at))
    stop = next((n for n in ends_at if not (is_utc and words[n].plain == "+")), None)
    named = [word.spelled.strip(".,;") or word.spelled for word in words[at : at + 5 if stop is None else stop]]
    if not named:
        return 0
    ends = stop is not None or at + 5 >= len(words)
    found = read_zone(named, ends=ends, is_started=state.is_started, default_zone=state.default_zone)
    if not found.words:
        return 0
    if found.unknown:
        near = nearest_zone(found.unknown)
        said = tr("I can't read the time zone “{zone}”.", zone=found.unknown[:60])
        meant = tr("Did you mean {word}?", word=near)
        raise Unreadable(f"{said} {meant}" if near else said, tr("Time zones look like this: Europe/Berlin"))
    if found.is_doubtful and not state.is_started:
        return 0
    if state.zone and state.zone.zone != found.zone:
        raise Unreadable(tr("I can't read two time zones in one schedule."), EXAMPLES)
    state.zone, state.zone_at = found, at
    state.is_joined = False
    return found.words


def _ends_zone(words: Sequence[Word], n: int, at: int) -> bool:
    """Whether a zone that begins at `at` ends before word `n`: a joint, an option, a day or a time follows."""
    if words[n].plain in JOINTS or _is_option(words[n]):
        return True
    ahead = words[n : n + 4]
    is_day = read.read_days(ahead)[1] and (words[n].plain not in read.SHORT_DAYS)
    return n > at and bool(
        is_day or words[n].plain in {"every", "each", "on", "at"} or read.read_time(ahead, is_expected=False)
    )


def _is_option(word: Word) -> bool:
    """An option that the command reads after the topic: `top 5`, `layout:cards`, `lang:de`."""
    return word.plain in OPTIONS or word.plain.startswith(("lang:", "layout:", "by:", "pictures:", VERBATIM))


def _build(text: str, state: _State) -> Callable[[str], Schedule]:
    """How to build the schedule once its zone is known. Raises `Unreadable`."""
    if state.is_complete and state.times:
        raise Unreadable(
            tr("A schedule can't be both at a time and when the list is complete."), tr("Leave one of them out.")
        )
    days = frozenset(state.days or EVERY_DAY) - state.excluded
    if not days:
        raise Unreadable(tr("I can't read a day in “{text}”.", text=shorten(text)))
    times = tuple(sorted(set(state.times)))
    if len(times) > MAX_TIMES:
        raise Unreadable(tr("I can't read more than {limit} times a day in one schedule.", limit=MAX_TIMES), CRON_HINT)
    if state.is_complete:
        return lambda zone: WhenComplete(days=days, zone=zone)
    return lambda zone: Clocked(times=times, days=days, zone=zone)
