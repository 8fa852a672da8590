"""Who looks at a page: anybody, or somebody who signed in and may vote."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web
from msgspec import Struct

from adapters.site.session import Sessions
from bot.chat.event import Person


class Offers(Struct, frozen=True, kw_only=True):
    """What the site lets people do, the same for all."""

    ways: tuple[tuple[str, str], ...] = ()  # where they can sign in: `slack`, `Slack`
    submits: bool = False  # whether the core takes papers


SESSIONS = web.AppKey("sessions", Sessions)
OFFERS = web.AppKey("offers", Offers)


class Visitor(Struct, frozen=True, kw_only=True):
    """The reader of one request."""

    person: Person | None = None  # None: not signed in, so the page is the same for all and can be kept
    csrf: str = ""  # of a signed-in person's forms
    here: str = "/"  # the address they read, to come back to
    ways: tuple[tuple[str, str], ...] = ()  # to sign in: the platform and the address; empty: none is set up
    submits: bool = False  # may give a paper


def visitor(request: web.Request) -> Visitor:
    """Whoever asks."""
    sessions, offers = request.app.get(SESSIONS), request.app.get(OFFERS, Offers())
    if found := sessions.of(request) if sessions else None:
        return Visitor(person=found.person, csrf=found.csrf, here=request.path_qs, submits=offers.submits)
    back = urlencode({"next": request.path_qs})
    return Visitor(here=request.path_qs, ways=tuple((label, f"/sign-in/{way}?{back}") for way, label in offers.ways))
