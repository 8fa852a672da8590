"""Keys of programs. A key is shown once, when it is made; what is kept of it opens nothing."""

from __future__ import annotations

import hashlib
import secrets

PREFIX = "pb_"  # so that scanners for leaked secrets can know one
MOST_CHARS = 100


def new_key() -> str:
    """256 bits of chance: no guess and no dictionary finds it, so a plain hash is enough to keep."""
    return PREFIX + secrets.token_urlsafe(32)


def key_digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
