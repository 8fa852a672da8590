"""`paperboy doctor`: who can reach the browser chat?"""

from collections.abc import Sequence

from adapters.webchat.settings import Settings
from bot.chat.adapter import Finding
from bot.http_server import LOCAL_HOSTS


def check_setup(settings: Settings) -> Sequence[Finding]:
    """The chat has no sign-in, so it belongs on a loopback address."""
    hint = 'Anyone who reaches the browser chat is an admin there. Set host = "127.0.0.1" in [adapters.web].'
    return [Finding.check(f"browser chat on {settings.host}", settings.host in LOCAL_HOSTS, hint)]
