"""Paperboy in Slack."""

from __future__ import annotations

from bot.chat.adapter import Posts, Setup


def make(setup: Setup) -> Posts | None:
    """The Slack adapter, when it is configured."""
    return None
