"""A mail as it goes out: its headers, its two parts, and what no header may become. Pure."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy, Policy
from quopri import encodestring
from typing import Any

from msgspec import Struct

from adapters.email import address
from adapters.email.render import Foot, parts, shorter, straight
from adapters.email.settings import STAR, Settings
from bot.chat.message import Message, clean

MOST_BYTES = 100_000  # Gmail cuts off what is longer than 102 KB, and hides the link for leaving with it
SUBJECT = 110
NAME = "Paperboy"

_KEY = re.compile(r"[A-Za-z0-9._-]{1,60}", re.ASCII)


class Letter(Struct, frozen=True, kw_only=True):
    """A mail in its envelope."""

    sender: str  # where bounces go
    recipient: str
    content: bytes

    def __repr__(self) -> str:
        return f"Letter({len(self.content)} bytes)"


class _Verbatim(UnstructuredHeader):
    """A header for machines. The library would encode an address that is longer than a line, and spoil it."""

    max_count = 1

    def fold(self, *, policy: Policy[Any]) -> str:
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


class Writer:
    """Writes mails in our name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        name, self._from = address.named(settings.sender)
        self._name = name or NAME
        self._domain = settings.domain

    def message_id(self, key: str) -> str:
        """The same for a key, however often it is sent: mail systems drop the second of two."""
        left = key if _KEY.fullmatch(key) else hashlib.sha256(key.encode()).hexdigest()[:40]
        return f"{left}@{self._domain}"

    def write(
        self, message: Message, foot: Foot, *, to: str, key: str, tag: str, at: datetime, answers: str = ""
    ) -> Letter:
        """The mail for one reader. `tag` is the token that says who it is when the mail comes back; `answers` is the
        id of the mail that it goes with."""
        headers = self._headers(message.plain, to, key, at, foot.leave)
        if answers and "@" in answers and answers.isascii() and answers.isprintable() and not set(answers) & set("<> "):
            headers["In-Reply-To"] = headers["References"] = f"<{answers}>"
        content = _bytes(headers, message, foot)
        for less in shorter(message):
            if len(content) <= MOST_BYTES:
                break
            content = _bytes(headers, less, foot)
        return Letter(sender=self._bounce(tag), recipient=to, content=content)

    def _headers(self, subject: str, to: str, key: str, at: datetime, leave: str) -> dict[str, object]:
        found: dict[str, object] = {
            "From": Address(self._name, addr_spec=self._from),
            "To": to,
            "Subject": clean(str(straight(subject)), SUBJECT) or NAME,
            "Date": at,
            "Message-ID": f"<{self.message_id(key)}>",
            "List-Id": f"{NAME} <paperboy.{self._domain}>",
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        }
        return found | ({"Reply-To": self._settings.reply_to} if self._settings.reply_to else {})

    def _bounce(self, tag: str) -> str:
        return address.named((self._settings.bounce or self._from).replace(STAR, tag))[1]


def _policy() -> EmailPolicy[EmailMessage]:
    headers = HeaderRegistry()
    for name in ("To", "Message-ID", "In-Reply-To", "References", "List-Id", "List-Unsubscribe"):
        headers.map_to_type(name, _Verbatim)  # type: ignore[arg-type]  # the registry mixes it with the base class
    return SMTP.clone(cte_type="7bit", header_factory=headers)


_POLICY = _policy()


def _bytes(headers: Mapping[str, object], message: Message, foot: Foot) -> bytes:
    made = EmailMessage(policy=_POLICY)
    for name, value in headers.items():
        made[name] = value
    both = parts(message, foot)
    made.set_content(both.plain, cte=_encoding(both.plain))
    made.add_alternative(both.html, subtype="html", cte=_encoding(both.html))
    return made.as_bytes()


def _encoding(words: str) -> str:
    """The shorter of the two that every server takes."""
    raw = words.encode()
    return "base64" if len(b64encode(raw)) * 78 // 76 < len(encodestring(raw)) else "quoted-printable"
