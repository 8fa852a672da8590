"""What every room of the site stands on."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from adapters.site.secret import Secret
from adapters.site.settings import Settings
from bot.chat.adapter import Core, KeyValue
from bot.chat.catalog import Catalog
from bot.clock import Clock


class Site(Struct, frozen=True, kw_only=True):
    """The settings, the core, and where the site is."""

    settings: Settings
    core: Core
    clock: Clock
    home: Path  # the data folder
    storage: KeyValue
    url: str  # where readers reach it, without a slash at the end
    secret: Secret

    @property
    def catalog(self) -> Catalog:
        return self.core.catalog

    @property
    def authority(self) -> str:
        """In whose name ids are made that never change: the public host's, or this installation's own."""
        host = urlsplit(self.settings.public_url).hostname or ""
        return host if host and ":" not in host else f"{self.secret.name('authority')}.invalid"
