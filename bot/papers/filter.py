"""The conditions of a search or a subscription, as a value; the store applies them."""

import re
from datetime import date

from msgspec import Struct

from bot.analyzer import fold

_WORD = re.compile(r"[^\W_]+")


class Names(Struct, frozen=True, kw_only=True):
    """What a paper is in, by or from: within one field, any one of the values suffices."""

    categories: tuple[str, ...] = ()  # `cs.CL`, or an archive as a whole: `cs`
    authors: tuple[str, ...] = ()  # whole parts of a name, any case and order
    labs: tuple[str, ...] = ()  # likewise, of the organisation that a source names
    sources: tuple[str, ...] = ()


class Filter(Names, frozen=True, kw_only=True):
    """Conditions that must all hold."""

    without: Names = Names()  # none of these may hold
    after: date | None = None  # published on this day or later (UTC)
    before: date | None = None  # published before this day (UTC)
    min_stars: int = 0  # of the code repository
    has_code: bool = False
    is_new: bool = False  # the main category is one of `categories`: no cross-lists
    max_per_topic: int = 0  # papers near to each other in meaning; 0: any number. The store does not apply it

    @property
    def is_empty(self) -> bool:
        """Whether every paper passes."""
        return self == Filter()


def lab_words(name: str) -> list[str]:
    """The words of an organisation's name: `Google DeepMind` is found as `deepmind`."""
    return _WORD.findall(fold(name))
