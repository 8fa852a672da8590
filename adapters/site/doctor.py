"""`paperboy doctor`: can readers reach the site, and are they counted separately?"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.site.settings import Settings
from bot.chat.adapter import Finding
from bot.http_server import LOCAL_HOSTS


def check_setup(settings: Settings) -> Sequence[Finding]:
    """Check the settings; sends nothing over the network."""
    if not settings.public_url:
        is_local = settings.host in LOCAL_HOSTS
        hint = "Other machines get error 421. Set public_url in [adapters.site] to the address that readers use."
        return [Finding(what=f"site on {settings.host}", ok=is_local, hint="" if is_local else hint)]
    is_https = settings.public_url.startswith("https:")
    has_addresses = settings.proxied or settings.host not in LOCAL_HOSTS
    return [
        Finding(
            what=f"site at {settings.public_url}",
            ok=is_https,
            hint="" if is_https else "Put a proxy with https in front of it, and write https:// in public_url.",
        ),
        Finding(
            what="readers' addresses",
            ok=has_addresses,
            hint="" if has_addresses else "All readers are counted as one. Set proxied = true in [adapters.site].",
        ),
    ]
