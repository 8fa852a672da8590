"""Schedules as people write them: `weekdays 09:00 Europe/Berlin`, `mon 8:30am`, `when complete`, `0 9 * * 1-5`.

A phrase begins with the schedule; a topic may follow. What looks like a time, a day or a zone is never part of a topic:
a phrase is read whole, asked back, or refused. Pure and bounded; the words are read in `schedule_phrase`, their meaning
is in `schedule_words`, `time_zones` and `cron_words`.
"""

from collections.abc import Sequence

from msgspec import Struct

from bot.delivery import schedule_words
from bot.delivery.cron_words import read_cron
from bot.delivery.schedule_phrase import Phrase, read_phrase
from bot.delivery.schedule_words import Unreadable, Word, shorten, split_words
from bot.delivery.time_zones import ZoneReading, read_zone
from bot.delivery.topic_words import VERBATIM, check_topic
from bot.errors import AskError
from bot.languages import tr
from bot.schedule import Cron, Schedule

EXAMPLES = schedule_words.EXAMPLES
MAX_CHARS = 2_000  # of a phrase: more than any form takes


class ZoneChoice(Struct, frozen=True, kw_only=True):
    """One answer to a question about the time zone."""

    label: str  # for a button: `India (Asia/Kolkata)`
    zone: str  # `Asia/Kolkata`
    phrase: str  # what was typed, without the doubt: `weekdays 09:00 Asia/Kolkata diffusion`


class ParsedSchedule(Struct, frozen=True, kw_only=True):
    """The schedule in a phrase. One of `schedule`, `question` and `problem` is set."""

    schedule: Schedule | None = None
    topic: str = ""  # what follows the schedule, as it was typed: a topic, and options such as `top 5`
    names_zone: bool = False  # False: the schedule has the default zone, because the phrase names none
    question: str = ""  # to ask back, with a button for each of `choices`: `Which time zone is IST?`
    choices: tuple[ZoneChoice, ...] = ()
    problem: str = ""  # why it can't be read, a sentence: `I can't read “…”.`
    hint: str = ""  # what to write instead

    def accept(self) -> tuple[Schedule, str]:
        """The schedule and the topic. Raises `AskError` with the question or the problem."""
        if self.schedule is None:
            phrases = " · ".join(choice.phrase for choice in self.choices)
            raise AskError(self.question or self.problem, phrases or self.hint)
        return self.schedule, self.topic


def read_schedule(text: str, default_zone: str) -> ParsedSchedule:
    """Read a schedule as a person types it, followed by an optional topic. Never raises."""
    try:
        if len(text) > MAX_CHARS:
            raise Unreadable(tr("I can't read more than {limit} characters.", limit=MAX_CHARS))
        words = split_words(text)
        return _read_cron(text, words, default_zone) or _result(
            text, read_phrase(text, words, default_zone), default_zone
        )
    except Unreadable as refused:
        return ParsedSchedule(problem=refused.problem, hint=tr(refused.hint))


def parse_schedule(text: str, default_zone: str) -> Schedule:
    """The schedule that `text` is as a whole. Raises `AskError`."""
    schedule, topic = read_schedule(text, default_zone).accept()
    if topic:
        raise AskError(tr("I can't read “{text}” in a schedule.", text=shorten(topic)), tr(EXAMPLES))
    return schedule


def _result(text: str, phrase: Phrase, default_zone: str) -> ParsedSchedule:
    check_topic(phrase.rest)
    zone = phrase.zone
    if zone.choices:
        return _ask_which(phrase)
    if zone.is_doubtful:
        return _ask_whether(text, phrase, default_zone)
    schedule = phrase.build(default_zone if zone.is_local else zone.zone)
    return ParsedSchedule(schedule=schedule, topic=phrase.rest, names_zone=not zone.is_local)


def _ask_which(phrase: Phrase) -> ParsedSchedule:
    """Several zones share the abbreviation."""
    choices = tuple(
        ZoneChoice(label=f"{where} ({zone})", zone=zone, phrase=f"{phrase.build(zone)} {phrase.rest}".strip())
        for where, zone in phrase.zone.choices.items()
    )
    return ParsedSchedule(question=tr("Which time zone is {zone}?", zone=phrase.zone_word.spelled), choices=choices)


def _ask_whether(text: str, phrase: Phrase, default_zone: str) -> ParsedSchedule:
    """A zone, or the beginning of a topic?"""
    zone, topic = phrase.zone.zone, text[phrase.zone_word.at :]
    shown = shorten(topic)
    as_zone = ZoneChoice(
        label=tr("Time zone {zone}", zone=zone), zone=zone, phrase=f"{phrase.build(zone)} {phrase.rest}".strip()
    )
    as_topic = ZoneChoice(
        label=tr("Papers on “{query}”", query=shown),
        zone=default_zone,
        phrase=f"{phrase.build(default_zone)} {VERBATIM} {topic}",
    )
    question = tr("Did you mean the time zone {zone}, or papers on “{topic}”?", zone=zone, topic=shown)
    return ParsedSchedule(question=question, choices=(as_zone, as_topic))


def _read_cron(text: str, words: Sequence[Word], default_zone: str) -> ParsedSchedule | None:
    """A cron expression, with its zone before it (`CRON_TZ=…`) or after it; None: it is none."""
    before = read_zone([words[0].spelled], ends=True, is_started=True) if words and "=" in words[0].spelled else None
    skip = before.words if before else 0
    found = read_cron(text, words[skip:])
    if found is None:
        return None
    at = skip + found.words
    zone = _cron_zone(words, at, default_zone) if at < len(words) else None
    used = zone.words if zone else 0
    rest = text[words[at + used].at :].lstrip(" ,;)\"'`") if at + used < len(words) else ""
    check_topic(rest)
    named = (zone.zone if zone else "") or (before.zone if before else "")
    schedule = Cron(expression=found.expression, zone=named or default_zone)
    return ParsedSchedule(schedule=schedule, topic=rest, names_zone=bool(named))


def _cron_zone(words: Sequence[Word], at: int, default_zone: str) -> ZoneReading | None:
    named = [word.spelled.strip(".,;") or word.spelled for word in words[at : at + 5]]
    found = read_zone(named, ends=at + 5 >= len(words), is_started=True, default_zone=default_zone)
    if found.unknown or found.choices:
        said = found.unknown or named[0]
        raise Unreadable(
            tr("I can't read the time zone “{zone}”.", zone=said[:60]), tr("Time zones look like this: Europe/Berlin")
        )
    return found if found.words and not found.is_doubtful else None
