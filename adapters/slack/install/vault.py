"""Tokens at rest: sealed, so that the database, its journal and its backups show none of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.errors import ConfigError
from bot.http_server import key_file

OPTION = "SLACK_SECRET_KEYS"
FILE = "slack.key"
MAKE = "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"


class Unreadable(ConfigError):
    """A sealed record that none of the keys opens, or that was sealed under another name."""


class Vault:
    """Seals records under the newest key, opens them with any.

    A seal holds the record's name too, so a record that is moved to another tenant doesn't open.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: newest first."""
        fernets = [_fernet(key, place) for place, key in enumerate(keys, start=1)]
        self._newest = fernets[0]
        self._any = MultiFernet(fernets)

    def seal(self, name: str, value: bytes) -> bytes:
        """The record as it may be kept."""
        return self._newest.encrypt(msgspec.msgpack.encode((name, value)))

    def open(self, name: str, sealed: bytes) -> bytes:
        """What was sealed under this name. Raises `Unreadable`."""
        try:
            held, value = msgspec.msgpack.decode(self._any.decrypt(sealed), type=tuple[str, bytes])
        except (InvalidToken, msgspec.DecodeError):
            raise Unreadable(
                f"No key opens the Slack record {name}.",
                f"Give the key it was sealed with: last in {OPTION}, or as {FILE} in the data folder.",
            ) from None
        if held != name:
            raise Unreadable(
                f"The Slack record {name} was sealed as {held}.",
                "Somebody moved it in the database; install Paperboy again there.",
            )
        return value

    def renew(self, name: str, sealed: bytes) -> bytes | None:
        """The same record under the newest key; None when it is under it already. Raises `Unreadable`."""
        value = self.open(name, sealed)
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return self.seal(name, value)
        return None


def open_vault(secret_keys: str, home: Path) -> Vault:
    """The vault of these settings: `secret_keys` is comma-separated, newest first.

    Without keys there is a key file beside the database, readable by its owner only. That keeps tokens
    out of a copied database, a backup of it and a look into it; it does not keep them from somebody who
    can read the whole data folder. For that, keep the key elsewhere and give it in the environment.

    When there are keys and a key file, the file's key still opens what was sealed before.
    """
    given = [key.strip() for key in secret_keys.split(",") if key.strip()]
    file = home / FILE
    if not given and not file.exists():
        key_file.make(file, Fernet.generate_key().decode(), "the key that seals Slack's tokens")
    return Vault([*given, *([key_file.read(file)] if file.exists() else [])])


def _fernet(key: str, place: int) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:
        raise ConfigError(
            f"Key {place} of {OPTION} (or {FILE}) is not a key: 32 bytes in URL-safe base64 are.",
            f"Make one with: {MAKE}",
        ) from None
