"""A mail as it goes out: its headers and its two parts. Pure."""

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
from typing import Any, TypeAlias

from msgspec import Struct

from adapters.email import address
from adapters.email.render import Foot, one_line, render_mail, shortened
from adapters.email.settings import BOUNCE_PLACEHOLDER, Settings
from bot.chat.message import Message, clean, with_pictures

MAX_MAIL_BYTES = 100_000  # Gmail cuts mails off after 102 KB, and the unsubscribe link with it
MAX_SUBJECT_CHARS = 110
NAME = "Paperboy"

_MESSAGE_ID = re.compile(r"[!-;=?-~]+@[!-;=?-~]+", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9._-]{1,60}", re.ASCII)


Pictures: TypeAlias = Mapping[str, bytes]
"""JPEGs by the names that cards have."""


class OutgoingMail(Struct, frozen=True, kw_only=True):
    """A mail and its envelope."""

    sender: str  # where bounces go
    recipient: str
    content: bytes

    def __repr__(self) -> str:
        return f"OutgoingMail({len(self.content)} bytes)"


class _Verbatim(UnstructuredHeader):
    """A header for programs. The library would encode, and so break, an address that is longer than a line."""

    max_count = 1

    def fold(self, *, policy: Policy[Any]) -> str:
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


class MailWriter:
    """Writes mails with our sender."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        name, self._from = address.parse_named(settings.sender)
        self._name = name or NAME
        self._domain = settings.domain

    def message_id(self, key: str) -> str:
        """The same for the same delivery key: many mail systems drop the second of two mails."""
        left = key if _KEY.fullmatch(key) else hashlib.sha256(key.encode()).hexdigest()[:40]
        return f"{left}@{self._domain}"

    def write(
        self,
        message: Message,
        foot: Foot,
        pictures: Pictures,
        *,
        to: str,
        key: str,
        token: str,
        at: datetime,
        thread: str = "",
    ) -> OutgoingMail:
        """The mail for one reader. `token` identifies the reader when the mail comes back, `thread` the mail that it
        answers, if any."""
        headers = self._headers(message.plain, to, key, at, foot.unsubscribe_url)
        if _MESSAGE_ID.fullmatch(thread):
            headers["In-Reply-To"] = headers["References"] = f"<{thread}>"
        ids = {name: f"{name.replace('/', '.').replace(':', '.')}@{self._domain}" for name in pictures}
        shown = with_pictures(message, ids)
        shorter = shortened(shown)
        mail = _mail(headers, shown, foot)
        while len(content := mail.as_bytes()) > MAX_MAIL_BYTES and (less := next(shorter, None)):
            mail = _mail(headers, less, foot)
        if pictures and (page := mail.get_body(("html",))):
            for name, jpeg in pictures.items():
                page.add_related(jpeg, "image", "jpeg", cid=f"<{ids[name]}>", disposition="inline")
            content = mail.as_bytes()
        sender = address.parse_named((self._settings.bounce or self._from).replace(BOUNCE_PLACEHOLDER, token))[1]
        return OutgoingMail(sender=sender, recipient=to, content=content)

    def _headers(self, subject: str, to: str, key: str, at: datetime, unsubscribe_url: str) -> dict[str, object]:
        found: dict[str, object] = {
            "From": Address(self._name, addr_spec=self._from),
            "To": to,
            "Subject": clean(str(one_line(subject)), MAX_SUBJECT_CHARS) or NAME,
            "Date": at,
            "Message-ID": f"<{self.message_id(key)}>",
            "List-Id": f"{NAME} <paperboy.{self._domain}>",
            "List-Unsubscribe": f"<{unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        }
        return found | ({"Reply-To": self._settings.reply_to} if self._settings.reply_to else {})


def _policy() -> EmailPolicy[EmailMessage]:
    headers = HeaderRegistry()
    for name in ("To", "Message-ID", "In-Reply-To", "References", "List-Id", "List-Unsubscribe"):
        headers.map_to_type(name, _Verbatim)  # type: ignore[arg-type]  # the registry mixes it with the base class
    return SMTP.clone(cte_type="7bit", header_factory=headers)


_POLICY = _policy()


def _mail(headers: Mapping[str, object], message: Message, foot: Foot) -> EmailMessage:
    made = EmailMessage(policy=_POLICY)
    for name, value in headers.items():
        made[name] = value
    body = render_mail(message, foot)
    made.set_content(body.plain, cte=_encoding(body.plain))
    made.add_alternative(body.html, subtype="html", cte=_encoding(body.html))
    return made


def _encoding(text: str) -> str:
    """The shorter of the two encodings that every server accepts."""
    raw = text.encode()
    return "base64" if len(b64encode(raw)) * 78 // 76 < len(encodestring(raw)) else "quoted-printable"
