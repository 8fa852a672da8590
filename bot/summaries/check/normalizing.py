"""Normalises texts for comparison. Pure."""

from __future__ import annotations

import re
import unicodedata

_DASH = re.compile("[‐‑‒–]")
_NO_WORD = re.compile(r"[\^{}\\]")
_SAID_SO = (
    ("state-of-the-art", "state of the art"),
    ("state of the arts", "state of the art"),
    ("cutting-edge", "cutting edge"),
)


def plain(text: str) -> str:
    """A text in lower case with one kind of dash and space, for comparison."""
    low = text if text.isascii() else _DASH.sub("-", unicodedata.normalize("NFKC", text))
    low = _NO_WORD.sub("", low).casefold()
    for said, same in _SAID_SO:
        low = low.replace(said, same)
    return " ".join(low.split())
