"""Answers that a reader may have already: ETag, Last-Modified, 304, and gzip for those who take it."""

from __future__ import annotations

import gzip
import hashlib
from datetime import datetime
from email.utils import format_datetime

from aiohttp import web
from msgspec import Struct

SMALL = 1_000  # bytes that are not worth packing


class Body(Struct, frozen=True, kw_only=True):
    """What an address holds now."""

    content: bytes
    packed: bytes  # the same, gzipped; empty: too small
    etag: str
    changed: datetime | None = None  # since when it is so; None: not known

    @property
    def size(self) -> int:
        return len(self.content) + len(self.packed)

    @classmethod
    def of(cls, content: bytes, changed: datetime | None = None) -> Body:
        packed = gzip.compress(content, 6, mtime=0) if len(content) >= SMALL else b""
        return cls(content=content, packed=packed, etag=etag(content), changed=changed)


def etag(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=12).hexdigest()


def answer(request: web.Request, body: Body, content_type: str, cache: str) -> web.Response:
    """The body, or 304 for who has it."""
    headers = {
        "ETag": f'W/"{body.etag}"',  # weak: packed or not, it says the same
        "Cache-Control": cache,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if body.changed:
        headers["Last-Modified"] = format_datetime(body.changed, usegmt=True)
    if _has_it(request, body):
        return web.Response(status=304, headers=headers)
    headers["Content-Type"] = content_type
    if body.packed and takes_gzip(request):
        return web.Response(body=body.packed, headers=headers | {"Content-Encoding": "gzip"})
    return web.Response(body=body.content, headers=headers)


def takes_gzip(request: web.Request) -> bool:
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in {"gzip", "x-gzip"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _has_it(request: web.Request, body: Body) -> bool:
    """If-None-Match speaks before If-Modified-Since."""
    if (known := request.if_none_match) is not None:
        return any(tag.value in {body.etag, "*"} for tag in known)
    since = request.if_modified_since
    return since is not None and body.changed is not None and body.changed.replace(microsecond=0) <= since
