"""Which papers a search or a subscription asks for, as a value."""

from __future__ import annotations

import re
from datetime import date

from msgspec import Struct

from bot.papers.model import Paper

_WORD = re.compile(r"[^\W_]+")


class Filter(Struct, frozen=True, kw_only=True):
    """Conditions that must all hold; within one field, any of the values will do."""

    after: date | None = None  # published on this day or later (UTC)
    before: date | None = None  # published before this day (UTC)
    categories: tuple[str, ...] = ()  # `cs.CL`, or an archive as a whole: `cs`
    authors: tuple[str, ...] = ()  # whole parts of a name, any case and order
    labs: tuple[str, ...] = ()  # likewise, of the organisation that a source names
    sources: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether every paper passes."""
        return self == Filter()

    def takes(self, paper: Paper) -> bool:
        """Whether `paper` meets every condition."""
        day = paper.published.date() if paper.published else None
        return (
            (self.after is None or (day is not None and day >= self.after))
            and (self.before is None or (day is not None and day < self.before))
            and (not self.categories or any(_in_category(c, paper.categories) for c in self.categories))
            and (not self.authors or any(_names(a, paper.authors) for a in self.authors))
            and (not self.labs or any(_is_lab(lab, paper.organization) for lab in self.labs))
            and (
                not self.sources
                or not {s.casefold() for s in paper.sources}.isdisjoint(map(str.casefold, self.sources))
            )
        )


def lab_words(name: str) -> list[str]:
    """The words of an organisation's name: `Google DeepMind` is found as `deepmind`."""
    return _WORD.findall(name.casefold())


def _is_lab(wanted: str, organization: str) -> bool:
    words = lab_words(wanted)
    return bool(words) and set(words) <= set(lab_words(organization))


def _in_category(wanted: str, categories: tuple[str, ...]) -> bool:
    low = wanted.casefold()
    return any(c.casefold() == low or c.casefold().startswith(low + ".") for c in categories)


def _names(wanted: str, authors: tuple[str, ...]) -> bool:
    """Whether all parts of a name are in one author's, in any order."""
    parts = wanted.casefold().split()
    return any(all(part in author.casefold().split() for part in parts) for author in authors)
