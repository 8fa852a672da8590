"""Forms of signed-in people: checked to be theirs before they are read, and answered with a way back."""

from collections.abc import Mapping

from aiohttp import web
from msgspec import Struct
from yarl import URL

from adapters.site.members.sessions import Session
from adapters.site.members.visitor import SESSIONS
from adapters.site.site import Site
from bot.http_server import form_values, is_from_our_page, tokens_match

MAX_PATH_CHARS = 2_000


class MemberForm(Struct, frozen=True, kw_only=True):
    """A form of a signed-in person, from a page of ours."""

    session: Session
    values: Mapping[str, str]

    @property
    def next(self) -> str:
        """Where to go afterwards."""
        return local_path(self.values.get("next", ""))


async def read_form(request: web.Request, site: Site) -> MemberForm:
    """The form. Raises `web.HTTPForbidden` for one that another site could have sent."""
    session = request.app[SESSIONS].find_session(request)
    if session is None or not is_from_our_page(request, origin=str(URL(site.url).origin())):
        raise web.HTTPForbidden
    values = await form_values(request)
    if not tokens_match(values.get("csrf", ""), session.csrf):
        raise web.HTTPForbidden
    return MemberForm(session=session, values=values)


def local_path(path: str) -> str:
    """A path of this site; `/` for any other address, and for one that a browser could take for another site's."""
    is_plain = path.isascii() and path.isprintable() and not set(path) & set(' \\<>"')
    is_local = path.startswith("/") and not path.startswith("//") and len(path) <= MAX_PATH_CHARS
    return path if is_plain and is_local else "/"


def redirect_to(site: Site, path: str) -> web.Response:
    """To a path of this site, with its name in front: no browser can take it for another site's address."""
    return web.Response(status=303, headers={"Location": site.url + local_path(path), "Cache-Control": "no-store"})
