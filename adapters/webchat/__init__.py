"""The chat in the browser: what `make run` starts. A small platform of its own, kept in the adapter's storage."""

from adapters.webchat.settings import Settings, read_settings
from bot.chat.adapter import Adapter, AdapterFactory

ADAPTER = "adapters.webchat.post:build_adapter"  # imported only where the settings turn it on

make: AdapterFactory[Adapter] = AdapterFactory.for_settings(Settings, read_settings, ADAPTER)
