"""Tokens at rest: sealed, so that the database, its journal and its backups show none of them."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.errors import ConfigError

log = logging.getLogger(__name__)

OPTION = "SLACK_SECRET_KEYS"
FILE = "slack.key"
MAKE = "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
OTHERS = 0o077  # the permissions of everybody but the owner


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
        _make(file)
    return Vault([*given, *([_read(file)] if file.exists() else [])])


def _fernet(key: str, place: int) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:
        raise ConfigError(
            f"Key {place} of {OPTION} (or {FILE}) is not a key: 32 bytes in URL-safe base64 are.",
            f"Make one with: {MAKE}",
        ) from None


def _make(file: Path) -> None:
    """Write a new key whole or not at all; of two processes that start together, one wins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{FILE}-{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(Fernet.generate_key() + b"\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, file)
    except FileExistsError:
        return
    finally:
        draft.unlink()
    log.info("made %s, the key that seals Slack's tokens: keep it with your backups, but apart from the database", file)


def _read(file: Path) -> str:
    try:
        found = file.read_text(encoding="ascii").strip()
        open_to_others = file.stat().st_mode & OTHERS
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} can't be read: {error}.", "Let Paperboy's user read it.") from None
    if open_to_others:
        log.warning("%s can be read by other users of this machine: chmod 600 it", file)
    return found
