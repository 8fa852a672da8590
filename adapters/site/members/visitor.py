"""The reader of a page: anyone, or a signed-in person who may vote."""

from urllib.parse import urlencode

from aiohttp import web
from msgspec import Struct

from adapters.site.members.sessions import Sessions
from bot.chat.event import Person


class MemberFeatures(Struct, frozen=True, kw_only=True):
    """The actions that the site offers; the same for everyone."""

    providers: tuple[tuple[str, str], ...] = ()  # to sign in with: `slack`, `Slack`
    takes_submissions: bool = False  # whether the core has the command `submit`


SESSIONS = web.AppKey("sessions", Sessions)
FEATURES = web.AppKey("features", MemberFeatures)


class Visitor(Struct, frozen=True, kw_only=True):
    """The reader of one page."""

    person: Person | None = None  # None: not signed in, so the page is the same for all and can be cached
    csrf: str = ""  # for a signed-in person's forms
    here: str = "/"  # the address of the page, to come back to
    sign_in_links: tuple[tuple[str, str], ...] = ()  # platform and address; empty: sign-in isn't set up
    may_submit: bool = False


def visitor_of(request: web.Request, here: str = "/") -> Visitor:
    """Who sent a request. `here`: the page's address without what it doesn't read."""
    sessions, features = request.app.get(SESSIONS), request.app.get(FEATURES, MemberFeatures())
    if session := sessions.find_session(request) if sessions else None:
        return Visitor(person=session.person, csrf=session.csrf, here=here, may_submit=features.takes_submissions)
    query = urlencode({"next": here})
    sign_in_links = tuple((label, f"/sign-in/{name}?{query}") for name, label in features.providers)
    return Visitor(here=here, sign_in_links=sign_in_links)
