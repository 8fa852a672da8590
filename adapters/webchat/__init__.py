"""The chat in the browser: what `make run` starts. A small platform of its own, kept in the adapter's storage."""

from adapters.webchat.chat_state import ChatState
from adapters.webchat.history import History
from adapters.webchat.post import WebchatAdapter
from adapters.webchat.settings import Settings
from bot.adapter_settings import read_section
from bot.chat.adapter import AdapterFactory, Setup


def _build(setup: Setup) -> WebchatAdapter | None:
    """The adapter for these settings; None when it is turned off (`enabled = false`)."""
    settings = read_section("web", setup.options, Settings)
    state = ChatState(History(setup.storage), setup.clock)
    return WebchatAdapter(state, settings, setup.tasks) if settings.enabled else None


make = AdapterFactory(options=frozenset(Settings.__struct_fields__), build=_build)
