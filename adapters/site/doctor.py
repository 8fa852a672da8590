"""`paperboy doctor`: can readers reach the site, and are they counted separately?"""

from collections.abc import Sequence

from adapters.site.settings import Settings
from bot.chat.adapter import Finding
from bot.http_server import LOCAL_HOSTS


def check_setup(settings: Settings) -> Sequence[Finding]:
    """Check the settings; sends nothing over the network."""
    if not settings.public_url:
        hint = "Other machines get error 421. Set public_url in [adapters.site] to the address that readers use."
        return [Finding.check(f"site on {settings.host}", settings.host in LOCAL_HOSTS, hint)]
    is_https = settings.public_url.startswith("https:")
    has_addresses = settings.proxied or settings.host not in LOCAL_HOSTS
    proxy_hint = "Put a proxy with https in front of it, and write https:// in public_url."
    count_hint = "All readers are counted as one. Set proxied = true in [adapters.site]."
    return [
        Finding.check(f"site at {settings.public_url}", is_https, proxy_hint),
        Finding.check("readers' addresses", has_addresses, count_hint),
    ]
