"""Texts made alike, so that they can be compared. Pure."""

from __future__ import annotations

import unicodedata

_ALIKE = str.maketrans("‐‑‒–", "----", "^{}\\")
_SAID_SO = (
    ("state-of-the-art", "state of the art"),
    ("state of the arts", "state of the art"),
    ("cutting-edge", "cutting edge"),
)


def plain(text: str) -> str:
    """A text in one case and one kind of dash and space, so that texts can be compared."""
    low = (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold().translate(_ALIKE)
    for said, same in _SAID_SO:
        low = low.replace(said, same)
    return " ".join(low.split())
