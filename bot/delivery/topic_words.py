"""Whether what follows a schedule is a topic: what looks like a time, a day or a zone never is. Pure."""

import difflib
import re

from bot.delivery.schedule_words import FULL_DAYS, Unreadable, shorten, split_words
from bot.delivery.time_zones import WORDS, names_zone
from bot.languages import mark, tr

VERBATIM = "about:"  # what follows is a topic, whatever it looks like
DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|week ?days?|work ?days?|(?:business|working) days?|weekends?)"
MONTH = r"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|tember|ober|ember)?"
UNIT = r"(?:min|minute|hour|day|week|month|year|morning|evening|night|mon|tue|wed|thu|fri|sat|sun)s?"
DOUBTFUL = re.compile(
    rf"""(?<![\w:./-])\d{{1,2}}:\d{{2}}(?![\w:])            # 9:30
    | \b\d{{1,2}}(?::\d{{2}})?\ ?[ap](?:m\b|\.m\b)       # 9 pm, 9 p.m.
    | \bo['’]clock\b
    | (?:\bat|@)\ ?\d{{1,2}}\b(?![.\d%])                 # at 9
    | (?<![\w:]){DAY}\b
    | \b(?:every|each)\ (?:other\ |second\ )?(?:\d+\ )?{UNIT}\b
    | \b(?:in|for|after)\ \d+\ (?:min|minute|hour|day|week|month|year)s?\b
    | (?<!\S)[ap]\.?m\.?$
    | (?<![\w:])(?:tomorrow|tonight)\b
    | (?<!\w)@(?:daily|weekly|hourly|monthly)\b
    | (?<!\w)(?:utc|gmt)\ ?[+-]\ ?\d
    | \b{MONTH}\.?\ \d{{1,2}}(?:st|nd|rd|th)?\b(?!\ ?%)
    | (?<![\w:/])\d{{4}}-\d{{2}}-\d{{2}}(?!\d)
    """,
    re.I | re.X,
)
ALONE = re.compile(  # as all that follows
    rf"[\d ]+|\d+ {UNIT}|time|on|a|p|today|now|soon|asap|this (?:week|month|morning|afternoon|evening)|for good"
)
HINT = mark("Write the schedule first, then the topic: weekdays 09:00 Europe/Berlin diffusion models")


def check_topic(rest: str) -> None:
    """Raises `Unreadable` where a part of the topic looks like a time, a day or a zone."""
    checked = rest.partition(VERBATIM)[0]
    words = split_words(checked)
    if not words:
        return
    first = words[0].plain.rstrip(".:,")
    near = difflib.get_close_matches(first[:20], [*FULL_DAYS, "weekdays", "weekends"], 1, cutoff=0.8)
    if near:
        said = tr("I can't read “{text}”.", text=first[:20])
        meant = tr("Did you mean {word}?", word=near[0])
        raise Unreadable(f"{said} {meant}")
    found = DOUBTFUL.search(checked)
    said = found[0] if found else next((word.spelled for word in words if names_zone(word.spelled)), "")
    if (
        first in WORDS["only_schedules"]
        or ALONE.fullmatch(" ".join(word.plain for word in words))
        or re.fullmatch(r"\d{1,2}[:.]\d", first)
    ):
        said = said or first
    if said:
        raise Unreadable(tr("I can't read “{text}” in “{topic}”.", text=said, topic=shorten(rest)), HINT)
