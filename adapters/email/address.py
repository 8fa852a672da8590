"""E-mail addresses: which ones we write to, and in which form. Pure."""

import re
from email.utils import parseaddr

import idna

from bot.chat.message import clean
from bot.errors import AskError

MAX_ADDRESS_CHARS = 254  # RFC 5321 4.5.3.1.3, without the angle brackets
MAX_LOCAL_CHARS = 64  # RFC 5321 4.5.3.1.1
MAX_RAW_CHARS = 400  # as typed; a domain in another alphabet is hardly ever longer than in ASCII
MAX_NAME_CHARS = 80
GMAIL_DOMAINS = frozenset({"gmail.com", "googlemail.com"})  # support.google.com/mail/answer/7436150

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_HINT = "Use the form ada@example.org."


def parse(raw: str) -> str:
    """The address as we send to it. Raises `AskError` for anything but one plain address."""
    local, at, host = raw.strip().rpartition("@")
    if not at or not local or not host or len(raw) > MAX_RAW_CHARS:
        raise AskError("I can't read this e-mail address.", _HINT)
    if not local.isascii():
        raise AskError("I can't write to addresses with letters other than a to z before the @ yet.", _HINT)
    host = _ascii_domain(host)
    if not _LOCAL.fullmatch(local) or len(local) > MAX_LOCAL_CHARS or not host:
        raise AskError("I can't read this e-mail address.", _HINT)
    if len(f"{local}@{host}") > MAX_ADDRESS_CHARS:
        raise AskError("This e-mail address is too long.", _HINT)
    return f"{local}@{host}"


def normalised(address: str) -> str:
    """One spelling for all spellings of an address. Hardly any server distinguishes `Ada@` from `ada@`."""
    return address.casefold()


def mailbox(address: str) -> str:
    """The mailbox of an address: without the `+tag` that most servers ignore, and without the dots where Gmail does."""
    local, _, host = normalised(address).rpartition("@")
    local = local.partition("+")[0] or local
    return f"{local.replace('.', '') if host in GMAIL_DOMAINS else local}@{host}"


def domain(address: str) -> str:
    return address.rpartition("@")[2]


def parse_named(raw: str) -> tuple[str, str]:
    """The name and the address of `Paperboy <papers@example.org>`. Raises `AskError`."""
    name, address = parseaddr(raw) if raw.isprintable() and len(raw) <= MAX_RAW_CHARS else ("", "")
    return clean(name, MAX_NAME_CHARS), parse(address)


def _ascii_domain(raw: str) -> str:
    """A domain in the letters that mail servers know (IDNA 2008, UTS 46); empty for an invalid one."""
    try:
        host = raw.lower() if raw.isascii() else idna.encode(raw, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""
    host = host.removesuffix(".")
    labels = host.split(".")
    is_valid = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    return host if is_valid and not labels[-1].isdecimal() else ""
