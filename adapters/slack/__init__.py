"""The adapter for Slack (https://docs.slack.dev)."""

from adapters.slack.settings import Settings, read_settings
from bot.chat.adapter import Adapter, AdapterFactory

make: AdapterFactory[Adapter] = AdapterFactory.for_settings(Settings, read_settings, "adapters.slack.build:build")
