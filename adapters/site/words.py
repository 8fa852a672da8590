"""Numbers, dates and names as the pages write them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

BYLINE = 3  # authors named on a list

PROVENANCE = {
    "human": "Written by a person.",
    "claude": "Written by Claude, and checked against the abstract.",
    "source": "From Hugging Face, and checked against the abstract.",
    "extract": "From the abstract.",
}

CATEGORIES = {  # arXiv's own names of those that are read most
    "cs.AI": "Artificial Intelligence",
    "cs.AR": "Hardware Architecture",
    "cs.CL": "Computation and Language",
    "cs.CR": "Cryptography and Security",
    "cs.CV": "Computer Vision and Pattern Recognition",
    "cs.CY": "Computers and Society",
    "cs.DB": "Databases",
    "cs.DC": "Distributed, Parallel, and Cluster Computing",
    "cs.GR": "Graphics",
    "cs.HC": "Human-Computer Interaction",
    "cs.IR": "Information Retrieval",
    "cs.IT": "Information Theory",
    "cs.LG": "Machine Learning",
    "cs.MA": "Multiagent Systems",
    "cs.MM": "Multimedia",
    "cs.NE": "Neural and Evolutionary Computing",
    "cs.RO": "Robotics",
    "cs.SD": "Sound",
    "cs.SE": "Software Engineering",
    "eess.AS": "Audio and Speech Processing",
    "eess.IV": "Image and Video Processing",
    "eess.SP": "Signal Processing",
    "math.OC": "Optimization and Control",
    "quant-ph": "Quantum Physics",
    "stat.ML": "Machine Learning (Statistics)",
}


def plural(count: int, one: str, many: str = "") -> str:
    """`1 paper`, `1,204 papers`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listing(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def byline(authors: Sequence[str]) -> str:
    """The first few authors, and how many more there are."""
    if len(authors) <= BYLINE + 1:
        return listing(authors)
    return f"{', '.join(authors[:BYLINE])} and {plural(len(authors) - BYLINE, 'other')}"


def long_day(day: date) -> str:
    """`Tuesday, 18 March 2025`."""
    return f"{day:%A}, {day.day} {day:%B %Y}"


def short_day(day: date) -> str:
    """`18 March 2025`."""
    return f"{day.day} {day:%B %Y}"


def cut(text: str, most: int) -> str:
    """At most so many characters, ended at a word."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    return f"{kept[: kept.rfind(' ')] if ' ' in kept[most // 2 :] else kept}…"


def compact(count: int) -> str:
    """`987`, `12.3k`, `1.2M`: where the row has little room."""
    for size, unit in ((1_000_000, "M"), (10_000, "k")):
        if count >= size:
            return f"{count / (1_000 if unit == 'k' else size):.1f}".removesuffix(".0") + unit
    return f"{count:,}"
