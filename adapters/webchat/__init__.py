"""The chat in the browser: what `make run` starts. It is its own small platform, kept on its shelf."""

from __future__ import annotations

from adapters.webchat.post import WebchatAdapter
from adapters.webchat.room import Room
from bot.chat.adapter import Setup
from bot.errors import ConfigError

OPTIONS = frozenset({"enabled", "host", "port"})
PORT = 8420
MOST_PORT = 65_535


def make(setup: Setup) -> WebchatAdapter | None:
    """The adapter of these settings; None when it is turned off (`enabled = false`)."""
    options = dict(setup.options)
    if str(options.pop("enabled", "true")).casefold() in {"false", "0", "no", "off"}:
        return None
    host, port = str(options.pop("host", "127.0.0.1")), str(options.pop("port", PORT))
    if not port.isdecimal() or int(port) > MOST_PORT:
        raise ConfigError(f"[adapters.web] port: {port!r} is no port.", "Give a number, or 0 for any free one.")
    if options:
        raise ConfigError(f"[adapters.web] has no setting {sorted(options)[0]!r}.", "It has enabled, host and port.")
    return WebchatAdapter(Room(setup.storage, setup.clock), host, int(port))
