"""What only this installation can make: sealed places in secret links, and its own name.

The key lies in a file beside the database, so that a copy of that alone opens no link.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from bot.chat.event import Place
from bot.http_server import key_file

FILE = "front.key"
MOST_CHARS = 1_000  # of a sealed place


class Secret:
    """Seals places: nobody else can make one up, or read from it which channel it is."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._cipher = AESSIV(hashlib.sha512(b"place\0" + self._key).digest())  # the same place, the same seal

    def __repr__(self) -> str:
        return "Secret()"

    def seal(self, place: Place) -> str:
        """A place as it may stand in an address."""
        return base64.urlsafe_b64encode(self._cipher.encrypt(str(place).encode(), None)).decode().rstrip("=")

    def unseal(self, text: str) -> Place | None:
        """The place; None: this was not sealed here."""
        if len(text) > MOST_CHARS:
            return None
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return Place.parse(self._cipher.decrypt(sealed, None).decode())
        except (InvalidTag, binascii.Error, ValueError):
            return None

    def name(self, purpose: str) -> str:
        """A short name of this installation's own: always the same, and nobody else's."""
        return hmac.new(self._key, purpose.encode(), hashlib.sha256).hexdigest()[:16]


def open_secret(home: Path) -> Secret:
    """The secret of a data folder, made when there is none. Raises `ConfigError`."""
    file = home / FILE
    if not file.exists():
        key_file.make(file, secrets.token_urlsafe(32), "the key of the front page's secret links")
    return Secret(key_file.read(file))
