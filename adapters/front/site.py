"""What every room of the site stands on."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from adapters.front.secret import Secret
from adapters.front.settings import Settings
from bot.chat.adapter import Core, Shelf
from bot.chat.reading import Reading
from bot.clock import Clock


class Site(Struct, frozen=True, kw_only=True):
    """The settings, the core, and where the site is."""

    settings: Settings
    core: Core
    clock: Clock
    home: Path  # the data folder
    shelf: Shelf
    url: str  # where readers reach it, without a slash at the end
    secret: Secret

    @property
    def reading(self) -> Reading:
        return self.core.reading

    @property
    def authority(self) -> str:
        """In whose name ids are made that never change: the public host's, or this installation's own."""
        host = urlsplit(self.settings.public_url).hostname or ""
        return host if host and ":" not in host else f"{self.secret.name('authority')}.invalid"
