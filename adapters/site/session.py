"""Who is signed in: a sealed cookie in their browser, and nothing of it here but who signed out."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from aiohttp import web
from cryptography.fernet import Fernet, InvalidToken
from msgspec import Struct

from adapters.site.site import Site
from bot.chat.event import Person
from bot.errors import ConfigError
from bot.http_server import key_file

FILE = "front-session.key"  # a key of its own: without it everybody is signed out, and links to feeds still work
LIFE = timedelta(days=7)  # no token is kept to ask with again: who left the workspace can vote for so long at most
ENDED = "ended/"


class Session(Struct, frozen=True, kw_only=True):
    """One browser's, from one sign-in to its end."""

    id: str
    site: str  # whose session it is: two sites may share a key
    person: Person
    csrf: str


class Seals:
    """Values that a browser keeps for us and can neither read nor make."""

    def __init__(self, key: str) -> None:
        try:
            self._fernet = Fernet(key)
        except ValueError:
            raise ConfigError(f"{FILE} holds no key.", "Delete it: a new one is made, and all sign in again.") from None

    def seal(self, name: str, value: bytes, now: datetime) -> str:
        """The value as a cookie of this name may hold it."""
        return self._fernet.encrypt_at_time(name.encode() + b"\0" + value, int(now.timestamp())).decode().rstrip("=")

    def open(self, name: str, sealed: str, life: timedelta, now: datetime) -> bytes | None:
        """What was sealed under this name not longer ago; None for anything else."""
        try:
            wire = (sealed + "=" * (-len(sealed) % 4)).encode("ascii")
            opened = self._fernet.decrypt_at_time(wire, int(life.total_seconds()) - 1, int(now.timestamp()))
        except (InvalidToken, UnicodeEncodeError):
            return None
        held, _, value = opened.partition(b"\0")
        return value if held == name.encode() else None


def open_seals(home: Path) -> Seals:
    """The seals of a data folder."""
    file = home / FILE
    if not file.exists():
        key_file.make(file, Fernet.generate_key().decode(), "the key of the front page's sessions")
    return Seals(key_file.read(file))


class Sessions:
    """Begins, finds and ends them."""

    def __init__(self, site: Site, seals: Seals, communities: frozenset[tuple[str, str]]) -> None:
        """`communities`: the platform and the space of those who may sign in now."""
        self._site = site
        self._seals = seals
        self._communities = communities
        self._secure = site.url.startswith("https:")
        self._cookie = "__Host-paperboy" if self._secure else "paperboy-front"
        self._ended: dict[str, datetime] = {}

    def begin(self, response: web.StreamResponse, person: Person) -> None:
        """Give the browser a session that no other sign-in had."""
        made = Session(id=secrets.token_urlsafe(12), site=self._site.url, person=person, csrf=secrets.token_urlsafe(24))
        self.give(response, self._cookie, msgspec.msgpack.encode(made), LIFE)

    def of(self, request: web.Request) -> Session | None:
        """The session of whoever asks; None: not signed in, or not any more."""
        value = self.kept(request, self._cookie, LIFE)
        if value is None:
            return None
        try:
            found = msgspec.msgpack.decode(value, type=Session)
        except msgspec.DecodeError:  # of an earlier version
            return None
        ours = found.site == self._site.url and (found.person.platform, found.person.space) in self._communities
        return found if ours and _digest(found.id) not in self._ended else None

    async def end(self, response: web.StreamResponse, session: Session) -> None:
        """Sign out: a copy of the cookie opens nothing either."""
        ends = self._site.clock.now() + LIFE
        self._ended[_digest(session.id)] = ends
        self.forget(response, self._cookie)
        await self._site.storage.put(ENDED + _digest(session.id), ends.isoformat().encode())

    async def recall(self) -> None:
        """At the start: who signed out before it."""
        for key, ends in await self._site.storage.scan(ENDED):
            if (until := datetime.fromisoformat(ends.decode())) > self._site.clock.now():
                self._ended[key.removeprefix(ENDED)] = until
            else:
                await self._site.storage.delete(key)

    def give(self, response: web.StreamResponse, name: str, value: bytes, life: timedelta) -> None:
        """Let the browser keep a value, sealed."""
        response.set_cookie(
            name,
            self._seals.seal(name, value, self._site.clock.now()),
            max_age=int(life.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",  # the platform sends people back by a link
        )

    def kept(self, request: web.Request, name: str, life: timedelta) -> bytes | None:
        """What we let the browser keep."""
        sealed = request.cookies.get(name)
        return self._seals.open(name, sealed, life, self._site.clock.now()) if sealed else None

    def forget(self, response: web.StreamResponse, name: str) -> None:
        response.del_cookie(name, path="/", secure=self._secure, httponly=True, samesite="Lax")


def _digest(id: str) -> str:
    return hashlib.sha256(id.encode()).hexdigest()
