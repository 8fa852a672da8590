"""Numbers, dates and names as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.papers.community import SOURCE as COMMUNITY
from bot.papers.community import is_community_list
from bot.schedule import zone_label

MIN_DAYS_OF_A_WEEK = 3  # days from the first to the last list of a week: Monday or Friday may be missing
SOURCE_NAMES = {
    "huggingface": "Hugging Face Daily Papers",
    "arxiv": "arXiv",
    "samples": "Paperboy’s samples",
    COMMUNITY: "submissions by people here",
}


def plural(count: int, one: str, many: str = "") -> str:
    """`1 paper`, `2 papers`, `1,204 papers`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listing(parts: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f" {last} ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def people(names: Sequence[str], most: int = 3) -> str:
    """The first few authors, and how many more there are."""
    shown = names if len(names) <= most + 1 else names[:most]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {plural(rest, 'other')}" if rest else "")


def long_day(day: date) -> str:
    """`Tuesday, 18 March 2025`."""
    return f"{day:%A}, {day.day} {day:%B %Y}"


def days(first: date, last: date) -> str:
    """`Tuesday, 18 March 2025`, `the week of 10 to 14 March 2025`, `1 February to 3 March 2025`."""
    if first == last:
        return long_day(last)
    year = f" {first.year}" if first.year != last.year else ""
    month = f" {first:%B}" if (first.year, first.month) != (last.year, last.month) else ""
    week = "the week of " if MIN_DAYS_OF_A_WEEK <= (last - first).days < 7 else ""
    return f"{week}{first.day}{month}{year} to {last.day} {last:%B %Y}"


def short_day(day: date) -> str:
    """`18 Mar 2025`."""
    return f"{day.day} {day:%b %Y}"


def moment(at: datetime, zone: str) -> str:
    """`Mon 24 Nov 2025, 09:00 (Europe/Berlin)`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} ({zone_label(zone)})"


def ago(then: datetime, now: datetime) -> str:
    """`just now`, `5 minutes ago`, `3 days ago`."""
    seconds = max(0.0, (now - then).total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{plural(int(seconds // size), unit)} ago"
    return "just now"


def source_page(source: str, first: date, last: date) -> str:
    """The address of a source's list of a day, or of the week that ends with `last`; empty if it has no such page."""
    if source != "huggingface":
        return ""
    return f"https://huggingface.co/papers/{f'date/{last}' if first == last else f'week/{last:%G-W%V}'}"


def source_name(source: str) -> str:
    """A source as people call it."""
    return SOURCE_NAMES.get(COMMUNITY if is_community_list(source) else source, source.removeprefix("feed:"))
