"""The section `[adapters.site]` of the settings, read once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from yarl import URL

from bot.errors import ConfigError

Rate = Annotated[int, Meta(ge=1)]
Port = Annotated[int, Meta(ge=0, le=65_535)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set. Not shown in logs: it holds secrets."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: Port = 8430
    public_url: str = ""  # https://papers.example.org: where readers reach it; empty: for this machine alone
    name: str = "Paperboy"  # of the site, in titles and feeds
    proxied: bool = False  # a proxy of ours stands before the site and says who asks
    address_per_minute: Rate = 60  # requests to the API from one address
    key_per_minute: Rate = 600  # and with one key
    searches_per_minute: Rate = 300  # pages and feeds from one address that something is looked for, once it is public

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


def read(options: Mapping[str, object]) -> Settings:
    """The settings. Raises `ConfigError`."""
    unknown = sorted(set(options) - set(Settings.__struct_fields__))
    if unknown:
        raise _wrong(f"has no setting {unknown[0]!r}.", f"It has {', '.join(Settings.__struct_fields__)}.")
    try:
        found = msgspec.convert(dict(options), Settings, strict=False)
    except msgspec.ValidationError as error:
        raise _wrong(f"can't be read: {error}.", "docs/front-page.md lists what can be set.") from None
    if found.public_url and not _is_site(found.public_url):
        raise _wrong(f"public_url: {found.public_url!r} is no web address.", "Write https://papers.example.org.")
    for platform, home in (("slack", "team"), ("discord", "guild")):
        _check_sign_in(found, platform, (f"{platform}_client_id", f"{platform}_client_secret", f"{platform}_{home}"))
    return msgspec.structs.replace(found, public_url=found.public_url.rstrip("/"))


def _check_sign_in(found: Settings, platform: str, names: tuple[str, ...]) -> None:
    """All or nothing; and nobody's session over a wire that others can read."""
    missing = [name for name in names if not getattr(found, name)]
    if len(missing) == len(names):
        return
    if missing:
        raise _wrong(f"{names[0]} needs {' and '.join(missing)}.", "docs/sign-in.md says where to find them.")
    for name in (f"{platform}_url", "public_url"):
        if (url := getattr(found, name)) and not (_is_site(url) and _is_private(url)):
            raise _wrong(f"{name}: sign-in needs https.", "Only addresses of this machine can do without.")


def _is_private(url: str) -> bool:
    parts = URL(url)
    return parts.scheme == "https" or parts.host in {"127.0.0.1", "localhost", "::1"}


def _is_site(url: str) -> bool:
    try:
        parts = URL(url)
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and not set(url) & set(" <>\"'{}")
    bare = parts.path in {"", "/"} and not (parts.query_string or parts.fragment or parts.user)
    return plain and parts.scheme in {"http", "https"} and bool(parts.host) and bare


def _wrong(what: str, hint: str) -> ConfigError:
    return ConfigError(f"[adapters.site] {what}", hint)
