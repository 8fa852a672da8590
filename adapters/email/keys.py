"""One secret, and what follows from it: sealed records, ids of addresses, and links that nobody can make up."""

from __future__ import annotations

import base64
import hmac
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters.email import address
from bot.errors import ConfigError
from bot.http_server import key_file

FILE = "mail.key"
TAG = 15  # bytes: 24 letters, so that an id and its signature fit before the @ of a bounce address


class Unreadable(ConfigError):
    """A sealed record that our key doesn't open."""


class Keys:
    """Seals, names and signs."""

    def __init__(self, secret: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(secret, "seal")))
        self._mac = _derive(secret, "sign")

    def seal(self, name: str, value: bytes) -> bytes:
        """The record as it may be kept; it opens under this name only."""
        return self._fernet.encrypt(name.encode() + b"\0" + value)

    def open(self, name: str, sealed: bytes) -> bytes:
        """What was sealed under this name. Raises `Unreadable`."""
        try:
            held, _, value = self._fernet.decrypt(sealed).partition(b"\0")
        except InvalidToken:
            held, value = b"", b""
        if held != name.encode():
            raise Unreadable(
                f"The key does not open the mail record {name}.",
                f"Give the EMAIL_SECRET or the {FILE} it was made with.",
            )
        return value

    def id_of(self, mail_address: str) -> str:
        """A subscriber's id: always the same for an address, and no way back without the key."""
        return self._tag("subscriber", address.same(mail_address))

    def sign(self, purpose: str, text: str) -> str:
        """The text as a token for one purpose; in small letters, for servers that change the case."""
        return f"{text}.{self._tag(purpose, text)}"

    def verify(self, purpose: str, token: str) -> str:
        """The text of a token that we made for this purpose; empty for any other."""
        text, _, tag = token.casefold().rpartition(".")
        return text if text and hmac.compare_digest(self._tag(purpose, text).encode(), tag.encode()) else ""

    def _tag(self, purpose: str, text: str) -> str:
        digest = hmac.digest(self._mac, f"{purpose}\0{text}".encode(), "sha256")
        return base64.b32encode(digest[:TAG]).decode().lower()


def open_keys(secret: str, home: Path) -> Keys:
    """The keys of these settings. Without a secret, one is made and kept beside the database for its owner only:
    that keeps addresses out of a copied database, not from somebody who can read the whole data folder."""
    return Keys(secret or _kept(home / FILE))


def _derive(secret: str, use: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"paperboy mail {use}".encode()).derive(secret.encode())


def _kept(file: Path) -> str:
    if not file.exists():
        key_file.make(file, secrets.token_urlsafe(48), "the key of the mail subscribers")
    if found := key_file.read(file):
        return found
    raise ConfigError(f"{file} is empty.", "Put the key back from your backup.")
