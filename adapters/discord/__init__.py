"""Paperboy in Discord."""

from adapters.discord.settings import Settings, read_settings
from bot.chat.adapter import Adapter, AdapterFactory

ADAPTER = "adapters.discord.adapter:DiscordAdapter"  # imported only where the settings turn it on

make: AdapterFactory[Adapter] = AdapterFactory.for_settings(Settings, read_settings, ADAPTER)
