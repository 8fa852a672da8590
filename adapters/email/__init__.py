"""Paperboy by e-mail."""

from adapters.email.settings import Settings, read_settings
from bot.chat.adapter import Adapter, AdapterFactory

ADAPTER = "adapters.email.sending.adapter:build_adapter"  # imported only where the settings turn it on

make: AdapterFactory[Adapter] = AdapterFactory.for_settings(Settings, read_settings, ADAPTER)
