"""A secret in a file that only its owner can read. It lies beside the database: a copy of that alone opens nothing."""

import logging
import os
import secrets
from pathlib import Path

from bot.errors import ConfigError

log = logging.getLogger(__name__)

GROUP_AND_OTHERS = 0o077  # the permission bits that no one but the owner should have


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
