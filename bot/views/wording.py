"""Numbers, dates and names as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo


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


def short_day(day: date) -> str:
    """`18 Mar 2025`."""
    return f"{day.day} {day:%b %Y}"


def moment(at: datetime, zone: str) -> str:
    """`Mon 24 Nov 2025, 09:00 (Europe/Berlin)`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} ({zone})"


def ago(then: datetime, now: datetime) -> str:
    """`just now`, `5 minutes ago`, `3 days ago`."""
    seconds = max(0.0, (now - then).total_seconds())
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{plural(int(seconds // size), unit)} ago"
    return "just now"


SOURCE_NAMES = {"huggingface": "Hugging Face Daily Papers", "arxiv": "arXiv", "starter": "the starter shelf"}


def source_page(source: str, day: date) -> str:
    """Where a source shows its list of a day; empty where it has no such page."""
    return f"https://huggingface.co/papers/date/{day.isoformat()}" if source == "huggingface" else ""


def source_name(source: str) -> str:
    """A source as people call it."""
    return SOURCE_NAMES.get(source, source.removeprefix("feed:"))
