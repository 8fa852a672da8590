"""Keys of programs. A key is shown once, when it is made; only its digest is stored."""

import hashlib
import secrets

PREFIX = "pb_"  # so that scanners for leaked secrets can know one
MAX_KEY_CHARS = 100


def new_key() -> str:
    """A new key of 256 random bits: it can't be guessed, so a plain hash is enough."""
    return PREFIX + secrets.token_urlsafe(32)


def key_digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
