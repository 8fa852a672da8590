"""The adapter for Slack (https://docs.slack.dev)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.slack.settings import Settings
from bot.adapter_settings import read_section
from bot.chat.adapter import AdapterFactory, Setup

if TYPE_CHECKING:
    from adapters.slack.adapter import SlackAdapter


def _build(setup: Setup) -> SlackAdapter | None:
    """The adapter with these settings; None when Slack is turned off or has neither a bot token nor a client id."""
    settings = read_section("slack", setup.options, Settings)
    if not settings.enabled or not (settings.bot_token or settings.client_id):
        return None
    from adapters.slack.build import build  # noqa: PLC0415 - the SDK is loaded only where Slack is set up

    return build(settings, setup)


make = AdapterFactory(options=frozenset(Settings.__struct_fields__), build=_build)
