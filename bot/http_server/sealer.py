"""Sealing: values that leave this process (cookies, links, records in the database) and that no one else can read,
change or make.

Every seal holds the name it was made for, so a sealed value that is moved elsewhere does not open there.
"""

import base64
import binascii
import hmac
import logging
import os
import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.clock import Clock
from bot.errors import ConfigError

log = logging.getLogger(__name__)
GROUP_AND_OTHERS = 0o077  # the permission bits that no one but the owner should have

MIN_SECRET_CHARS = 32
MAX_TEXT_CHARS = 8_000  # of a sealed text; browsers keep cookies of 4,096 bytes at most
TAG_BYTES = 15  # 120 bits: 24 characters in base32


class SealError(ConfigError):
    """A sealed value that our keys do not open: made with another key, for another name, or changed."""


class Sealer:
    """Seals and opens values, and signs texts, with keys that are derived from secrets.

    The newest secret seals; values sealed with an older one still open.
    """

    def __init__(self, secrets_newest_first: Sequence[str], clock: Clock) -> None:
        """Each secret is any text of at least 32 characters. Raises `ConfigError`."""
        for number, secret in enumerate(secrets_newest_first, start=1):
            if len(secret) < MIN_SECRET_CHARS:
                raise ConfigError(
                    f"Secret key {number} is too short.", f"Give at least {MIN_SECRET_CHARS} random characters."
                )
        fernets = [Fernet(base64.urlsafe_b64encode(_derive(one, "seal", 32))) for one in secrets_newest_first]
        newest = secrets_newest_first[0]
        self._clock = clock
        self._newest = fernets[0]
        self._any = MultiFernet(fernets)
        self._stable = AESSIV(_derive(newest, "stable", 64))
        self._mac_key = _derive(newest, "sign", 32)

    def __repr__(self) -> str:
        return "Sealer()"

    def seal(self, name: str, value: bytes) -> bytes:
        """The value, sealed under a name: ASCII, different each time."""
        now = int(self._clock.now().timestamp())
        return self._newest.encrypt_at_time(name.encode() + b"\0" + value, now)

    def open(self, name: str, sealed: bytes, *, max_age: timedelta | None = None) -> bytes:
        """The value that was sealed under this name, not longer ago than `max_age`. Raises `SealError`."""
        try:
            if max_age is None:
                opened = self._any.decrypt(sealed)
            else:
                now, seconds = int(self._clock.now().timestamp()), int(max_age.total_seconds())
                opened = self._any.decrypt_at_time(sealed, seconds - 1, now)
        except InvalidToken:
            raise SealError(f"No key opens {name}.", "Give the key that it was sealed with.") from None
        held, _, value = opened.partition(b"\0")
        if held != name.encode():
            raise SealError(f"{name} was sealed under another name.", "It was moved in the database: set it up again.")
        return value

    def reseal(self, name: str, sealed: bytes) -> bytes | None:
        """The same value under the newest secret; None when it is already. Raises `SealError`."""
        value = self.open(name, sealed)
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return self.seal(name, value)
        return None

    def seal_text(self, name: str, value: bytes) -> str:
        """The sealed value as text for a cookie or an address: letters, digits, `-` and `_`."""
        return self.seal(name, value).decode().rstrip("=")

    def open_text(self, name: str, text: str, *, max_age: timedelta | None = None) -> bytes | None:
        """The value of a text that a stranger may have sent; None for anything not sealed here."""
        if len(text) > MAX_TEXT_CHARS or not text.isascii():
            return None
        try:
            return self.open(name, (text + "=" * (-len(text) % 4)).encode(), max_age=max_age)
        except SealError:
            return None

    def seal_stable(self, name: str, value: bytes) -> str:
        """Like `seal_text`, but always the same text for the same value, without a time: for links that are kept."""
        return base64.urlsafe_b64encode(self._stable.encrypt(value, [name.encode()])).decode().rstrip("=")

    def open_stable(self, name: str, text: str) -> bytes | None:
        """The value of a text from `seal_stable`; None for anything else."""
        if len(text) > MAX_TEXT_CHARS:
            return None
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return self._stable.decrypt(sealed, [name.encode()])
        except (InvalidTag, binascii.Error, ValueError):
            return None

    def tag(self, purpose: str, text: str) -> str:
        """24 lower-case characters that only this key gives for this text and purpose; always the same."""
        digest = hmac.digest(self._mac_key, f"{purpose}\0{text}".encode(), "sha256")
        return base64.b32encode(digest[:TAG_BYTES]).decode().lower()

    def sign(self, purpose: str, text: str) -> str:
        """The text as a token for one purpose. It survives a mail server that changes upper and lower case."""
        return f"{text}.{self.tag(purpose, text)}"

    def verify(self, purpose: str, token: str) -> str:
        """The text of a token that was signed here for this purpose; empty for any other."""
        text, _, tag = token.casefold().rpartition(".")
        return text if text and hmac.compare_digest(self.tag(purpose, text).encode(), tag.encode()) else ""


def open_sealer(file: Path, purpose: str, clock: Clock, *, secrets_newest_first: Sequence[str] = ()) -> Sealer:
    """A sealer with the given secrets, or with one that is kept in `file` (made when there is none).

    Where secrets are given and the file exists too, its secret still opens what was sealed with it. A key file keeps
    sealed values safe in a copied database or a backup of it, not from a person who can read the whole data folder.
    Raises `ConfigError`.
    """
    given = [secret.strip() for secret in secrets_newest_first if secret.strip()]
    if not given and not file.exists():
        make(file, secrets.token_urlsafe(48), purpose)
    kept = [read(file)] if file.exists() else []
    if kept and len(kept[0]) < MIN_SECRET_CHARS:
        raise ConfigError(f"{file} holds no key.", "Put it back from your backup, or delete it to make a new one.")
    return Sealer([*given, *kept], clock)


def _derive(secret: str, use: str, length: int) -> bytes:
    info = f"paperboy {use}".encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret.encode())


def make(file: Path, key: str, purpose: str) -> None:
    """Write a new key completely or not at all. Of two processes that start together, one wins.

    `purpose` is for the log: "the key that seals Slack's tokens".
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(f"{key}\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, file)
    except FileExistsError:
        return
    finally:
        draft.unlink()
    log.info("created %s, %s: keep it with your backups, but apart from the database", file, purpose)


def read(file: Path) -> str:
    """The key in a file. Warns when other users of this machine can read it. Raises `ConfigError`."""
    try:
        found = file.read_text(encoding="ascii").strip()
        mode = file.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} can't be read: {error}.", "Let Paperboy's user read it.") from None
    if mode & GROUP_AND_OTHERS:
        log.warning("%s can be read by other users of this machine: chmod 600 it", file)
    return found
