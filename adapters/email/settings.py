"""The section `[adapters.email]` of the settings."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from adapters.email import address
from bot.adapter_settings import is_web_address, read_section
from bot.errors import AskError, ConfigError
from bot.http_server import LOCAL_HOSTS

Port = Annotated[int, Meta(ge=0, le=65_535)]
Seconds = Annotated[float, Meta(ge=0)]

DEFAULT_PORTS = {"starttls": 587, "tls": 465, "none": 25}
BOUNCE_PLACEHOLDER = "*"  # replaced by the subscriber's token in the bounce address


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that can be set. Its repr leaves the secrets out."""

    enabled: bool = True
    host: str = ""  # the mail server that we hand mail to
    port: Port = 0  # 0: the default of `tls`
    user: str = ""
    password: str = ""
    tls: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: str = ""  # a certificate authority to trust
    sender: str = ""  # Paperboy <papers@example.org>
    reply_to: str = ""
    bounce: str = ""  # where bounces go, e.g. bounces+*@example.org; empty: the sender
    base_url: str = ""  # https://papers.example.org: where readers reach the pages
    listen_host: str = "127.0.0.1"
    listen_port: Port = 8425
    proxied: bool = False  # a proxy before the pages sets X-Forwarded-For
    secret: str = ""  # seals addresses and signs links; empty: generated and stored in the data folder
    report_token: str = ""  # for handing in bounces and complaints; empty: not accepted
    pace: Seconds = 0.1  # seconds between two mails to one domain
    confirm_seconds: Seconds = 60.0  # that the mail server may take to confirm a mail: spam filters are slow
    unsure: Literal["gap", "repeat"] = "gap"  # for a mail that may have arrived: give it up, or send it again

    def __repr__(self) -> str:
        return f"Settings(host={self.host!r}, base_url={self.base_url!r})"

    @property
    def smtp_port(self) -> int:
        return self.port or DEFAULT_PORTS[self.tls]

    @property
    def domain(self) -> str:
        """The sender's domain, used in message ids and the list id."""
        return address.domain(address.parse_named(self.sender)[1])


def read_settings(options: Mapping[str, object]) -> Settings | None:
    """The settings; None without a host, or when turned off. Raises `ConfigError`."""
    found = read_section("email", options, Settings)
    if not found.enabled or not found.host:
        return None
    _validate(found)
    return msgspec.structs.replace(found, base_url=found.base_url.rstrip("/"))


def _validate(found: Settings) -> None:
    for name in ("sender", "reply_to", "bounce"):
        value: str = getattr(found, name).replace(BOUNCE_PLACEHOLDER, "x") if name == "bounce" else getattr(found, name)
        if value or name == "sender":
            _validate_address(name, value)
    if not is_web_address(found.base_url):
        hint = "Set the address at which readers reach the pages, for example https://papers.example.org."
        raise _error(f"base_url: {found.base_url!r} isn't a web address.", hint)
    if found.password and found.tls == "none" and found.host not in LOCAL_HOSTS:
        raise _error("password: it would be sent without encryption.", 'Set tls = "starttls" or "tls".')


def _validate_address(name: str, value: str) -> None:
    try:
        address.parse_named(value)
    except AskError as error:
        raise _error(f"{name}: {error.message}", "Write Paperboy <papers@example.org>.") from None


def _error(what: str, hint: str) -> ConfigError:
    return ConfigError(f"[adapters.email] {what}", hint)
