"""Turns a mail server's replies into our errors. Pure.

Messages repeat only the codes: the words beside them often contain the reader's address.
"""

import re
from collections.abc import Callable
from typing import Literal

from bot.errors import Busy, PostError, Refused

Stage = Literal["connect", "sender", "recipient", "content"]

PERMANENT = 500
SERVER_RETRY_S = 60.0  # until a mail server that can't be reached is tried again
SETTINGS_RETRY_S = 600.0  # when our settings have to be corrected first
SETTINGS_OF = {
    "connect": "host, port, user and password",
    "sender": "sender and bounce",
    "recipient": "user and password",
}

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


def enhanced_status(text: str) -> str:
    """The enhanced status code in a text (RFC 3463): `5.1.1`; empty without one."""
    found = _STATUS.search(text)
    return found[0] if found else ""


def is_mailbox_gone(code: int, enhanced: str) -> bool:
    """Whether a reply about a recipient says that there is no mailbox, for good.

    A full mailbox (5.2.2) is emptied again. A policy (5.7) or a protocol error (5.5) is about us or about the mail.
    """
    if not enhanced:
        return code in {550, 551, 553}
    kind, subject, detail = enhanced.split(".")
    return kind == "5" and subject in {"0", "1", "2"} and (subject, detail) != ("2", "2")


def reply_error(
    stage: Stage, code: int, text: str, deferral_s: Callable[[], float] = lambda: SERVER_RETRY_S
) -> PostError:
    """The error for a reply. `deferral_s` is called for the wait when the reader's server refuses for now."""
    enhanced = enhanced_status(text)
    reply = f"The mail server replied {code}{' ' if enhanced else ''}{enhanced}"
    if stage == "recipient" and code >= PERMANENT and is_mailbox_gone(code, enhanced):
        return Refused(f"{reply}: there is no mailbox at this address.", "The reader can subscribe again.", broken=True)
    if stage == "content" and code >= PERMANENT:
        return Refused(f"{reply}: it rejects this mail.", "The server's log says why: size, spam, or a signature.")
    if stage == "recipient" and enhanced.startswith("5.2."):
        return Refused(f"{reply}: the mailbox accepts nothing at the moment.")
    if code >= PERMANENT:
        # Our settings are wrong, not the address: no reader may lose their subscription over it.
        return Busy(
            f"{reply}: it rejects mail from us.", retry_after=SETTINGS_RETRY_S, hint=f"Check {SETTINGS_OF[stage]}."
        )
    retry_after = deferral_s() if stage in {"recipient", "content"} else SERVER_RETRY_S
    return Busy(f"{reply}: try again later.", retry_after=retry_after)
