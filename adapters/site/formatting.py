"""Numbers, dates and names as the pages show them. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

MAX_BYLINE_AUTHORS = 3  # named in a list of papers

PROVENANCE = {
    "human": "Written by a person.",
    "claude": "Written by Claude and checked against the abstract.",
    "source": "From Hugging Face, checked against the abstract.",
    "extract": "From the abstract.",
}


def plural(count: int, singular: str, plural_form: str = "") -> str:
    """`1 paper`, `1,204 papers`."""
    return f"{count:,} {singular if count == 1 else plural_form or singular + 's'}"


def join_words(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def byline(authors: Sequence[str]) -> str:
    """The first few authors, and how many more there are."""
    if len(authors) <= MAX_BYLINE_AUTHORS + 1:
        return join_words(authors)
    return f"{', '.join(authors[:MAX_BYLINE_AUTHORS])} and {plural(len(authors) - MAX_BYLINE_AUTHORS, 'other')}"


def long_day(day: date) -> str:
    """`Tuesday, 18 March 2025`."""
    return f"{day:%A}, {day.day} {day:%B %Y}"


def short_day(day: date) -> str:
    """`18 March 2025`."""
    return f"{day.day} {day:%B %Y}"


def timestamp(at: datetime) -> str:
    """RFC 3339, in UTC."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def shorten(text: str, max_chars: int) -> str:
    """At most so many characters, cut between two words."""
    if len(text) <= max_chars:
        return text
    kept = text[: max_chars - 1]
    return f"{kept[: kept.rfind(' ')] if ' ' in kept[max_chars // 2 :] else kept}…"


def compact(count: int) -> str:
    """`987`, `12.3k`, `1.2M`: for narrow rows."""
    for size, unit in ((1_000_000, "M"), (10_000, "k")):
        if count >= size:
            return f"{count / (1_000 if unit == 'k' else size):.1f}".removesuffix(".0") + unit
    return f"{count:,}"
