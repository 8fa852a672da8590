"""What a mail server's answer means for a mail. Pure.

Only the codes are repeated: what a server says beside them often has the reader's address in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from bot.errors import Busy, PostError, Refused

Stage = Literal["connect", "sender", "recipient", "content"]

PERMANENT = 500
AWAY = 60.0  # seconds until a mail server that is not there is tried again
LONG_AWAY = 600.0  # and one that waits for somebody to mend our settings
OURS = {"connect": "host, port, user and password", "sender": "sender and bounce", "recipient": "user and password"}

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


def status(text: str) -> str:
    """The enhanced status code in a text (RFC 3463): `5.1.1`; empty without one."""
    found = _STATUS.search(text)
    return found[0] if found else ""


def is_gone(code: int, enhanced: str) -> bool:
    """Whether an answer about a recipient says that nobody reads there, and nobody will.

    A full mailbox (5.2.2) is emptied again. A policy (5.7) or a protocol (5.5) is about us or about the mail.
    """
    if not enhanced:
        return code in {550, 551, 553}
    kind, subject, detail = enhanced.split(".")
    return kind == "5" and subject in {"0", "1", "2"} and (subject, detail) != ("2", "2")


def error(stage: Stage, code: int, text: str, rest: Callable[[], float] = lambda: AWAY) -> PostError:
    """What becomes of the mail. `rest` is asked for how long, when the reader's side wants to be let alone."""
    enhanced = status(text)
    said = f"The mail server answered {code}{' ' if enhanced else ''}{enhanced}"
    if stage == "recipient" and code >= PERMANENT and is_gone(code, enhanced):
        return Refused(f"{said}: nobody reads at this address.", "The reader can subscribe again.", broken=True)
    if stage == "content" and code >= PERMANENT:
        return Refused(f"{said}: it does not take this mail.", "Its log says why: size, spam, or a signature.")
    if stage == "recipient" and enhanced.startswith("5.2."):
        return Refused(f"{said}: the mailbox takes nothing now.")
    if code >= PERMANENT:
        # Our own settings are wrong, not the address: nobody may lose their subscription over it.
        return Busy(f"{said}: it takes no mail from us.", retry_after=LONG_AWAY, hint=f"Look at {OURS[stage]}.")
    if stage in {"recipient", "content"}:
        return Busy(f"{said}: not now.", retry_after=rest())
    return Busy(f"{said}: not now.", retry_after=AWAY)
