"""What an address and its query ask for, read with care. Pure; raises `Problem`."""

from __future__ import annotations

import unicodedata

from aiohttp import web
from multidict import MultiMapping

from adapters.site.view import Problem

MOST_CHARS = 500  # of a query: what search reads
MOST_NAME = 200
MOST_PAGE = 200


def page(query: MultiMapping[str]) -> int:
    """The number of the page, from one on."""
    raw = query.get("page", "1")
    if not (raw.isascii() and raw.isdecimal()) or not 1 <= int(raw[:6]) <= MOST_PAGE:
        raise Problem(400, "There is no such page number", f"Pages go from 1 to {MOST_PAGE} at most.")
    return int(raw[:6])


def words(query: MultiMapping[str], name: str, most: int = MOST_CHARS) -> str:
    """A value of the query, in one line."""
    raw = query.get(name, "")
    if len(raw) > most:
        raise Problem(400, "That is too long", f"At most {most} characters can be searched for.")
    return _line(raw)


def name(request: web.Request, part: str = "name") -> str:
    """A name that the path holds."""
    raw = request.match_info[part]
    found = _line(raw)
    if not found or len(found) > MOST_NAME or any(unicodedata.category(letter) == "Cc" for letter in raw):
        raise Problem(404, "There is no such page", "The address holds no name that could be one.")
    return found


def _line(raw: str) -> str:
    """Without what can't be seen, and with one kind of space."""
    seen = "".join(" " if letter.isspace() else letter for letter in raw if not _unseen(letter) or letter.isspace())
    return " ".join(seen.split())


def _unseen(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn"}
