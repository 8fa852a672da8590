"""Cron expressions as people paste them: with or without the word, quoted, from a workflow file. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cronsim import CronSim, CronSimError
from msgspec import Struct

from bot.delivery.schedule_words import Unreadable, Word
from bot.delivery.time_zones import SCHEDULE_WORDS
from bot.languages import mark, tr

FIELDS = 5
MONTHS_AND_DAYS = "mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
FIELD = re.compile(rf"[\d*/,\-#?lw]+|(?:{MONTHS_AND_DAYS})[a-z\d,\-#]*")
CRON_LABELS = frozenset({"cron", "cron:", "crontab", "crontab:"})
LABELS = CRON_LABELS | {"-", "schedule:", ""}
SHORTCUTS = SCHEDULE_WORDS["cron"]
HINT = mark("A cron expression has five fields: minute, hour, day, month, weekday. For example: cron 0 9 * * 1-5")
HORIZON = timedelta(days=366 * 5)
_ANY = datetime(2025, 1, 1, tzinfo=UTC)  # built to be checked: the date does not matter


class CronReading(Struct, frozen=True):
    """A cron expression in the next words."""

    words: int
    expression: str


def read_cron(text: str, words: Sequence[Word]) -> CronReading | None:
    """The expression that the words begin with; None: they are no cron. Raises `Unreadable` for a wrong one."""
    plain = [word.plain.strip("\"'(") for word in words[: FIELDS + 5]]
    skip = next((n for n, word in enumerate(plain) if word not in LABELS), len(plain))
    first = plain[skip] if skip < len(plain) else ""
    if first in SHORTCUTS:
        return CronReading(skip + 1, SHORTCUTS[first])
    if first.startswith("@") and first[1:].isalpha():
        raise Unreadable(tr("I can't read “{text}”.", text=first), HINT)
    rest = text[words[skip].at :] if skip < len(words) else ""
    parts = list(re.finditer(r"\S+", rest[:400]))[: FIELDS + 2]
    fields = [part[0].strip("()\"'`“”") for part in parts]
    plain_fields = [field.casefold() for field in fields]
    is_cron = (
        len(fields) >= FIELDS and all(map(FIELD.fullmatch, plain_fields[:FIELDS])) and bool({"*", "?"} & set(fields))
    )
    if not is_cron and not (set(plain[:skip]) & CRON_LABELS):
        return None
    if len(fields) > FIELDS and re.fullmatch(r"[\d*/,\-#?]+|(?:mon|tue|wed|thu|fri|sat|sun)-\w+", plain_fields[FIELDS]):
        raise Unreadable(tr("I can't read “{text}”: it has more than five fields.", text=" ".join(fields)), HINT)
    expression = " ".join(fields[:FIELDS])
    _check(expression)
    end = words[skip].at + parts[FIELDS - 1].end()
    return CronReading(skip + sum(word.at < end for word in words[skip:]), expression)


def _check(expression: str) -> None:
    try:
        first = next(CronSim(expression.upper(), _ANY), None)
    except CronSimError as error:
        raise Unreadable(
            tr("I can't read the cron expression “{text}” ({error}).", text=expression[:60], error=str(error)), HINT
        ) from None
    if first is None or first - _ANY > HORIZON:
        raise Unreadable(tr("I can't read “{text}”: that time never comes.", text=expression), HINT)
