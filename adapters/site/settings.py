"""The settings of `[adapters.site]`."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from yarl import URL

from bot.adapter_settings import is_web_address, read_section
from bot.chat.adapter import Finding
from bot.errors import ConfigError
from bot.http_server import LOCAL_HOSTS

PerMinute = Annotated[int, Meta(ge=1)]
Port = Annotated[int, Meta(ge=0, le=65_535)]


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that can be set. Not entry in logs: it holds secrets."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: Port = 8430
    public_url: str = ""  # https://papers.example.org: where readers reach it; empty: this machine only
    name: str = "Paperboy"  # of the site, in titles and feeds
    proxied: bool = False  # a proxy of yours is in front of the site and sets X-Forwarded-For
    address_per_minute: PerMinute = 60  # requests to the API from one address
    key_per_minute: PerMinute = 600  # requests to the API with one key
    pages_per_minute: PerMinute = 300  # pages and feeds made for one address, once the site is public

    slack_client_id: str = ""  # sign-in with Slack: all three, or none (docs/sign-in.md)
    slack_client_secret: str = ""
    slack_team: str = ""  # T0123ABCD: the workspace whose members may vote
    slack_url: str = "https://slack.com"
    discord_client_id: str = ""  # sign-in with Discord: all three, or none
    discord_client_secret: str = ""
    discord_guild: str = ""  # the server whose members may vote
    discord_url: str = "https://discord.com"

    def __repr__(self) -> str:
        return f"Settings(host={self.host!r}, port={self.port}, public_url={self.public_url!r})"

    @property
    def is_public(self) -> bool:
        """Whether strangers can reach the site."""
        return bool(self.public_url) or self.host not in LOCAL_HOSTS


def read_settings(options: Mapping[str, object]) -> Settings | None:
    """The settings; None when turned off. Raises `ConfigError`."""
    settings = read_section("site", options, Settings)
    if settings.public_url and not is_web_address(settings.public_url, is_origin=True):
        raise _error(
            f"public_url: {settings.public_url!r} isn't the address of a site.", "Write https://papers.example.org."
        )
    for platform, home in (("slack", "team"), ("discord", "guild")):
        _check_sign_in(settings, platform, (f"{platform}_client_id", f"{platform}_client_secret", f"{platform}_{home}"))
    return msgspec.structs.replace(settings, public_url=settings.public_url.rstrip("/")) if settings.enabled else None


def check_setup(settings: Settings) -> Sequence[Finding]:
    """For `paperboy doctor`: can readers reach the site, and are they counted separately? Sends nothing."""
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


def _check_sign_in(settings: Settings, platform: str, names: tuple[str, ...]) -> None:
    """All of a platform's settings or none, and https, so that no one on the way can read a session."""
    missing = [name for name in names if not getattr(settings, name)]
    if len(missing) == len(names):
        return
    if missing:
        raise _error(f"{names[0]} needs {' and '.join(missing)}.", "docs/sign-in.md says where to find them.")
    for name in (f"{platform}_url", "public_url"):
        if (url := getattr(settings, name)) and not (is_web_address(url, is_origin=True) and _is_private(url)):
            raise _error(f"{name}: sign-in needs https.", "Only addresses of this machine can do without.")


def _is_private(url: str) -> bool:
    parts = URL(url)
    return parts.scheme == "https" or parts.host in LOCAL_HOSTS


def _error(problem: str, hint: str) -> ConfigError:
    return ConfigError(f"[adapters.site] {problem}", hint)
