"""The chat in the browser: what `make run` starts. A small platform of its own, kept in the adapter's storage."""

from __future__ import annotations

from adapters.webchat.chat_state import ChatState
from adapters.webchat.history import History
from adapters.webchat.post import WebchatAdapter
from adapters.webchat.settings import OPTIONS, read_settings
from bot.chat.adapter import AdapterFactory, Setup


def _build(setup: Setup) -> WebchatAdapter | None:
    """The adapter for these settings; None when it is turned off (`enabled = false`)."""
    settings = read_settings(setup.options)
    return WebchatAdapter(ChatState(History(setup.storage), setup.clock), settings) if settings.enabled else None


make = AdapterFactory(options=OPTIONS, build=_build)
