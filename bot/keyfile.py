"""A key kept in a file of its owner's: beside the database, so that a copy of that alone opens nothing."""

from __future__ import annotations

import logging
import os
import secrets
from pathlib import Path

from bot.errors import ConfigError

log = logging.getLogger(__name__)

OTHERS = 0o077  # the permissions of everybody but the owner


def make(file: Path, key: str, what: str) -> None:
    """Write a new key whole or not at all; of two processes that start together, one wins."""
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
    log.info("made %s, %s: keep it with your backups, but apart from the database", file, what)


def read(file: Path) -> str:
    """The key in a file; warns where others of this machine can read it. Raises `ConfigError`."""
    try:
        found = file.read_text(encoding="ascii").strip()
        open_to_others = file.stat().st_mode & OTHERS
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} can't be read: {error}.", "Let Paperboy's user read it.") from None
    if open_to_others:
        log.warning("%s can be read by other users of this machine: chmod 600 it", file)
    return found
