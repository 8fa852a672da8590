"""Addresses: which ones we write to, and in which form. Pure."""

from __future__ import annotations

import re
from email.utils import parseaddr

from bot.chat.message import clean
from bot.errors import AskError

MOST = 254  # RFC 5321 4.5.3.1.3, less the angle brackets
MOST_LOCAL = 64

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_HINT = "It looks like ada@example.org."


def parse(raw: str) -> str:
    """The address as we send to it. Raises `AskError` for what is none, or has more in it than an address."""
    local, at, domain = raw.strip().rpartition("@")
    if not at or not local or not domain:
        raise AskError("That is no e-mail address.", _HINT)
    if not local.isascii():
        raise AskError("Addresses with other letters than a to z before the @ can't be written to yet.", _HINT)
    host = _host(domain)
    if not _LOCAL.fullmatch(local) or len(local) > MOST_LOCAL or not host or len(f"{local}@{host}") > MOST:
        raise AskError("That is no e-mail address.", _HINT)
    return f"{local}@{host}"


def same(address: str) -> str:
    """What two spellings of one address share. Nearly no server tells `Ada@` from `ada@`."""
    return address.casefold()


def domain(address: str) -> str:
    return address.rpartition("@")[2]


def named(raw: str) -> tuple[str, str]:
    """The name and the address of `Paperboy <papers@example.org>`. Raises `AskError`."""
    name, address = parseaddr(raw) if raw.isprintable() else ("", "")
    return clean(name, 80), parse(address)


def _host(raw: str) -> str:
    """A domain in the letters that mail servers know; empty for what can't be one."""
    try:
        host = raw.encode("idna").decode("ascii").casefold().removesuffix(".")
    except UnicodeError:
        return ""
    labels = host.split(".")
    known = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    return host if known and not labels[-1].isdecimal() else ""
