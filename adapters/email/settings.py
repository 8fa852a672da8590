"""The section `[adapters.email]` of the settings, read once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from adapters.email import address
from bot.errors import AskError, ConfigError

Port = Annotated[int, Meta(ge=0, le=65_535)]
Seconds = Annotated[float, Meta(ge=0)]

PORTS = {"starttls": 587, "tls": 465, "none": 25}
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
SECRET_CHARS = 32
STAR = "*"  # stands for the subscriber in the bounce address


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set. Not shown in logs: it holds secrets."""

    enabled: bool = True
    host: str = ""  # the mail server that takes our mail
    port: Port = 0  # 0: the usual one for `tls`
    user: str = ""
    password: str = ""
    tls: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: str = ""  # a certificate authority of your own
    sender: str = ""  # Paperboy <papers@example.org>
    reply_to: str = ""
    bounce: str = ""  # where bounces go, e.g. bounces+*@example.org; empty: the sender
    base_url: str = ""  # https://papers.example.org: where readers reach the pages
    listen_host: str = "127.0.0.1"
    listen_port: Port = 8425
    proxied: bool = False  # a proxy of ours stands before the pages and says who asks
    secret: str = ""  # seals addresses and signs links; empty: made and kept in the data folder
    report_token: str = ""  # for handing in bounces and complaints; empty: not taken
    pace: Seconds = 0.1  # between two mails to one domain
    unsure: Literal["gap", "repeat"] = "gap"  # what becomes of a mail that may have arrived

    def __repr__(self) -> str:
        return f"Settings(host={self.host!r}, base_url={self.base_url!r})"

    @property
    def smtp_port(self) -> int:
        return self.port or PORTS[self.tls]

    @property
    def domain(self) -> str:
        """The sender's domain: message ids and the list's id are in it."""
        return address.domain(address.named(self.sender)[1])


def read(options: Mapping[str, object]) -> Settings | None:
    """The settings; None without a host, or when turned off. Raises `ConfigError`."""
    unknown = sorted(set(options) - set(Settings.__struct_fields__))
    if unknown:
        raise _wrong(f"has no setting {unknown[0]!r}.", f"It has {', '.join(Settings.__struct_fields__)}.")
    try:
        found = msgspec.convert(dict(options), Settings, strict=False)
    except msgspec.ValidationError as error:
        raise _wrong(f"can't be read: {error}.", "docs/email.md lists what can be set.") from None
    if not found.enabled or not found.host:
        return None
    _check(found)
    return msgspec.structs.replace(found, base_url=found.base_url.rstrip("/"))


def _check(found: Settings) -> None:
    for name in ("sender", "reply_to", "bounce"):
        value: str = getattr(found, name).replace(STAR, "x") if name == "bounce" else getattr(found, name)
        if value or name == "sender":
            _check_address(name, value)
    if not _is_page(found.base_url):
        hint = "Give the address at which readers reach the pages: https://papers.example.org."
        raise _wrong(f"base_url: {found.base_url!r} is no web address.", hint)
    if found.secret and len(found.secret) < SECRET_CHARS:
        raise _wrong("secret: too short.", f"Give at least {SECRET_CHARS} random characters, or leave it out.")
    if found.password and found.tls == "none" and found.host not in LOOPBACK:
        raise _wrong("password: it would go over the net unsealed.", 'Set tls = "starttls" or "tls".')


def _check_address(name: str, value: str) -> None:
    try:
        address.named(value)
    except AskError as error:
        raise _wrong(f"{name}: {error.message}", "Write Paperboy <papers@example.org>.") from None


def _is_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and not set(url) & set(" <>\"'{}")
    return plain and parts.scheme in {"http", "https"} and bool(parts.hostname) and not (parts.query or parts.fragment)


def _wrong(what: str, hint: str) -> ConfigError:
    return ConfigError(f"[adapters.email] {what}", hint)
