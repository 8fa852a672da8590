"""The data folder: votes, tokens and keys are in it, so it is its owner's alone."""

from contextlib import suppress
from pathlib import Path

from bot.errors import ConfigError

OWNER_ONLY = 0o700


def open_to_others(home: Path) -> str:
    """What to say when other users of the machine can read the data folder; empty when they can't."""
    is_open = home.stat().st_mode & 0o077
    return f"other users can read {home}, which holds tokens and keys - chmod 700 {home}" if is_open else ""


def make_home(home: Path) -> None:
    """Create the data folder, for its owner alone whatever the umask; so is one that exists and is empty.

    The permissions of a folder in use are its owner's choice. Raises `ConfigError`.
    """
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        home.mkdir(mode=OWNER_ONLY, exist_ok=True)
        is_empty = not any(home.iterdir())
    except OSError as error:
        raise ConfigError(f"The data folder {home} can't be created: {error}.", "Set PAPERBOY_HOME.") from error
    if is_empty:
        with suppress(PermissionError):  # a volume that belongs to another user
            home.chmod(OWNER_ONLY)
