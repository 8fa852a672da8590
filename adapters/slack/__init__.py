"""Paperboy in Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.slack.settings import Settings, read_settings
from bot.chat.adapter import Setup

if TYPE_CHECKING:
    from adapters.slack.adapter import SlackAdapter

OPTIONS = frozenset(Settings.__struct_fields__)


def make(setup: Setup) -> SlackAdapter | None:
    """The adapter of these settings; None without a bot token and without a client id, or when it is turned off."""
    options = read_settings(setup.options)
    if not options.enabled or not (options.bot_token or options.client_id):
        return None
    from adapters.slack.build import build  # noqa: PLC0415 - the SDK is loaded only where Slack is set up

    return build(options, setup)
