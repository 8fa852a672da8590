"""Who looks at a page: anybody, or somebody who signed in and may vote."""

from __future__ import annotations

from aiohttp import web
from msgspec import Struct

from bot.chat.event import Person


class Visitor(Struct, frozen=True, kw_only=True):
    """The reader of one request."""

    person: Person | None = None  # None: not signed in, so the page is the same for all and can be kept
    csrf: str = ""  # of a signed-in person's forms


def visitor(request: web.Request) -> Visitor:
    """Whoever asks."""
    return Visitor()
