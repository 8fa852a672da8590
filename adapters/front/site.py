"""What every room of the site stands on."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

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

    @property
    def reading(self) -> Reading:
        return self.core.reading
