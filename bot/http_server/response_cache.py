"""Answers that are the same for everyone: made once, kept within a number of bytes; ETag, 304 and gzip."""

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import datetime
from email.utils import format_datetime
from typing import TypeAlias
from urllib.parse import urlencode

from aiohttp import web
from attrs import define, field
from msgspec import Struct

from bot.clock import Clock

MIN_GZIP_BYTES = 1_000
MAX_VALUE_CHARS = 1_000  # of a query parameter in a key; no page takes a longer one
MAX_KEY_CHARS = 300  # a longer key is replaced by its digest
ENTRY_BYTES = 1_000  # what an entry costs beside its key and body: objects, and its place in two dicts
DEFAULT_MAX_BYTES = 24_000_000

Make: TypeAlias = Callable[[], Awaitable["Content"]]


class Content(Struct, frozen=True, kw_only=True):
    """The content that a handler made."""

    body: bytes
    content_type: str  # with its character set
    status: int = 200  # only 200 is kept
    is_dated: bool = False  # say since when it is so (Last-Modified); not for what may change twice in a second
    overhead_bytes: int = 0  # that `is_current` keeps
    is_current: Callable[[], Awaitable[bool]] | None = None  # whether it would be made the same now; None: not known


class Cached(Struct, frozen=True, kw_only=True):
    """An answer as it goes out."""

    content: Content
    gzipped: bytes  # empty: too small to be worth it
    etag: str
    changed_at: datetime  # since when the body is what it is
    made_at: datetime

    def response(self, request: web.Request, cache_control: str, *, vary: str = "Accept-Encoding") -> web.Response:
        """The answer to a request: 304 for a client that has it already, gzip for one that takes it."""
        headers = {
            "ETag": f'W/"{self.etag}"',  # weak: gzipped or not, it says the same
            "Cache-Control": cache_control,
            "Vary": vary,
        }
        if self.content.is_dated:
            headers["Last-Modified"] = format_datetime(self.changed_at, usegmt=True)
        if self.content.status == 200 and self._is_held_by(request):
            return web.Response(status=304, headers=headers)
        headers["Content-Type"] = self.content.content_type
        if self.gzipped and accepts_gzip(request):
            headers["Content-Encoding"] = "gzip"
            return web.Response(body=self.gzipped, status=self.content.status, headers=headers)
        return web.Response(body=self.content.body, status=self.content.status, headers=headers)

    def _is_held_by(self, request: web.Request) -> bool:
        """If-None-Match is looked at before If-Modified-Since (RFC 9110, 13.2.2)."""
        if (known := request.if_none_match) is not None:
            return any(tag.value in {self.etag, "*"} for tag in known)
        since = request.if_modified_since
        return self.content.is_dated and since is not None and self.changed_at.replace(microsecond=0) <= since


def prepare(content: Content, now: datetime, previous: Cached | None = None) -> Cached:
    """The content with its tag and its gzipped form; `previous` is what stood at the same address before."""
    etag = hashlib.blake2b(content.body, digest_size=12).hexdigest()
    if previous and previous.etag == etag:
        return Cached(content=content, gzipped=previous.gzipped, etag=etag, changed_at=previous.changed_at, made_at=now)
    gzipped = gzip.compress(content.body, 5, mtime=0) if len(content.body) >= MIN_GZIP_BYTES else b""
    return Cached(content=content, gzipped=gzipped, etag=etag, changed_at=now, made_at=now)


@define(eq=False)
class ResponseCache:
    """Keeps answers by key. However many ask at one moment, each answer is made once."""

    _clock: Clock
    _fresh_s: float  # so long an answer is sent as it is
    _stale_s: float = 0.0  # so long it is sent once more while it is checked; an older one is checked first
    _max_age_s: float = 0.0  # one that is older, or no longer `is_current`, is made again
    _max_bytes: int = DEFAULT_MAX_BYTES
    _kept: OrderedDict[str, tuple[datetime, Cached]] = field(init=False, factory=OrderedDict)  # when last checked
    _making: dict[str, asyncio.Task[Cached]] = field(init=False, factory=dict)
    bytes: int = field(init=False, default=0)

    async def get(self, key: str, make: Make, *, admit: Callable[[], None] | None = None) -> Cached:
        """The answer for a key (see `cache_key`). Raises what `make` raises.

        `admit` is called before anything is made on behalf of this request and may raise, for one who asks too often;
        if an older answer is there, they get that instead.
        """
        key = _bounded(key, MAX_KEY_CHARS)
        checked_at, cached = self._kept.get(key, (None, None))
        age = (self._clock.now() - checked_at).total_seconds() if checked_at else 0.0
        if cached:
            self._kept.move_to_end(key)
            if 0 <= age < self._fresh_s:
                return cached
        if (task := self._making.get(key)) is None:
            try:
                if admit:
                    admit()
            except web.HTTPException:
                if cached:
                    return cached
                raise
            task = self._start(key, cached, make)
        if cached and 0 <= age < self._stale_s:
            return cached
        return await asyncio.shield(task)  # a client that leaves must not stop it for the others

    def _start(self, key: str, cached: Cached | None, make: Make) -> asyncio.Task[Cached]:
        task = self._making[key] = asyncio.create_task(self._renew(cached, make))
        task.add_done_callback(lambda done: self._finish(key, done))
        return task

    async def _renew(self, cached: Cached | None, make: Make) -> Cached:
        if cached and cached.content.is_current:
            age = (self._clock.now() - cached.made_at).total_seconds()
            if 0 <= age < self._max_age_s and await cached.content.is_current():
                return cached
        return prepare(await make(), self._clock.now(), cached)

    def _finish(self, key: str, done: asyncio.Task[Cached]) -> None:
        del self._making[key]
        self._drop(key)
        with suppress(asyncio.CancelledError, Exception):  # those who wait get the exception
            if (made := done.result()).content.status == 200:
                self._keep(key, made)

    def _keep(self, key: str, made: Cached) -> None:
        self._kept[key] = (self._clock.now(), made)
        self.bytes += _size(key, made)
        while self.bytes > self._max_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: str) -> None:
        _, cached = self._kept.pop(key, (None, None))
        self.bytes -= _size(key, cached) if cached else 0


def cache_key(request: web.Request, parameters: Collection[str] = ()) -> str:
    """The request's path with the query parameters that its page knows, in order: others make no page of their own."""
    known = sorted(
        (name, _bounded(request.query[name], MAX_VALUE_CHARS)) for name in parameters if request.query.get(name)
    )
    return f"{request.path}?{urlencode(known)}" if known else request.path


def accepts_gzip(request: web.Request) -> bool:
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in {"gzip", "x-gzip"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _bounded(text: str, max_chars: int) -> str:
    """The text, or for one that is too long its digest: quoting 60,000 characters takes 40 ms."""
    if len(text) <= max_chars:
        return text
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=12).hexdigest()


def _size(key: str, cached: Cached) -> int:
    return len(key) + len(cached.content.body) + len(cached.gzipped) + cached.content.overhead_bytes + ENTRY_BYTES
