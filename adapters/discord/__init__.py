"""Paperboy in Discord."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.discord.settings import Settings, read_settings
from bot.chat.adapter import AdapterFactory, Setup

if TYPE_CHECKING:
    from adapters.discord.adapter import DiscordAdapter


def _build(setup: Setup) -> DiscordAdapter | None:
    """The adapter of these settings; None when there is no token (`DISCORD_TOKEN`)."""
    settings = read_settings(setup.options)
    if settings is None:
        return None
    from adapters.discord.adapter import DiscordAdapter  # noqa: PLC0415 - the library takes a while to load

    return DiscordAdapter(settings, setup)


make = AdapterFactory(options=frozenset(Settings.__struct_fields__), build=_build)
