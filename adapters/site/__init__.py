"""The front page: the day's papers for anyone to browse, with feeds and an API; it hears votes and posts nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.site.settings import Settings, read
from bot.chat.adapter import AdapterFactory, Setup

if TYPE_CHECKING:
    from adapters.site.server import SiteAdapter


def _build(setup: Setup) -> SiteAdapter | None:
    """The adapter of these settings; None when it is turned off (`enabled = false`)."""
    settings = read(setup.options)
    if not settings.enabled:
        return None
    from adapters.site.server import SiteAdapter  # noqa: PLC0415 - what is turned off costs no start-up time

    return SiteAdapter(settings, setup)


make = AdapterFactory(options=frozenset(Settings.__struct_fields__), build=_build)
