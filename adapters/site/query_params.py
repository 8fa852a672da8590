"""Reads what strangers put into addresses. Pure; raises `PageError`."""

import unicodedata

from aiohttp import web
from multidict import MultiMapping

from adapters.site.pages.view import PageError

MAX_QUERY_CHARS = 500  # as much as search reads
MAX_NAME_CHARS = 200
MAX_PAGE = 200
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}  # Unicode categories: control, format, surrogate, private, unassigned


def page_number(query: MultiMapping[str]) -> int:
    """The parameter `page`, from 1 to `MAX_PAGE`."""
    raw = query.get("page", "1")
    if not (raw.isascii() and raw.isdecimal()) or not 1 <= int(raw[:6]) <= MAX_PAGE:
        raise PageError(400, "There is no such page number", f"Page numbers go from 1 to {MAX_PAGE}.")
    return int(raw[:6])


def text(query: MultiMapping[str], name: str, max_chars: int = MAX_QUERY_CHARS) -> str:
    """A parameter as one line."""
    raw = query.get(name, "")
    if len(raw) > max_chars:
        raise PageError(400, "That is too long", f"You can search for up to {max_chars} characters.")
    return _one_line(raw)


def path_name(request: web.Request, part: str = "name") -> str:
    """A name in the path."""
    raw = request.match_info[part]
    found = _one_line(raw)
    if not found or len(found) > MAX_NAME_CHARS or any(unicodedata.category(char) == "Cc" for char in raw):
        raise PageError(404, "This page doesn’t exist", "There is no name like the one in this address.")
    return found


def _one_line(raw: str) -> str:
    """Without invisible characters, and with single spaces."""
    visible = (
        " " if char.isspace() else char for char in raw if char.isspace() or unicodedata.category(char) not in INVISIBLE
    )
    return " ".join("".join(visible).split())
