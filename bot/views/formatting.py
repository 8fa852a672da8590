"""Numbers, dates and names as people write them in the current language."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton, format_timedelta
from babel.lists import format_list

from bot.chat.message import clean
from bot.languages import language, locale, mark, tr, tr_count
from bot.papers.community import SOURCE as COMMUNITY
from bot.papers.community import is_community_list
from bot.schedule import zone_label

MAX_TOPIC_CHARS = 100
MIN_DAYS_OF_A_WEEK = 3  # days from the first to the last list of a week: Monday or Friday may be missing
SOURCE_NAMES = {
    "huggingface": "Hugging Face Daily Papers",
    "arxiv": "arXiv",
    "samples": mark("Paperboy’s samples"),
    COMMUNITY: mark("submissions by people here"),
}


def plural(count: int, one: str, many: str = "") -> str:
    """`1 record`, `2 records`: English, for the terminal."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def papers(count: int) -> str:
    """`1 paper`, `2 papers`, `1,204 papers`."""
    return tr_count("{count} paper", "{count} papers", count)


def on_topic(shown: str, query: str) -> str:
    """`10 papers on “diffusion”`: a number of papers with its topic, if there is one."""
    return tr("{papers} on “{topic}”", papers=shown, topic=clean(query, MAX_TOPIC_CHARS)) if query else shown


def with_votes(shown: str, min_votes: int) -> str:
    """`10 papers with at least 5 votes`."""
    if not min_votes:
        return shown
    return tr_count(
        "{papers} with at least {count} vote", "{papers} with at least {count} votes", min_votes, papers=shown
    )


def listing(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return format_list(parts, locale=locale())


def people(names: Sequence[str], most: int = 3) -> str:
    """The first few authors, and how many more there are."""
    shown = names if len(names) <= most + 1 else names[:most]
    rest = len(names) - len(shown)
    if not rest:
        return ", ".join(shown)
    return tr_count("{names} and {count} other", "{names} and {count} others", rest, names=", ".join(shown))


def long_day(day: date) -> str:
    """`Tuesday, 18 March 2025`."""
    return _written(day, "full", locale())


def days(first: date, last: date) -> str:
    """`Tuesday, 18 March 2025`, `the week of 10 to 14 March 2025`, `1 February to 3 March 2025`."""
    if first == last:
        return long_day(last)
    span = _span(first, last)
    return tr("the week of {days}", days=span) if MIN_DAYS_OF_A_WEEK <= (last - first).days < 7 else span


def _span(first: date, last: date) -> str:
    if language() != "en":
        return format_interval(first, last, "yMMMd", locale=locale())
    year = f" {first.year}" if first.year != last.year else ""
    month = f" {first:%B}" if (first.year, first.month) != (last.year, last.month) else ""
    return f"{first.day}{month}{year} to {last.day} {last:%B %Y}"


def short_day(day: date) -> str:
    """`18 Mar 2025`."""
    return _written(day, "medium", locale())


@lru_cache(1_024)  # a day is written in every channel
def _written(day: date, how: Literal["full", "medium"], rules: Locale) -> str:
    return format_date(day, how, locale=rules)


def moment(at: datetime, zone: str) -> str:
    """`Mon, 24 Nov 2025, 09:00 (Europe/Berlin)`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{format_skeleton('yMMMEd', local, locale=locale())}, {local:%H:%M} ({zone_label(zone)})"


def ago(then: datetime, now: datetime) -> str:
    """`just now`, `5 minutes ago`, `3 days ago`."""
    seconds = max(0.0, (now - then).total_seconds())
    units: tuple[tuple[int, Literal["day", "hour", "minute"]], ...] = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
    for size, unit in units:
        if seconds >= size:
            past = timedelta(seconds=-(seconds // size * size))
            return format_timedelta(past, granularity=unit, threshold=1e9, add_direction=True, locale=locale())
    return tr("just now")


def source_page(source: str, first: date, last: date) -> str:
    """The address of a source's list of a day, or of the week that ends with `last`; empty if it has no such page."""
    if source != "huggingface":
        return ""
    return f"https://huggingface.co/papers/{f'date/{last}' if first == last else f'week/{last:%G-W%V}'}"


def source_name(source: str) -> str:
    """A source as people call it."""
    return tr(SOURCE_NAMES.get(COMMUNITY if is_community_list(source) else source, source.removeprefix("feed:")))
