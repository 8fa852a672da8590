"""The gateway's compression: one stream per connection, flushed after every payload."""

from __future__ import annotations

import zlib
from collections.abc import Callable

Compress = Callable[[bytes], bytes]


def stream(kind: str) -> Compress | None:
    """What compresses a connection's payloads; None: they go as text."""
    if kind == "zlib-stream":
        return _zlib()
    if kind == "zstd-stream":
        return _zstd()
    return None


def _zlib() -> Compress:
    one = zlib.compressobj()
    return lambda raw: one.compress(raw) + one.flush(zlib.Z_SYNC_FLUSH)


def _zstd() -> Compress:
    import zstandard  # type: ignore[import-not-found]  # only there when discord.py asks for it, which it does when this is installed

    one = zstandard.ZstdCompressor().compressobj()
    return lambda raw: one.compress(raw) + one.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
