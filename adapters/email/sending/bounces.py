"""Bounces (RFC 3464) and complaints (RFC 5965): what a report says, and which mail it is about. Pure.

An address in a report proves nothing: anyone can write one. A subscriber is identified by the token that only their
mail contained, or by the id of a mail that we sent.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import compat32
from typing import Literal

from msgspec import Struct

from adapters.email import errors

MAX_IDENTIFIERS = 20  # tokens and message ids read from one report
ORIGINAL = {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"}

_TOKEN = re.compile(r"\b([a-z2-7]{24}\.[a-z2-7]{24})\b", re.IGNORECASE | re.ASCII)
_ID = re.compile(r"<([^<>@\s]{1,64})@[^<>\s]+>")


class Report(Struct, frozen=True, kw_only=True):
    """A report that a mail server or provider sent back."""

    kind: Literal["bounce", "complaint"]
    status: str = ""  # 5.1.1
    tokens: tuple[str, ...] = ()  # as written there; to be verified
    keys: tuple[str, ...] = ()  # delivery keys from message ids, as written there


def read_report(raw: bytes) -> Report | None:
    """The report in a mail; None for anything else, such as a delay, a success or an out-of-office reply."""
    try:
        mail = message_from_bytes(raw, policy=compat32)
        parts = list(mail.walk())
    except (RecursionError, ValueError, LookupError):  # malformed on purpose
        return None
    if any(part.get_content_type() == "message/feedback-report" for part in parts):
        return _report(mail, parts, "complaint") if _is_complaint(parts) else None
    gone = next((status for status in _failures(parts) if errors.is_mailbox_gone(550, status)), "")
    return _report(mail, parts, "bounce", gone) if gone else None


def _report(mail: Mail, parts: list[Mail], kind: Literal["bounce", "complaint"], status: str = "") -> Report:
    where = "\n".join([*_headers(mail, "To", "Delivered-To", "X-Original-To"), *_original(parts, "List-Unsubscribe")])
    ids = "\n".join(_original(parts, "Message-ID"))
    return Report(
        kind=kind,
        status=status,
        tokens=tuple(dict.fromkeys(token.casefold() for token in _TOKEN.findall(where)))[:MAX_IDENTIFIERS],
        keys=tuple(dict.fromkeys(_ID.findall(ids)))[:MAX_IDENTIFIERS],
    )


def _is_complaint(parts: list[Mail]) -> bool:
    """“Not spam” comes as a report too."""
    reports = [
        block for part in parts if part.get_content_type() == "message/feedback-report" for block in _blocks(part)
    ]
    kinds = {said.strip().casefold() for block in reports for said in _headers(block, "Feedback-Type")}
    return bool(kinds) and "not-spam" not in kinds


def _failures(parts: list[Mail]) -> Iterator[str]:
    """The status of each recipient that the mail will not reach."""
    for part in parts:
        if part.get_content_type() not in {"message/delivery-status", "message/global-delivery-status"}:
            continue
        for block in _blocks(part):
            if "".join(_headers(block, "Action")).strip().casefold() == "failed":
                yield errors.enhanced_status("".join(_headers(block, "Status")))


def _original(parts: list[Mail], *names: str) -> Iterator[str]:
    """Headers of the mail that the report is about."""
    for part in parts:
        if part.get_content_type() in ORIGINAL:
            for block in _blocks(part):
                yield from _headers(block, *names)


def _blocks(part: Mail) -> list[Mail]:
    """The groups of headers in a part, parsed by the library or not."""
    held = part.get_payload()
    if isinstance(held, list):
        return [block for block in held if isinstance(block, Mail)]
    decoded = part.get_payload(decode=True)
    return [message_from_bytes(decoded, policy=compat32)] if isinstance(decoded, bytes) else []


def _headers(mail: Mail, *names: str) -> list[str]:
    return [str(value) for name in names for value in mail.get_all(name, [])]
