"""The section `[adapters.front]` of the settings, read once."""

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
    return msgspec.structs.replace(found, public_url=found.public_url.rstrip("/"))


def _is_site(url: str) -> bool:
    try:
        parts = URL(url)
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and not set(url) & set(" <>\"'{}")
    return plain and parts.scheme in {"http", "https"} and bool(parts.host) and not (parts.query or parts.fragment)


def _wrong(what: str, hint: str) -> ConfigError:
    return ConfigError(f"[adapters.front] {what}", hint)
