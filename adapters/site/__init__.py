"""The site: the day's papers to browse, with feeds and an API. It takes votes of signed-in people and posts nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.site.settings import Settings, read_settings
from bot.chat.adapter import AdapterFactory, Setup

if TYPE_CHECKING:
    from adapters.site.adapter import SiteAdapter


def _build(setup: Setup) -> SiteAdapter | None:
    """The adapter for these settings; None when it is turned off (`enabled = false`)."""
    settings = read_settings(setup.options)
    if not settings.enabled:
        return None
    from adapters.site.adapter import SiteAdapter  # noqa: PLC0415 - a site that is turned off costs no start-up time

    return SiteAdapter(settings, setup)


make = AdapterFactory(options=frozenset(Settings.__struct_fields__), build=_build)
