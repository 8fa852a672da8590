"""What a signed-in person sends: checked to be theirs before it is read, and answered with a way back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from aiohttp import web
from msgspec import Struct
from yarl import URL

from adapters.site import look
from adapters.site.session import Session
from adapters.site.site import Site
from adapters.site.view import problem
from adapters.site.visitor import SESSIONS, Visitor

MOST_PATH = 2_000


class Sent(Struct, frozen=True, kw_only=True):
    """A form of somebody who is signed in, from a page of ours."""

    session: Session
    values: Mapping[str, str]

    @property
    def next(self) -> str:
        """Where to go then."""
        return local(self.values.get("next", ""))


async def sent(request: web.Request, site: Site) -> Sent:
    """The form. Raises `HTTPForbidden` for one that another site could have sent."""
    session = request.app[SESSIONS].of(request)
    if session is None or not _from_here(request, site):
        raise web.HTTPForbidden
    try:
        values = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    except (ValueError, LookupError):  # percent signs and character sets that are none
        raise web.HTTPBadRequest from None
    if not secrets.compare_digest(values.get("csrf", "").encode("utf-8", "replace"), session.csrf.encode()):
        raise web.HTTPForbidden
    return Sent(session=session, values=values)


def local(path: str) -> str:
    """A path of this site as it is; `/` for any other address, and for what a browser could take for one."""
    plain = path.isascii() and path.isprintable() and not set(path) & set(' \\<>"')
    return path if plain and path.startswith("/") and not path.startswith("//") and len(path) <= MOST_PATH else "/"


def home(site: Site, path: str) -> web.Response:
    """On to a path of this site, with its name before it: so it can't be read as another's."""
    return web.Response(status=303, headers={"Location": site.url + local(path), "Cache-Control": "no-store"})


def told(site: Site, status: int, title: str, said: str) -> web.Response:
    """What went wrong and what to do, on a page that nobody keeps."""
    page = look.html(site, problem(status, title, said), Visitor(), {})
    return web.Response(text=page, status=status, content_type="text/html", headers={"Cache-Control": "no-store"})


def _from_here(request: web.Request, site: Site) -> bool:
    """Browsers name the origin of a form; the token speaks for those that don't."""
    origin = request.headers.get("Origin")
    return origin is None or origin == str(URL(site.url).origin())
