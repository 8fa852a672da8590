"""The conditions of a search or a subscription, as a value; the store applies them."""

import re
from datetime import date

from msgspec import Struct

from bot.analyzer import fold

_WORD = re.compile(r"[^\W_]+")


class Filter(Struct, frozen=True, kw_only=True):
    """Conditions that must all hold; within one field, any one of the values suffices."""

    after: date | None = None  # published on this day or later (UTC)
    before: date | None = None  # published before this day (UTC)
    categories: tuple[str, ...] = ()  # `cs.CL`, or an archive as a whole: `cs`
    authors: tuple[str, ...] = ()  # whole parts of a name, any case and order
    labs: tuple[str, ...] = ()  # likewise, of the organisation that a source names
    sources: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether every paper passes."""
        return self == Filter()


def lab_words(name: str) -> list[str]:
    """The words of an organisation's name: `Google DeepMind` is found as `deepmind`."""
    return _WORD.findall(fold(name))
