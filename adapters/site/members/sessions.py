"""Sessions of signed-in people: a sealed cookie in their browser. Only sessions that ended early are stored."""

import hashlib
import secrets
from datetime import datetime, timedelta

import msgspec
from aiohttp import web
from msgspec import Struct

from adapters.site.site import Site
from bot.chat.event import Person
from bot.http_server import Sealer

KEY_FILE = "site-sessions.key"  # its own key: without it everyone is signed out, and links to feeds still work
SESSION_MAX_AGE = timedelta(days=7)  # without a token we can't check again: people who left can vote for so long
ENDED = "ended/"  # in the storage: digests of sessions that were ended early


class Session(Struct, frozen=True, kw_only=True):
    """The session of one browser."""

    id: str
    site: str  # its address: two sites may share a key
    person: Person
    csrf: str


class Sessions:
    """Begins, finds and ends sessions, and keeps sealed values in cookies."""

    def __init__(self, site: Site, sealer: Sealer, communities: frozenset[tuple[str, str]]) -> None:
        """`communities`: platform and space of the people who may be signed in."""
        self._site = site
        self._sealer = sealer
        self._communities = communities
        self._cookie = self.cookie_name("paperboy-site")
        self._ended: dict[str, datetime] = {}

    def cookie_name(self, name: str) -> str:
        """The name of a cookie: with https, one that browsers give to this host alone."""
        return f"__Host-{name}" if self._site.is_https else name

    def start_session(self, response: web.StreamResponse, person: Person) -> None:
        """Give the browser a new session."""
        id, csrf = secrets.token_urlsafe(12), secrets.token_urlsafe(24)
        session = Session(id=id, site=self._site.url, person=person, csrf=csrf)
        self.set_cookie(response, self._cookie, msgspec.msgpack.encode(session), SESSION_MAX_AGE)

    def find_session(self, request: web.Request) -> Session | None:
        """The session of the browser that asks; None: not signed in, or no longer."""
        value = self.read_cookie(request, self._cookie, SESSION_MAX_AGE)
        if value is None:
            return None
        try:
            found = msgspec.msgpack.decode(value, type=Session)
        except msgspec.DecodeError:  # of an earlier version
            return None
        is_ours = found.site == self._site.url and (found.person.platform, found.person.space) in self._communities
        return found if is_ours and _digest(found.id) not in self._ended else None

    async def end_session(self, response: web.StreamResponse, session: Session) -> None:
        """Sign out: copies of the cookie end, too."""
        ends = self._site.clock.now() + SESSION_MAX_AGE
        self._ended[_digest(session.id)] = ends
        self.delete_cookie(response, self._cookie)
        await self._site.storage.put(ENDED + _digest(session.id), ends.isoformat().encode())

    async def load_ended(self) -> None:
        """At the start: read which sessions were ended early, and drop those that are over anyway."""
        for key, ends in await self._site.storage.scan(ENDED):
            if (until := datetime.fromisoformat(ends.decode())) > self._site.clock.now():
                self._ended[key.removeprefix(ENDED)] = until
            else:
                await self._site.storage.delete(key)

    def set_cookie(self, response: web.StreamResponse, name: str, value: bytes, max_age: timedelta) -> None:
        """Let the browser keep a value that it can neither read nor change."""
        response.set_cookie(
            name,
            self._sealer.seal_text(name, value),
            max_age=int(max_age.total_seconds()),
            path="/",
            secure=self._site.is_https,
            httponly=True,
            samesite="Lax",  # the platform sends people back by a link
        )

    def read_cookie(self, request: web.Request, name: str, max_age: timedelta) -> bytes | None:
        """The value of a cookie that was set here, not longer ago."""
        return self._sealer.open_text(name, request.cookies.get(name, ""), max_age=max_age)

    def delete_cookie(self, response: web.StreamResponse, name: str) -> None:
        response.del_cookie(name, path="/", secure=self._site.is_https, httponly=True, samesite="Lax")


def _digest(id: str) -> str:
    return hashlib.sha256(id.encode()).hexdigest()
