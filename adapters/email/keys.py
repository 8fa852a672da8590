"""One secret and what is derived from it: sealed records, ids of addresses, and links that can't be forged."""

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

KEY_FILE = "mail.key"
TAG_BYTES = 15  # 24 letters: an id and its signature fit before the @ of a bounce address


class WrongKey(ConfigError):
    """A record was sealed with another key."""


class Keys:
    """Seals records, names subscribers and signs tokens."""

    def __init__(self, secret: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(secret, "seal")))
        self._mac_key = _derive(secret, "sign")

    def seal(self, name: str, value: bytes) -> bytes:
        """The record as it is stored; it opens under this name only."""
        return self._fernet.encrypt(name.encode() + b"\0" + value)

    def open(self, name: str, sealed: bytes) -> bytes:
        """What was sealed under this name. Raises `WrongKey`."""
        try:
            sealed_name, _, value = self._fernet.decrypt(sealed).partition(b"\0")
        except InvalidToken:
            sealed_name, value = b"", b""
        if sealed_name != name.encode():
            raise WrongKey(
                f"The key does not open the mail record {name}.",
                f"Set the EMAIL_SECRET or restore the {KEY_FILE} that it was made with.",
            )
        return value

    def subscriber_id(self, mail_address: str) -> str:
        """The id of an address: always the same, and no way back to the address without the key."""
        return self._tag("subscriber", address.normalised(mail_address))

    def sign(self, purpose: str, text: str) -> str:
        """The text as a token for one purpose; in lower case, for servers that change the case."""
        return f"{text}.{self._tag(purpose, text)}"

    def verify(self, purpose: str, token: str) -> str:
        """The text of a token that we made for this purpose; empty for any other."""
        text, _, tag = token.casefold().rpartition(".")
        return text if text and hmac.compare_digest(self._tag(purpose, text).encode(), tag.encode()) else ""

    def _tag(self, purpose: str, text: str) -> str:
        digest = hmac.digest(self._mac_key, f"{purpose}\0{text}".encode(), "sha256")
        return base64.b32encode(digest[:TAG_BYTES]).decode().lower()


def open_keys(secret: str, home: Path) -> Keys:
    """The keys of a secret. Without one, a secret is made and stored beside the database, readable for its owner only:
    that protects addresses in a copied database, not from someone who can read the whole data folder."""
    return Keys(secret or _stored_secret(home / KEY_FILE))


def _derive(secret: str, use: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"paperboy mail {use}".encode()).derive(secret.encode())


def _stored_secret(file: Path) -> str:
    if not file.exists():
        key_file.make(file, secrets.token_urlsafe(48), "the key of the mail subscribers")
    if found := key_file.read(file):
        return found
    raise ConfigError(f"{file} is empty.", "Restore the key from your backup.")
